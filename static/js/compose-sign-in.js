// Signing in again over what is being written, when the session has ended meanwhile. Only who wrote it goes on with it.
import { person } from "./person.js";
import { documentOf } from "./trusted.js";

const GATES = ["/sign-in", "/second-step"];
const AGAIN = 2000;

export const isSignIn = (response) => response.redirected && GATES.includes(new URL(response.url).pathname);

let asking = null;

/** One question for all composers. `words`: what is said, and the `account` that is asked for. */
export function signIn(words, account) {
  asking ??= ask(words, account).finally(() => (asking = null));
  return asking;
}

async function ask(words, account) {
  if (take(await gate())) return; // the session lives, and only the token of the page was old
  const dialog = build(words);
  document.body.append(dialog);
  dialog.showModal();
  await new Promise((resolve) => {
    dialog.querySelector("form").addEventListener("submit", async (event) => {
      event.preventDefault();
      const said = await enter(dialog, account).catch(() => "offline");
      if (said) dialog.querySelector("p").textContent = words[said].replace("{account}", account);
      else resolve();
    });
    dialog.querySelector("a").addEventListener("click", () => watch(resolve), { once: true });
  });
  dialog.close();
  dialog.remove();
}

/** What the sign-in page leads to now. */
async function gate() {
  const response = await fetch("/sign-in");
  return parsed(response);
}

async function parsed(response) {
  const page = documentOf(await response.text());
  return { page, way: new URL(response.url).pathname };
}

/** Whether the page is of who wrote: then the token of its forms is that of ours. */
function take({ page, way }) {
  const value = page.querySelector("[name=csrfmiddlewaretoken]")?.value;
  if (GATES.includes(way) || page.documentElement.dataset.person !== person || !value) return false;
  for (const each of document.querySelectorAll("[name=csrfmiddlewaretoken]")) each.value = value;
  return true;
}

/** Empty when it went well, else the name of what is to be said. */
async function enter(dialog, account) {
  const { page } = await gate();
  const values = new FormData();
  values.set("csrfmiddlewaretoken", page.querySelector("[name=csrfmiddlewaretoken]").value);
  values.set("address", account);
  values.set("password", dialog.querySelector("input").value);
  const found = await parsed(await fetch("/sign-in", { method: "POST", body: values }));
  if (take(found)) return "";
  return found.way === "/second-step" ? "second" : "refused";
}

/** It is done in another tab. */
function watch(resolve) {
  const look = async () => {
    const found = document.hidden ? null : await gate().catch(() => null);
    if (found && take(found)) resolve();
    else setTimeout(look, AGAIN);
  };
  setTimeout(look, AGAIN);
}

function build(words) {
  const dialog = Object.assign(document.createElement("dialog"), { className: "dialog" });
  const form = Object.assign(document.createElement("form"), { className: "dialog-body" });
  const label = Object.assign(document.createElement("label"), { textContent: words.password });
  const field = Object.assign(document.createElement("input"), { type: "password", className: "input", autocomplete: "current-password", required: true });
  const said = Object.assign(document.createElement("p"), { className: "error" });
  said.setAttribute("role", "alert");
  label.append(field);
  const buttons = Object.assign(document.createElement("div"), { className: "row-flex" });
  buttons.append(
    Object.assign(document.createElement("button"), { className: "btn primary", textContent: words.sign_in }),
    Object.assign(document.createElement("a"), { className: "btn", href: "/sign-in", target: "_blank", textContent: words.sign_in_tab }),
  );
  form.append(label, said, buttons);
  dialog.append(form);
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  return dialog;
}
