// Does to conversations what can be done to them, and asks first what has to be asked. The screen is first, the server
// second; what the server does not take is shown as it was.
import * as questions from "./ask.js";
import { buttons, change, failed, isComing, isOpen, place, send, subjectOf } from "./marks.js";
import { isListHidden, list, unreachable } from "./page.js";
import { ask } from "./reach.js";
import { remember } from "./undo.js";

const ASKED = { move: "where", copy: "where", delete: "sure", label: "labels", snooze: "until" };
const MARKS = { read: ["seen", "1"], unread: ["seen", "0"], star: ["flagged", "1"], unstar: ["flagged", "0"] };

/** Does `deed` to conversations. `values` of the form answer what would be asked. Those that are on their way out already
    are left alone: a button was pressed twice. */
export async function perform(address, deed, wanted, values = []) {
  const whole = isEverything(wanted);
  const threads = wanted.filter((thread) => !list()?.isAway(thread));
  if (!threads.length) return;
  if (deed in ASKED && !values.length) {
    const answer = await asked(address, deed, threads);
    if (answer) perform(address, deed, threads, answer);
    return;
  }
  const subject = subjectOf(threads[0]);
  const shown = show(deed, threads, values);
  try {
    const { said, undo } = await send(address, [["do", deed], ...(whole ? [["all", "1"]] : threads.map((thread) => ["c", thread])), ...values], threads);
    remember(undo, { back: shown.back, again: () => show(deed, threads, values).stay() }, said);
  } catch (error) {
    if (error.message === "404") gone();
    else if (error.said) refused(shown, error.said);
    else if (error.message === "409" && list()?.dataset.apart && deed in { move: 1, copy: 1 }) apart(shown);
    else goBack(shown, threads, subject, () => perform(address, deed, threads, values));
  }
  await ask(); // so that what came meanwhile, and went with them, is known to have gone
  shown.stay();
}

/** Whether all that there is was chosen, and not what is loaded of it alone. */
const isEverything = (threads) => Boolean(document.querySelector(".everything > :checked")) && threads.length === list()?.picked.length;

/** What was answered, as values of the form; null for nothing. */
async function asked(address, deed, threads) {
  try {
    return await questions[ASKED[deed]](deed, threads, (other, some) => perform(address, other, threads, some));
  } catch (fault) {
    console.warn(fault);
    unreachable(() => perform(address, deed, threads));
    return null;
  }
}

/** Nothing of it is there any more: what the screen shows is the truth already. */
function gone() {
  const toasts = document.getElementById("toasts");
  toasts.show(toasts.dataset.gone);
}

/** Of all inboxes together not all of it can go to one account's folder: nothing has. */
function apart(shown) {
  shown.back();
  document.getElementById("toasts").show(list().dataset.apart);
}

/** It was not asked right: to try the same again is no use. */
function refused(shown, said) {
  shown.back();
  document.getElementById("toasts").show(said);
}

function goBack(shown, threads, subject, again) {
  shown.back();
  failed(threads, again, subject);
}

/** Shows what a deed does to conversations. Returns what shows them as they were, and what ends our keeping them away. */
function show(deed, threads, values) {
  if (deed in MARKS) return { back: mark(threads, ...MARKS[deed]), stay() {} };
  if (deed.endsWith("label")) return { back: wear(threads, values, deed === "label"), stay() {} };
  // Results stay what they are in another folder, too.
  if (deed === "copy" || deed === "unmute" || list()?.dataset.stays?.includes(deed)) return { back() {}, stay() {} };
  const { next, stay, back } = list().takeOut(threads);
  if (threads.some((thread) => isOpen(thread) || isComing(thread))) document.dispatchEvent(new CustomEvent("mail:left", { detail: next }));
  return { back, stay };
}

function mark(threads, name, value) {
  const different = threads.filter((thread) => [...buttons(thread, name)].some((button) => button.value === value));
  for (const thread of different) change[name](thread, value);
  return () => different.forEach((thread) => change[name](thread, value === "1" ? "0" : "1"));
}

/** Labels on rows, as the dialog shows them; a new one comes with the server's answer. */
function wear(threads, [[name, keyword]], wanted) {
  const chip = name === "label" && document.querySelector(`#labels .chip[data-k="${CSS.escape(keyword)}"]`);
  const places = chip ? threads.map((thread) => document.querySelector(`#c${thread} .row-snip`)) : [];
  const here = (place) => place.querySelector(`.chip[data-k="${CSS.escape(keyword)}"]`);
  const different = places.filter((place) => place && Boolean(here(place)) !== wanted);
  const put = (on) => different.forEach((place) => (on ? place.prepend(chip.cloneNode(true)) : here(place)?.remove()));
  put(wanted);
  return () => put(!wanted);
}

/** The conversations that a key is about: those with a mark, where the list is seen; else the one in focus or open;
    never one that only holds the tab stop, which nobody sees. */
function meant() {
  const at = place();
  const inFocus = at?.contains(document.activeElement) && at.id.slice(1);
  const one = at?.id === "reader" ? at.querySelector("[data-thread]").dataset.thread : inFocus;
  const picked = isListHidden() ? [] : list().picked;
  return picked.length ? picked : one ? [one] : [];
}

/** What has this key in the menu of all that can be done here. */
export function byKey(key) {
  const item = document.querySelector(`#doings [aria-keyshortcuts="${CSS.escape(key)}"]`);
  if (item) perform(item.formAction, item.value, meant());
}
