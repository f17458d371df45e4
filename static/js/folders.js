// The menu of a folder, the questions that it leads to, and what its buttons do, while the page stays. All of it comes
// from the pages that do the same without a script.
import { undoing } from "./later.js";
import { fetchDocument, leftForSignIn, list, unreachable } from "./page.js";
import { ask as lookAnew } from "./reach.js";
import { documentOf } from "./trusted.js";

const side = document.getElementById("side");
const toasts = () => document.getElementById("toasts");

/** Opens the menu of a folder, at a place in the window or at its button. */
export async function menu(item, x, y) {
  const address = `/folders/${item.id.slice(1)}/`;
  const page = await fetchDocument(address, "folder-menu").catch(() => unreachable());
  const fresh = page?.getElementById("folder-menu");
  if (!fresh) return;
  document.getElementById("folder-menu")?.remove();
  side.append(fresh); // inside the drawer, which would close for another
  const button = item.querySelector(".more");
  fresh.showPopover();
  const { left, bottom } = button.getBoundingClientRect();
  place(fresh, x || left, y || bottom);
  fresh.addEventListener("toggle", ({ newState }) => {
    if (newState === "closed" && [document.body, null].includes(document.activeElement)) button.focus();
  });
}

function place(shown, x, y) {
  shown.classList.add("at-pointer");
  shown.style.left = `${Math.max(8, Math.min(x, innerWidth - shown.offsetWidth - 8))}px`;
  shown.style.top = `${Math.max(8, Math.min(y, innerHeight - shown.offsetHeight - 8))}px`;
}

side.addEventListener("click", (event) => {
  const link = event.target.closest("#folder-menu a");
  if (!link || /^\/folders\/\d+\/$/.test(link.pathname) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  event.stopPropagation(); // the drawer would leave for it
  document.getElementById("folder-menu").hidePopover();
  ask(link.href);
}, true);

document.getElementById("act").addEventListener("submit", async (event) => {
  const { formAction, name, value } = event.submitter;
  if (!new URL(formAction).pathname.startsWith("/folders/")) return;
  event.preventDefault();
  document.getElementById("folder-menu")?.hidePopover();
  await send(formAction, { [name]: value });
});

/** Puts a question on the screen that has a page of its own: a name, a place, or whether for ever. */
export async function ask(address) {
  const form = (await fetchDocument(address).catch(() => unreachable()))?.getElementById("ask");
  if (!form) return;
  const dialog = Object.assign(document.createElement("dialog"), { className: "dialog" });
  dialog.addEventListener("click", (event) => {
    if (!event.target.closest("[data-close]")) return;
    event.preventDefault();
    dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    answer(dialog, event.target);
  });
  document.body.append(dialog);
  fill(dialog, form);
  dialog.showModal();
  begin(form);
}

function fill(dialog, form) {
  const title = Object.assign(document.createElement("h2"), { id: "ask-title", textContent: form.querySelector("h1").textContent });
  form.querySelector("h1").replaceWith(title);
  form.classList.remove("card");
  for (const close of form.querySelectorAll("[data-close]")) close.hidden = false;
  dialog.setAttribute("aria-labelledby", "ask-title");
  dialog.replaceChildren(form);
}

/** What is wrong, else the first field; where nothing is to be typed the safe way out. */
function begin(form) {
  (form.querySelector("[aria-invalid]") ?? form.querySelector("[autofocus]") ?? form.querySelector("a[data-close]")).focus();
}

async function answer(dialog, form) {
  const fault = await send(form.action, Object.fromEntries(new FormData(form)));
  if (!fault) return dialog.close();
  const again = fault.getElementById("ask");
  fill(dialog, again);
  return begin(again);
}

/** Sends what was chosen, and says what was done; the page with what is wrong about it, if something is. */
export async function send(address, values) {
  const body = new FormData();
  for (const { name, value } of document.querySelectorAll("#act > input[type=hidden]")) body.append(name, value);
  for (const [name, value] of Object.entries(values)) body.set(name, value);
  try {
    const response = await fetch(address, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
    if (leftForSignIn(response)) return null;
    if (response.status === 422) return documentOf(await response.text());
    if (!response.ok) throw new Error(`${response.status}`);
    await done(response.status === 204 ? {} : await response.json());
  } catch (fault) {
    if (fault.message === "404") toasts().show(toasts().dataset.gone);
    else unreachable();
  }
  return null;
}

async function done({ said, gone = [], undo }) {
  if (undo) await undoing(({ remember }) => remember(undo, { back() {}, again() {} }, said));
  else if (said) toasts().show(said);
  if (gone.includes(Number(list()?.dataset.mailbox))) return void location.assign("/");
  await lookAnew();
  // The menu has closed, and what it was opened from may have gone.
  const link = document.querySelector("#side a[aria-current=page]");
  if (document.activeElement === document.body) (link?.checkVisibility() ? link : document.getElementById("list-title"))?.focus();
}
