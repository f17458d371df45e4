// What people do to mail changes on the screen in the same frame and is sent after; what fails goes back where it was.
import { list, reader } from "./page.js";
import { ask } from "./reach.js";
import { send } from "./send.js";
import { remember, sendUndo } from "./undo.js";

const form = document.getElementById("act");
const toasts = () => document.getElementById("toasts");

form?.addEventListener("submit", (event) => {
  const button = event.submitter;
  const way = ways.find(([fits]) => fits(button));
  if (!way) return;
  event.preventDefault();
  button.closest("[popover]")?.hidePopover();
  way[1](button);
});

const threadOf = (control) => control.closest(".row")?.id.slice(1) ?? reader().querySelector("[data-thread]")?.dataset.thread;

/** What a button of the form does: the first that fits. */
const ways = [
  [(button) => button.name in change, (button) => act(button.formAction, button.name, button.value, threadOf(button))],
  [(button) => button.name === "do", (button) => perform(button.formAction, button.value, chosen(button))],
  [(button) => path(button) === "/undo", (button) => (button.closest(".toast").remove(), sendUndo(new URL(button.formAction).searchParams.getAll("change").map(Number)))],
  [(button) => path(button).endsWith("/refresh"), (button) => send(button.formAction).then(() => soon())],
];

const path = (button) => new URL(button.formAction).pathname;

/** The conversations that a button is about: its own, those its menu was opened for, or those with a mark. */
function chosen(button) {
  const own = new URL(button.formAction).searchParams.get("c") ?? button.closest("[data-for]")?.dataset.for;
  return own ? [own] : list().picked;
}

/** Marks messages of the open conversation as read, and leaves its other ones as they are. */
export async function read(address, messages) {
  try {
    await send(address, [["seen", "1"], ...messages.map((message) => ["message", message])]);
  } catch {
    return; // nothing was shown that has to go back, and the next opening tries again
  }
  await ask();
}

/** Sets `name` (`seen` or `flagged`) of a conversation to `value` (`0` or `1`). What nobody asked for is not undone. */
export async function act(address, name, value, thread, { silent = false } = {}) {
  change[name](thread, value);
  const back = () => change[name](thread, value === "1" ? "0" : "1");
  try {
    const { undo } = await send(address, [[name, value]]);
    if (!silent) remember(undo, { back, again: () => change[name](thread, value) });
  } catch {
    back();
    failed([thread], () => act(address, name, value, thread));
    return;
  }
  await ask();
}

const ASKED = { move: "where", copy: "where", delete: "sure" };

/** Does `deed` to conversations; asks first what has to be asked. */
export async function perform(address, deed, threads, values = []) {
  if (!threads.length) return;
  if (deed in ASKED && !values.length) {
    const { [ASKED[deed]]: question } = await import("./ask.js");
    const answer = await question(deed, threads);
    if (answer) perform(address, deed, threads, answer);
    return;
  }
  const shown = show(deed, threads);
  const subject = subjectOf(threads[0]);
  try {
    const { said, undo } = await send(address, [["do", deed], ...threads.map((thread) => ["c", thread]), ...values]);
    remember(undo, { back: shown.back, again: () => show(deed, threads).stay() }, said);
    shown.stay();
  } catch (error) {
    if (error.message === "404") {
      shown.stay();
      toasts().show(toasts().dataset.gone);
    } else {
      shown.back();
      failed(threads, () => perform(address, deed, threads, values), subject);
    }
  }
  await ask();
}

function failed(threads, again, subject = subjectOf(threads[0])) {
  const text = toasts().dataset[threads.length > 1 ? "failedMany" : "failed"];
  toasts().show(text.replace("{subject}", subject).replace("{n}", threads.length), again);
}

/** A sync takes a moment: look twice. */
function soon() {
  for (const wait of [1000, 4000]) setTimeout(ask, wait);
}

const row = (thread) => document.getElementById(`c${thread}`);
const subjectOf = (thread) => row(thread)?.querySelector(".row-subj").textContent.trim() ?? document.getElementById("subject")?.textContent ?? "";
const isOpen = (thread) => reader().querySelector("[data-thread]")?.dataset.thread === String(thread);

/** Buttons of one name for one conversation, in the list and in the reading pane. */
function* buttons(thread, name) {
  for (const place of [row(thread), isOpen(thread) && reader()]) {
    if (place) yield* place.querySelectorAll(`button[name=${name}]`);
  }
}

const change = {
  flagged(thread, value) {
    for (const star of buttons(thread, "flagged")) {
      star.setAttribute("aria-pressed", String(value === "1"));
      star.value = value === "1" ? "0" : "1";
    }
  },
  seen(thread, value) {
    row(thread)?.classList.toggle("is-unread", value === "0");
    for (const button of buttons(thread, "seen")) {
      button.value = value === "1" ? "0" : "1";
      const label = button.querySelector(".tool-label");
      if (label) label.textContent = button.dataset[value === "1" ? "unread" : "read"];
    }
  },
};

const MARKS = { read: ["seen", "1"], unread: ["seen", "0"], star: ["flagged", "1"], unstar: ["flagged", "0"] };

/** Shows what a deed does to conversations. Returns what shows them as they were, and what ends our keeping them away. */
function show(deed, threads) {
  if (deed in MARKS) return { back: mark(threads, ...MARKS[deed]), stay() {} };
  if (deed === "copy") return { back() {}, stay() {} };
  const { next, stay, back } = list().takeOut(threads);
  if (threads.some(isOpen)) document.dispatchEvent(new CustomEvent("mail:left", { detail: next }));
  return { back, stay };
}

function mark(threads, name, value) {
  const different = threads.filter((thread) => [...buttons(thread, name)].some((button) => button.value === value));
  for (const thread of different) change[name](thread, value);
  return () => different.forEach((thread) => change[name](thread, value === "1" ? "0" : "1"));
}

/** What a shortcut does: as if the button of the open conversation, or else of the row in focus, were pressed. */
export function press(name, value) {
  const button = place()?.querySelector(`button[name=${name}]`);
  if (button) act(button.formAction, name, value ?? button.value, threadOf(button));
}

/** Where a key acts: the row in focus, else the open conversation, else the row that holds the tab stop. */
function place() {
  const current = list()?.current;
  const inList = current?.contains(document.activeElement) || !reader().querySelector("[data-thread]");
  return inList ? current : reader();
}

/** The conversations that a key is about: those with a mark, else the one in focus or open. */
export function meant() {
  const at = place();
  const one = at?.id === "reader" ? at.querySelector("[data-thread]").dataset.thread : at?.id.slice(1);
  return list()?.picked.length ? list().picked : one ? [one] : [];
}

/** What has this key in the menu of all that can be done here. */
export function byKey(key) {
  const item = document.querySelector(`#doings [aria-keyshortcuts="${CSS.escape(key)}"]`);
  if (item) perform(item.formAction, item.value, meant());
}
