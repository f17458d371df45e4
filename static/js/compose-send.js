// Posts of a composer: with the token of the page, and a sign-in in place when the session has ended meanwhile.

import { toast } from "./compose-notices.js";

const LONGEST_WAIT = 30000;

export const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

const isSignIn = (response) => response.redirected && new URL(response.url).pathname === "/sign-in";

/** The answer to a post of `values`; signs in first where that is asked for. Throws what `fetch` throws. */
export async function post(address, values, words) {
  for (;;) {
    values.set("csrfmiddlewaretoken", token());
    const signal = AbortSignal.timeout(LONGEST_WAIT);
    const response = await fetch(address, { method: "POST", body: values, signal, headers: { "X-Requested-With": "fetch" } });
    if (!isSignIn(response) && response.status !== 403) return response;
    await signIn(response, words);
  }
}

/** Has a message back that is on its way, as it was. The page knows where composers stand. */
export async function undo(draft, words) {
  const response = await post(`/compose/${draft}/undo`, new FormData(), words);
  if (response.ok) document.dispatchEvent(new CustomEvent("compose:open", { detail: await response.text() }));
  else toast(words.gone);
}

let asking = null;

/** One question for all composers. `response`: where the sign-in page came from, if it did. */
export function signIn(response, words) {
  asking ??= ask(response, words).finally(() => (asking = null));
  return asking;
}

async function ask(response, words) {
  const page = response && isSignIn(response) && !response.bodyUsed ? await response.text() : await (await fetch("/sign-in")).text();
  if (renewed(page)) return;
  const dialog = build(words);
  document.body.append(dialog);
  dialog.showModal();
  await new Promise((resolve) => dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await enter(dialog)) resolve();
    else dialog.querySelector("p").textContent = words.refused;
  }));
  dialog.close();
  dialog.remove();
}

/** The session lives, and only the token of the page was old. */
function renewed(page) {
  const fresh = new DOMParser().parseFromString(page, "text/html");
  if (fresh.querySelector("#password")) return false;
  return take(fresh);
}

function take(fresh) {
  const value = fresh.querySelector("[name=csrfmiddlewaretoken]")?.value;
  if (value) for (const each of document.querySelectorAll("[name=csrfmiddlewaretoken]")) each.value = value;
  return Boolean(value);
}

function build(words) {
  const dialog = Object.assign(document.createElement("dialog"), { className: "dialog" });
  const form = document.createElement("form");
  form.className = "dialog-body";
  const label = Object.assign(document.createElement("label"), { textContent: words.password });
  const field = Object.assign(document.createElement("input"), { type: "password", className: "input", autocomplete: "current-password", required: true });
  const said = Object.assign(document.createElement("p"), { className: "error" });
  said.setAttribute("role", "alert");
  label.append(field);
  form.append(label, said, Object.assign(document.createElement("button"), { className: "btn primary", textContent: words.sign_in }));
  dialog.append(form);
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  return dialog;
}

async function enter(dialog) {
  const page = new DOMParser().parseFromString(await (await fetch("/sign-in")).text(), "text/html");
  if (!page.querySelector("#password")) return take(page);
  const values = new FormData();
  values.set("csrfmiddlewaretoken", page.querySelector("[name=csrfmiddlewaretoken]").value);
  values.set("address", document.querySelector("mail-composer").data.account);
  values.set("password", dialog.querySelector("input").value);
  const response = await fetch("/sign-in", { method: "POST", body: values });
  const answer = new DOMParser().parseFromString(await response.text(), "text/html");
  return response.ok && !answer.querySelector("#password") && take(answer);
}
