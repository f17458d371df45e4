// Single keys, as in the list that `?` shows. They match the character, never a place on the keyboard, and are silent
// in fields, in dialogs, and with Ctrl, Alt or Cmd.
import { press } from "./act.js";
import { performing, selecting, undoing } from "./later.js";
import { close, open } from "./open.js";
import { app, fetchDocument, isListHidden, list, question, reader, unreachable } from "./page.js";

const button = document.getElementById("keys-button");
const shown = () => app.dataset.view === "conversation";

const keys = {
  j: () => (isListHidden() ? beside("older-conversation") : list()?.step(1)),
  k: () => (isListHidden() ? beside("newer") : list()?.step(-1)),
  o: () => openCurrent(),
  u: () => void (shown() && close()),
  n: () => message(1),
  p: () => message(-1),
  e: () => deed("e"),
  "#": () => deed("#"),
  "!": () => deed("!"),
  v: () => deed("v"),
  b: () => deed("b"),
  m: () => deed("m"),
  l: () => deed("l"),
  s: () => (some() ? deed("s") : void press("flagged")),
  I: () => (some() ? deed("I") : void press("seen", "1")),
  U: () => (some() ? deed("U") : void press("seen", "0")),
  x: () => isListHidden() || selecting(({ toggle }) => toggle(list().current)),
  J: () => isListHidden() || selecting(({ extend }) => extend(1)),
  K: () => isListHidden() || selecting(({ extend }) => extend(-1)),
  c: () => document.querySelector(".compose-btn").click(),
  r: () => answer("r"),
  a: () => answer("a"),
  f: () => answer("f"),
  z: () => undoing(({ undoLast }) => void undoLast()),
  "/": () => search(),
  Escape: () => some() && selecting(({ none }) => none()),
  "?": () => void help(),
};

/** Keys act in the order they were typed in, whatever has to be loaded for one of them: `e j` archives what was in focus
    before the `j`. Loading is waited for, and never the webmail's answer. What was typed after a key that asks something
    is the beginning of the answer. */
let queue = Promise.resolve();
const next = (key, act) => (queue = queue.then(() => (isAsked() ? type(key) : act())).catch((fault) => (console.error(fault), unreachable())));
const isAsked = () => document.querySelector("dialog[open]");
const deed = (key) => performing(({ byKey }) => (byKey(key), question.coming?.catch(() => {})));
/** The conversation before or after, where the list is out of sight. */
const beside = (id) => document.querySelector(`#${id}:not([hidden])`)?.click();
const answer = (key) => reader().querySelector(`.reply [aria-keyshortcuts=${key}]`)?.click();
function search() {
  const box = document.querySelector(".search [type=search]");
  box?.focus();
  box?.select();
}

/** Into the field of the question that has come meanwhile. */
function type(key) {
  if (key === "Escape") return void isAsked().close();
  const field = document.activeElement;
  if (!field.matches("dialog input[type=search]")) return;
  if (key.length > 1) return void field.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  field.value += key;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

const some = () => !isListHidden() && list().picked.length > 0;

/** The key before, when this one belongs to it: `g` and a mailbox, `*` and what is marked. */
let first = "";
let firstAt = 0;

document.addEventListener("keydown", (event) => {
  if (event.key === "F6") return region(event);
  if (silent(event)) return;
  const here = event.target.closest?.("#list .row");
  const key = here ? { ArrowDown: "j", ArrowUp: "k" }[event.key] ?? event.key : event.key;
  if (event.key === "Shift") return;
  if (question.coming) return void (event.preventDefault(), next(event.key, () => {}));
  const pair = Date.now() - firstAt < 1500 && pairs[first];
  [first, firstAt] = [key, Date.now()];
  if (pair && pair(event)) return void (first = "");
  if (!(key in keys)) return;
  if (key !== "Escape") event.preventDefault();
  if (key === "/") search(); // what is typed next belongs there
  else next(event.key, keys[key]);
});

const silent = (event) =>
  event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], mail-composer") ||
  document.querySelector("dialog[open], .menu:popover-open");

function openCurrent() {
  const link = list()?.current?.querySelector(".row-subj > a");
  if (link) open(link.pathname + link.search, { focus: true });
}

const pairs = { g: goTo, "*": mark };

/** `*` and a letter: all, none, what is unread. */
function mark(event) {
  const name = { a: "all", n: "none", u: "unread" }[event.key];
  if (name) event.preventDefault();
  if (name) next(event.key, () => selecting((select) => select[name]()));
  return Boolean(name);
}

/** `g` and a letter or a digit: the mailbox, or the account, that says it has these keys. */
function goTo(event) {
  const link = document.querySelector(`:is(#side, #account-menu) a[aria-keyshortcuts="g ${CSS.escape(event.key)}"]`);
  if (link) event.preventDefault();
  if (link) next(event.key, () => link.click());
  return Boolean(link);
}

/** Focus on the next or previous message of the conversation. */
function message(by) {
  const all = [...reader().querySelectorAll(".msg :is(h3, a, button[name=open])")].filter((each) => each.matches("h3, .msg > *"));
  const here = all.findIndex((each) => each.closest(".msg").contains(document.activeElement));
  const to = all[here < 0 ? (by > 0 ? 0 : all.length - 1) : here + by];
  to?.setAttribute("tabindex", to.matches("h3") ? "-1" : "0");
  to?.focus();
  to?.closest(".msg").scrollIntoView({ block: "nearest" });
}

/** F6: the next region, Shift F6 the one before. */
function region(event) {
  const all = [document.getElementById("side"), list(), reader(), document.querySelector("mail-composer")].filter((part) => part?.checkVisibility());
  const here = all.findIndex((part) => part.contains(document.activeElement));
  const to = all[(here + (event.shiftKey ? -1 : 1) + all.length) % all.length];
  event.preventDefault();
  if (to === list()) list().focusRow(list().current);
  else if (to.restore) to.restore();
  else (to.querySelector("#subject") ?? to.querySelector("a[aria-current=page]") ?? to.querySelector("a") ?? to).focus();
}

/** The list of all keys, fetched when it is first wanted. */
const help = () => showKeys().catch((fault) => (console.error(fault), unreachable()));

async function showKeys() {
  const dialog = document.getElementById("keys") ?? (await fetchDocument("/shortcuts"))?.getElementById("keys");
  if (!dialog || document.querySelector("dialog:modal")) return; // asked for twice
  dialog.removeAttribute("open");
  document.body.append(dialog);
  dialog.showModal();
}

if (button) {
  button.hidden = false;
  button.addEventListener("click", help);
}
