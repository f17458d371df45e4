// Opens conversations in the reading pane, keeps the address and the history, and marks as read what was opened.
import { act, read } from "./act.js";
import { about, change, isAwaited, sending, signed } from "./marks.js";
import { alone, app, fetchRegion, list, onePane, reader, unreachable } from "./page.js";
import { told } from "./reach.js";
import { title } from "./refresh.js";

const here = () => location.pathname + location.search;
let shown = here();
let listScroll = 0;

/** A body that is not here yet is fetched from the mail server while the page waits. */
const LONGEST_WAIT = 60000;
let loading = new AbortController();
let underWay = 0;

/** Loads a conversation into the reading pane. `focus`: the subject takes it, as after Enter, a tap, or `o`. */
export async function open(address, { push = true, focus = alone() } = {}) {
  if (app.dataset.view === "list") listScroll = document.scrollingElement.scrollTop;
  shown = address;
  loading.abort();
  const mine = (loading = new AbortController());
  const busy = setTimeout(() => reader().setAttribute("aria-busy", "true"), 100);
  const signal = AbortSignal.any([mine.signal, AbortSignal.timeout(LONGEST_WAIT)]);
  // Whoever leafs sees little of it: what they stay at is marked when it is shown.
  const row = rowOf(address);
  const marks = !underWay++ && readAfter() === 0 && row?.classList.contains("is-unread");
  reader().dataset.coming = row?.id.slice(1) ?? "";
  const began = performance.now();
  const answer = fetchRegion(address, "reader", signal, marks ? signed() : undefined);
  const page = await (marks ? sending(about([row.id.slice(1)], answer)) : answer).catch(() => {
    if (!mine.signal.aborted) unreachable(() => open(address, { push, focus }));
  });
  underWay -= 1;
  clearTimeout(busy);
  if (mine.signal.aborted) return;
  reader().removeAttribute("aria-busy");
  delete reader().dataset.coming;
  if (page) put(page, push && address, focus, marks ? began : 0);
}

/** The row of what this opens, where the list has one. */
function rowOf(address) {
  const { pathname } = new URL(address, location);
  return list()?.rows.find((row) => row.querySelector(".row-subj > a").pathname === pathname);
}

/** `marked`: when it began to be marked as read, if it was. */
function put(page, address, focus, marked) {
  if (address) history.pushState(null, "", address);
  if (page.title) document.title = page.title;
  reader().replaceChildren(...page.body.childNodes);
  opened(focus, marked);
  document.dispatchEvent(new Event("mail:opened"));
}

/** Back to the list, focus on the row that was left. */
export function close({ push = true } = {}) {
  const left = reader().querySelector("[data-thread]")?.dataset.thread;
  const pane = document.getElementById("list-pane");
  loading.abort();
  reader().removeAttribute("aria-busy");
  delete reader().dataset.coming;
  if (push) history.pushState(null, "", pane.dataset.address);
  shown = pane.dataset.address;
  app.dataset.view = "list";
  title(document.getElementById("list-head").dataset.window);
  list().mark(null);
  if (!onePane()) reader().replaceChildren(document.getElementById("no-conversation").content.cloneNode(true));
  named(false);
  if (onePane()) document.scrollingElement.scrollTop = listScroll;
  list().focusRow(document.getElementById(`c${left}`) ?? list().current);
}

const isMessage = (address) => address.pathname.startsWith("/message/");

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (link.matches(".back")) {
    event.preventDefault();
    close();
  } else if (isMessage(link) && /^\/message\/\d+\/$/.test(link.pathname) && link.closest("#list, #reader")) {
    event.preventDefault();
    // The second click of two opens nothing else: it would find folded what was unread at the first.
    if (event.detail < 2) open(link.pathname + link.search, { focus: alone() || event.detail === 0 });
  }
});

// Newer, older and “Show 2 earlier messages” are buttons of one GET form.
document.addEventListener("submit", (event) => {
  if (event.target.id !== "go" || !/\/message\/\d+\/$/.test(event.submitter.formAction)) return;
  event.preventDefault();
  const query = new URLSearchParams(new FormData(event.target, event.submitter));
  open(`${new URL(event.submitter.formAction).pathname}?${query}`);
});

function opened(focus = false, marked = 0) {
  const conversation = reader().querySelector("[data-thread]");
  app.dataset.view = "conversation";
  named(Boolean(conversation));
  if (!conversation) return;
  list()?.mark(conversation.dataset.thread);
  neighbours();
  scrollToStart();
  const lost = document.activeElement === document.body; // what had the focus was in the conversation before
  if (focus || lost) document.getElementById("subject").focus({ preventScroll: true });
  if (marked) showRead(conversation, marked);
  else markInTime(conversation);
}

/** The first unread message with its header in view, without moving when it is there already. */
function scrollToStart() {
  const box = onePane() ? document.scrollingElement : reader().querySelector(".reader-scroll");
  const head = reader().querySelector(".msg[data-start] .msg-head");
  box.scrollTop = 0;
  if (head && head.getBoundingClientRect().bottom > innerHeight * 0.7) head.closest(".msg").scrollIntoView({ block: "start" });
}

function named(byConversation) {
  reader().toggleAttribute("aria-labelledby", false);
  reader().removeAttribute("aria-label");
  if (byConversation) reader().setAttribute("aria-labelledby", "subject");
  else reader().setAttribute("aria-label", reader().dataset.label);
}

let reading = 0;

/** Seconds until what is open is marked as read; less than none for never. */
const readAfter = () => Number(app.dataset.readAfter ?? 0);

/** What was marked as it was asked for. Unread messages that stay folded stay unread, and so does the conversation. */
function showRead({ dataset }, began) {
  clearTimeout(reading);
  const isOverruled = isAwaited(dataset.thread); // marked as unread before it was there
  if (dataset.unread !== "true" && !isOverruled) change.seen(dataset.thread, "1");
  told(began);
}

/** As soon as the person wants it, when the conversation is open still. */
function markInTime(conversation) {
  clearTimeout(reading);
  const seconds = readAfter();
  if (seconds === 0) markRead(conversation);
  if (seconds > 0) reading = setTimeout(() => conversation.isConnected && app.dataset.view === "conversation" && markRead(conversation), 1000 * seconds);
}

/** What was not known to be unread, or is to be marked later, by a post of its own; see `showRead`. */
function markRead({ dataset }) {
  const button = reader().querySelector("button[name=seen]");
  if (dataset.unread !== "true" || !button) return;
  if (dataset.folded !== "true") return void act(button.formAction, "seen", "1", dataset.thread, { silent: true });
  read(button.formAction, [...reader().querySelectorAll(".msg.open")].map((message) => message.id.slice("msg-".length)));
}

// What was open is not in the list any more: another comes in its place, or the list.
document.addEventListener("mail:left", ({ detail: next }) => {
  const link = following(next)?.querySelector(".row-subj > a");
  if (link) open(link.pathname + link.search);
  else close();
});

/** The row that comes in its place, as the person likes it; without a wish the next one, and the list where it stands alone. */
function following(next) {
  const wanted = app.dataset.after ?? (alone() ? "list" : "next");
  if (wanted !== "previous" && wanted !== "next") return null;
  if (!next) return besideRead(wanted);
  const rows = list().rows;
  return wanted === "next" ? next : rows[rows.indexOf(next) - 1];
}

/** What was open had no row to stand beside: the row of what its own buttons lead to, as far as there is one. */
function besideRead(wanted) {
  const button = document.getElementById(wanted === "next" ? "older-conversation" : "newer");
  if (!button || button.hidden) return null;
  const address = new URL(button.formAction).pathname;
  return list().rows.find((row) => row.querySelector(".row-subj > a").pathname === address);
}

/** The list knows what stands beside the conversation better than the page that was asked for. */
function neighbours() {
  for (const [id, by] of [["newer", -1], ["older-conversation", 1]]) {
    const button = document.getElementById(id);
    const link = list()?.beside(by)?.querySelector(".row-subj > a");
    if (!button || !link) continue;
    button.formAction = link.pathname;
    button.hidden = false;
  }
}

// Where the focus is after a step through the history is for us to say, or it would be on nothing.
globalThis.navigation?.addEventListener("navigate", (event) => {
  if (event.navigationType === "traverse" && event.canIntercept && !event.hashChange) event.intercept({ focusReset: "manual" });
});

addEventListener("popstate", () => {
  const pane = document.getElementById("list-pane");
  const address = here();
  if (address === shown) return; // only the drawer has gone
  if (isMessage(location)) open(address, { push: false, focus: alone() });
  else if (address !== pane.dataset.address) location.reload();
  else if (app.dataset.view === "conversation") close({ push: false });
});

// A page that came with a conversation: the same as one that was loaded into it. One that was left for another mailbox
// goes on where its list begins; on a page that was come to from elsewhere, the first stop is the browser's.
if (reader()?.querySelector("[data-thread]")) opened();
else if (document.referrer.startsWith(`${location.origin}/`) && document.activeElement === document.body) {
  document.getElementById("list-title")?.focus({ preventScroll: true });
}
