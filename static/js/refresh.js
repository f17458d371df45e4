// Brings the page up to the index: asks what changed since the state it shows, and puts only that in place.
// `refresh` is the one way in, whoever knows of a change: the clock, an action, or a push.
import { say } from "./announce.js";
import { app, fetchDocument, list } from "./page.js";
import { allHeard, heard } from "./marks.js";
import { morph, morphInside } from "./morph.js";

let running = false;
/** What was told of while a question was under way: arguments of `refresh`. */
let next = null;

/** Fetch and apply what changed, when `state` of `mailbox` is newer than what is shown, or nothing is known of it.
    Whether it was fetched; what comes while one is under way is left to that one. */
export async function refresh(mailbox, state) {
  const shown = list();
  if (!shown || (Number(mailbox) === Number(shown.dataset.mailbox) && state <= shown.state)) return false;
  if (running) {
    // Where it is not said what is news, nothing that is said later takes the place of that.
    if (!next || next[0] !== undefined) next = [mailbox, state];
    return false;
  }
  running = true;
  try {
    await update(shown);
  } finally {
    running = false;
  }
  const [news] = [next, (next = null)];
  if (news) await refresh(...news);
  return true;
}

/** Milliseconds that a question waits for the answers to what was done, and for how long it is put again for its sake. */
const PATIENCE = 3000;
const WHILE_ACTING = 30000;

/** What is asked of the server. An answer may be older than what the person did while it was under way, and would show
    rows as they were before: then it is asked for again. */
async function current(address, region) {
  const until = performance.now() + WHILE_ACTING;
  for (;;) {
    await Promise.race([allHeard(), new Promise((then) => setTimeout(then, PATIENCE))]);
    const before = heard();
    const answer = await fetchDocument(address, region);
    if (before === heard() || performance.now() > until) return answer;
  }
}

async function update(shown) {
  const [page, own] = shown.dataset.changes.split("?");
  const address = `${page}?${own ? `${own}&` : ""}${new URLSearchParams({ since: shown.dataset.state, mark: shown.dataset.mark, ...choices() })}`;
  const changes = (await current(address))?.getElementById("changes");
  if (!changes || !shown.isConnected) return;
  if (changes.dataset.anew === "true") return void (await (mayWait(shown, changes) ? heads(changes) : anew()));
  apply(shown, changes);
}

/** What of the mailbox is listed, and in which order. */
function choices() {
  return Object.fromEntries([...new URLSearchParams(location.search)].filter(([name]) => ["only", "sort", "q", "all"].includes(name)));
}

/** Long enough for what comes with the same answer. */
const AT_ONCE = 1000;

function apply(shown, changes) {
  if (refused(changes.querySelector("#refused"))) shown.expectsUntil = Date.now() + AT_ONCE;
  shown.apply(changes.querySelector("#rows"), changes.dataset.removed.split(" ").filter(Boolean));
  for (const name of ["state", "mark"]) shown.dataset[name] = changes.dataset[name];
  if (shown.rows.length) delete app.dataset.panes;
  heads(changes);
  if (!shown.rows.length && !document.getElementById("blank")) anew();
}

/** The strip that tells of what the mail server would not do. Whether there is more of it than before: what is back where
    it was is shown at once then, for it is no news that could wait. */
function refused(came) {
  const old = document.getElementById("refused");
  if (!came) old?.remove();
  if (!came || old?.textContent === came.textContent) return false;
  if (old) old.replaceWith(came);
  else document.getElementById("list-pane").before(came);
  say(came.querySelector("p").textContent);
  return true;
}

/** What stands around the rows: the list's head, the mailboxes, the window's title. */
function heads(changes) {
  morph(document.getElementById("sync"), changes.querySelector("#sync"));
  for (const [id, fresh] of [["list-top", "head"], ["side-special", "special"], ["side-folders", "folders"], ["side-labels", "labels"], ["account-choices", "accounts"]]) {
    const [old, came] = [document.getElementById(id), changes.querySelector(`#${fresh}`)];
    if (old && came) morphInside(old, came);
  }
  document.dispatchEvent(new CustomEvent("mail:mailboxes"));
  if (app.dataset.view === "list") title(changes.dataset.title);
}

/** The window's title, with the product's name kept. */
export function title(text) {
  document.title = `${text} – ${document.title.split(" – ").pop()}`;
}

/** Whoever reads further down is left where they are while all of the list is being worked on. */
const mayWait = (shown, changes) => shown.scrollTop > shown.clientHeight && changes.querySelector(".strip.work") !== null;

/** The whole list once more, when too much has changed to tell. What stands above it stays, for it may be pressed now. */
async function anew() {
  const pane = document.getElementById("list-pane");
  const old = list();
  const fresh = await current(pane.dataset.address, "list-pane");
  if (!fresh || !old.isConnected) return; // another list is shown by now
  const [marked, at, row] = [new Set(old.picked), old.scrollTop, old.contains(document.activeElement) && document.activeElement.closest(".row")?.id];
  const hadFocus = pane.contains(document.activeElement);
  const [top, came] = [document.getElementById("list-top"), fresh.getElementById("list-top")];
  if (top && came) {
    morphInside(top, came);
    old.replaceWith(fresh.getElementById("list"));
  } else pane.replaceChildren(...fresh.body.childNodes);
  for (const box of list().querySelectorAll(".row-lead > .check")) box.checked = marked.has(box.value);
  list().scrollTop = at;
  if (row) list().focusRow(document.getElementById(row) ?? list().current);
  else if (hadFocus && document.activeElement === document.body) document.getElementById("list-title")?.focus();
  list().dispatchEvent(new Event("mail:rows", { bubbles: true }));
}
