// What people do to mail changes on the screen in the same frame and is sent after; what fails goes back where it was.
// Read marks and stars are here; everything else is loaded when hands come near (`hands`, `perform`).
import { performing, undoing } from "./later.js";
import { change, failed, place, send } from "./marks.js";
import { list, reader, unreachable } from "./page.js";
import { ask, told } from "./reach.js";

document.getElementById("act")?.addEventListener("submit", (event) => {
  const button = event.submitter;
  const way = ways.find(([fits]) => fits(button));
  if (!way) return;
  event.preventDefault();
  button.closest("[popover]")?.hidePopover();
  way[1](button);
});

const threadOf = (control) => control.closest(".row")?.id.slice(1) ?? reader().querySelector("[data-thread]")?.dataset.thread;
const path = (button) => new URL(button.formAction).pathname;

/** What a button of the form does: the first that fits. */
const ways = [
  [(button) => button.name in change, (button) => act(button.formAction, button.name, button.value, threadOf(button))],
  [(button) => button.name === "do", perform],
  [(button) => path(button).endsWith("/undo"), undo],
  [(button) => path(button).startsWith("/jobs/"), stop],
  [(button) => path(button).endsWith("/refresh"), (button) => send(button.formAction).then(() => soon(), () => unreachable())],
];

function perform(button) {
  const { formAction, value } = button;
  const threads = chosen(button);
  load(performing, (module) => module.perform(formAction, value, threads));
}

/** Does something with what may have to come from the webmail first; offers to try again where it does not come. */
function load(module, act) {
  module((whole) => void act(whole))?.catch(() => unreachable(() => load(module, act)));
}

/** The conversations that a button is about: its own, those its menu was opened for, or those with a mark. */
function chosen(button) {
  const own = new URL(button.formAction).searchParams.get("c") ?? button.closest("[data-for]")?.dataset.for;
  return own ? [own] : list().picked;
}

/** The button of a page that was brought with what was done before it. */
function undo(button) {
  button.closest(".toast").remove();
  const { pathname, search, searchParams } = new URL(button.formAction);
  const changes = pathname === "/undo" ? searchParams.getAll("change").map(Number) : pathname + search;
  load(undoing, ({ sendUndo }) => sendUndo(changes));
}

/** Ends work on everything; how much was done by then can be undone. */
async function stop(button) {
  try {
    const { said, undo: changes } = await send(button.formAction);
    const back = () => {};
    if (said) load(undoing, ({ remember }) => remember(changes, { back, again: back }, said));
  } catch {
    return unreachable(() => stop(button));
  }
  await ask();
}

/** Marks messages of the open conversation as read, and leaves its other ones as they are. */
export async function read(address, messages) {
  const began = performance.now();
  try {
    await send(address, [["seen", "1"], ...messages.map((message) => ["message", message])]);
  } catch {
    return; // nothing was shown that has to go back, and the next opening tries again
  }
  await told(began);
}

/** Sets `name` (`seen` or `flagged`) of a conversation to `value` (`0` or `1`). What nobody asked for is not undone. */
export async function act(address, name, value, thread, { silent = false } = {}) {
  const again = () => change[name](thread, value);
  const back = () => change[name](thread, value === "1" ? "0" : "1");
  const began = performance.now();
  again();
  try {
    const answer = await send(address, [[name, value]], [thread]);
    if (!silent) undoing(({ remember }) => remember(answer.undo, { back, again }));
  } catch {
    back();
    failed([thread], () => act(address, name, value, thread));
    return;
  }
  await told(began);
}

/** A sync takes a moment: look twice. */
function soon() {
  for (const wait of [1000, 4000]) setTimeout(ask, wait);
}

/** What a shortcut does: as if the button of the open conversation, or else of the row in focus, were pressed. */
export function press(name, value) {
  const button = place()?.querySelector(`button[name=${name}]`);
  if (button) act(button.formAction, name, value ?? button.value, threadOf(button));
}
