// How read marks and stars stand on the screen, and the form that changes them on the server.
import { leftForSignIn, list, reader } from "./page.js";
import { plural } from "./plural.js";

const form = document.getElementById("act");

/** Characters that are sent even when the page is left meanwhile: a browser takes 64 KiB of all such requests together,
    and none at all beyond. */
const KEPT = 16000;

/** Deeds that were sent, and not answered yet. */
const underWay = new Set();

/** When every deed that was sent so far has its answer, and the page knows of it. */
export const answered = () => Promise.allSettled(underWay).then(() => new Promise((then) => setTimeout(then)));

/** Deeds and undoings that were sent, and not answered yet; and how many were sent from this page at all. */
const unheard = new Set();
let posted = 0;

/** How many were sent, where all of them are answered; else something that is equal to nothing. */
export const heard = () => (unheard.size ? NaN : posted);

/** When all of them are. */
export const allHeard = () => Promise.allSettled(unheard);

/** Milliseconds after which an answer may as well never come. */
const LONGEST_WAIT = 20000;

/** Notes that something is being done on the server, until `answer` is there. */
export function sending(answer) {
  posted += 1;
  unheard.add(answer);
  const forget = () => unheard.delete(answer);
  setTimeout(forget, LONGEST_WAIT);
  answer.catch(() => {}).finally(forget);
  return answer;
}

/** Sends a deed; see `post`. */
export function send(address, values, threads) {
  const deed = post(address, values, threads);
  underWay.add(deed);
  deed.catch(() => {}).finally(() => underWay.delete(deed));
  return deed;
}

/** What every form of the page sends along. */
export const signed = () => new URLSearchParams([...form.querySelectorAll("input[type=hidden]")].map(({ name, value }) => [name, value]));

/** Sends the page's form on behalf of a button; what was answered, nothing for an answer without content. `threads`: the
    conversations that it is about. Throws an error with the status for a message; where the webmail says why, as `said`. */
export const post = (address, values, threads = []) => sending(inTurn(threads, () => posting(address, values)));

/** The last deed about each conversation that has no answer yet; and what lets go of those that wait for another's. */
const last = new Map();
const waiting = new Set();

/** Whether something was done to a conversation that has no answer yet. */
export const isAwaited = (thread) => last.has(thread);

/** Notes that a deed is about these conversations: what is done to them next is sent after its answer. */
export function about(threads, deed) {
  for (const thread of threads) last.set(thread, deed);
  const forget = () => threads.forEach((thread) => last.get(thread) === deed && last.delete(thread));
  deed.then(forget, forget);
  return deed;
}

/** Does it at once; where a deed about one of the same conversations is under way, after its answer, or the webmail could
    take them in the other order. */
function inTurn(threads, act) {
  const before = threads.map((thread) => last.get(thread)).filter(Boolean);
  return about(threads, before.length ? after(before).then(act) : act());
}

const after = (deeds) => new Promise((go) => {
  const leave = () => (waiting.delete(leave), clearTimeout(late), go());
  const late = setTimeout(leave, LONGEST_WAIT);
  waiting.add(leave);
  Promise.allSettled(deeds).then(leave);
});

// Rather in any order than not at all.
addEventListener("pagehide", () => waiting.forEach((leave) => leave()));
document.addEventListener("visibilitychange", () => document.hidden && waiting.forEach((leave) => leave()));

async function posting(address, values = []) {
  const url = new URL(address, location);
  url.searchParams.delete("c"); // the values say which
  const body = signed();
  for (const [name, value] of values) body.append(name, value);
  const keepalive = body.toString().length < KEPT;
  const response = await fetch(url, { method: "POST", body, headers: { "X-Requested-With": "fetch" }, keepalive });
  if (leftForSignIn(response)) return {};
  if (response.status === 422) throw Object.assign(new Error("422"), await response.json());
  if (!response.ok) throw new Error(`${response.status}`);
  return response.status === 204 ? {} : response.json();
}

const row = (thread) => document.getElementById(`c${thread}`);

export const subjectOf = (thread) => row(thread)?.querySelector(".row-subj").textContent.trim() ?? document.getElementById("subject")?.textContent ?? "";

export const isOpen = (thread) => reader().querySelector("[data-thread]")?.dataset.thread === String(thread);

/** Whether it is on its way into the reading pane. */
export const isComing = (thread) => reader().dataset.coming === String(thread);

/** Buttons of one name for one conversation, in the list and in the reading pane. */
export function* buttons(thread, name) {
  for (const place of [row(thread), isOpen(thread) && reader()]) {
    if (place) yield* place.querySelectorAll(`button[name=${name}]`);
  }
}

/** Show a mark of a conversation as set (`1`) or not (`0`). */
export const change = {
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

/** Where a key acts: the row in focus, else the open conversation, else the row that holds the tab stop. */
export function place() {
  const current = list()?.current;
  const inList = current?.contains(document.activeElement) || !reader().querySelector("[data-thread]");
  return inList ? current : reader();
}

/** Says that something is back where it was, and offers to try again. */
export function failed(threads, again, subject = subjectOf(threads[0])) {
  const toasts = document.getElementById("toasts");
  const one = () => toasts.dataset.failed.replace("{subject}", subject);
  toasts.show(threads.length > 1 ? plural(toasts.dataset.forms, threads.length) : one(), again);
}
