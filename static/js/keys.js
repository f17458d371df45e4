// Single keys, as in the list that `?` shows. They match the character, never a place on the keyboard, and are silent
// in fields, in dialogs, and with Ctrl, Alt or Cmd.
import { press } from "./act.js";
import { close, open } from "./open.js";
import { app, list, reader } from "./page.js";

const dialog = document.getElementById("keys");
const button = document.getElementById("keys-button");
const shown = () => app.dataset.view === "conversation";

const keys = {
  j: () => list()?.step(1),
  k: () => list()?.step(-1),
  o: () => openCurrent(),
  u: () => shown() && close(),
  n: () => message(1),
  p: () => message(-1),
  e: () => file("archive"),
  "#": () => file("trash"),
  s: () => press("flagged"),
  I: () => press("seen", "1"),
  U: () => press("seen", "0"),
  "?": () => dialog.showModal(),
};

let going = 0;

document.addEventListener("keydown", (event) => {
  if (event.key === "F6") return region(event);
  if (silent(event)) return;
  const here = event.target.closest?.("#list .row");
  const key = here ? { ArrowDown: "j", ArrowUp: "k" }[event.key] ?? event.key : event.key;
  if (Date.now() - going < 1500 && goTo(event)) return;
  going = key === "g" ? Date.now() : 0;
  if (!(key in keys)) return;
  event.preventDefault();
  keys[key]();
});

const silent = (event) =>
  event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select, [contenteditable]") ||
  document.querySelector("dialog[open], .menu:popover-open");

function openCurrent() {
  const link = list()?.current?.querySelector(".row-subj > a");
  if (link) open(link.pathname + link.search, { focus: true });
}

/** Archive or delete what is open. */
const file = (to) => shown() && reader().querySelector(`button[name=to][value=${to}]`)?.click();

/** `g` and a letter: the mailbox that says it has these keys. */
function goTo(event) {
  going = 0;
  const link = document.querySelector(`#side a[aria-keyshortcuts="g ${CSS.escape(event.key)}"]`);
  if (link) event.preventDefault();
  link?.click();
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
  const all = [document.getElementById("side"), list(), reader()].filter((part) => part?.checkVisibility());
  const here = all.findIndex((part) => part.contains(document.activeElement));
  const to = all[(here + (event.shiftKey ? -1 : 1) + all.length) % all.length];
  event.preventDefault();
  if (to === list()) list().focusRow(list().current);
  else (to.querySelector("#subject") ?? to.querySelector("a[aria-current=page]") ?? to.querySelector("a") ?? to).focus();
}

if (button) {
  button.hidden = false;
  button.addEventListener("click", () => dialog.showModal());
}
