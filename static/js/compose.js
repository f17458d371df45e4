// Writing over the mailbox: composers are opened, stand beside each other, and are there again when the page was lost.
// Loaded when somebody writes for the first time.
import "./mail-composer.js";
import { fresh, keep, kept, typed } from "./compose-blank.js";
import { load } from "./compose-html.js";
import { Journal } from "./compose-journal.js";
import { toast } from "./compose-notices.js";
import { token, undo } from "./compose-send.js";
import { signIn } from "./compose-sign-in.js";
import { app, leftForSignIn, onePane, unreachable } from "./page.js";
import { keep as put, kept as found, own } from "./person.js";
import { documentOf } from "./trusted.js";

const OPEN = own("composing");
const LONGEST_WAIT = 20000;
const WHILE_OFFLINE = 3000;
const GAP = 16;
const dock = document.body.appendChild(Object.assign(document.createElement("div"), { className: "compose-dock" }));

/** Begins a message: `address` says what it answers, `values` what was typed already. */
export async function begin(address, values = new FormData(), form = null) {
  const opener = document.activeElement;
  values.set("csrfmiddlewaretoken", token());
  load().catch(() => {}); // beside the question; who needs it asks again
  try {
    const signal = AbortSignal.timeout(isOffline() ? WHILE_OFFLINE : LONGEST_WAIT);
    const response = await fetch(address, { method: "POST", body: values, signal, headers: { "X-Requested-With": "fetch" } });
    if (leftForSignIn(response)) return;
    if (response.headers.get("Content-Type").startsWith("application/json")) await sent(await response.json());
    else if (response.ok) await show(await response.text(), { opener });
    else throw new Error(`${response.status} for ${address}`);
    if (form?.id !== "act") form?.reset();
    ready().catch(() => {});
  } catch (fault) {
    console.warn(fault);
    const given = !form && /^(?:TypeError|TimeoutError)$/.test(fault.name) && kept() && typed(address);
    if (given) await show(kept(), { opener, local: fresh(), given });
    else unreachable(() => begin(address, values, form));
  }
}

const isOffline = () => !app || "offline" in app.dataset;

let prepared;

/** Has at hand what it takes to begin a message without a connection. */
export function ready() {
  prepared ??= prepare();
  return prepared;
}

async function prepare() {
  load().catch(() => {});
  const markup = await keep();
  if (!markup) return;
  const { dataset, icons } = blank(markup);
  await sheet(dataset.sheet);
  for (const each of icons) fetch(each).catch(() => {});
  navigator.serviceWorker?.controller?.postMessage({ writing: true });
}

function blank(markup) {
  const made = parse(markup);
  const icons = new Set([...made.querySelectorAll("use")].map((each) => each.getAttribute("href").split("#")[0]).filter(Boolean));
  return { dataset: made.dataset, icons };
}

/** A quick answer went without a composer; what stands in its way opens one. */
async function sent({ draft, said, problems, words }) {
  if (!problems) return toast(said, words.undo, () => undo(draft, words));
  const response = await fetch(`/compose/${draft}/`, { headers: { "X-Requested-With": "fetch" } });
  await show(await response.text());
  return dock.querySelector(`[data-draft="${draft}"]`).refuse(problems);
}

/** Puts a composer on the screen, and the focus into it. One that is open already comes to the front. `local`: the name
    of one that the server does not know yet, with what is `given` in its fields. */
export async function show(markup, { focus = true, opener = null, local = "", given = [] } = {}) {
  const fresh = parse(local ? markup.replaceAll('-None"', `-${local}"`) : markup);
  const open = !local && dock.querySelector(`[data-draft="${fresh.dataset.draft}"]`);
  if (open && !open.hidden) return open.restore();
  if (open) open.remove();
  if (local) fresh.dataset.local = local;
  for (const [name, value] of given) fresh.querySelector(`[name=${name}]`).value = value;
  await sheet(fresh.dataset.sheet);
  dock.append(document.adoptNode(fresh));
  makeRoom(fresh);
  fresh.opener = opener;
  remember();
  await fresh.start(focus);
}

const parse = (markup) => documentOf(markup).querySelector("mail-composer");

function sheet(address) {
  if (document.querySelector(`link[href="${address}"]`)) return null;
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: address });
  const loaded = new Promise((resolve) => (link.onload = link.onerror = resolve));
  document.head.append(link);
  return loaded;
}

/** Those that do not fit beside it are minimised, the oldest first. Where even those have no room, they go below. */
function makeRoom(newest) {
  const all = [...dock.children].filter((each) => !each.hidden);
  const large = all.filter((each) => !each.isMinimised && each !== newest);
  while (large.length && (onePane() || wide(all) > dock.clientWidth)) large.shift().minimise();
}

/** Pixels that they take beside each other. */
const wide = (all) => all.reduce((sum, each) => sum + each.offsetWidth + GAP, -GAP);

document.addEventListener("compose:open", ({ detail }) => show(detail));
dock.addEventListener("compose:restored", ({ target }) => makeRoom(target));
for (const each of ["compose:left", "compose:named"]) dock.addEventListener(each, () => remember());

/** Whose words are on the screen signs in over them. */
document.addEventListener("mail:signed-out", (event) => {
  const open = dock.querySelector("mail-composer:not([hidden])");
  if (!open) return;
  event.preventDefault();
  signIn(open.words, open.data.account);
});

/** What is typed is saved, and lies in the Drafts folder, before signing out takes it from this browser. */
document.addEventListener("submit", async (event) => {
  const { submitter, target } = event;
  const open = [...dock.children].filter((each) => !each.hidden);
  if (!submitter?.formAction.endsWith("/sign-out") || !open.length) return;
  event.preventDefault();
  await Promise.all(open.map((each) => each.close()));
  const left = open.find((each) => each.isConnected && !each.hidden);
  if (left) left.restore();
  else target.requestSubmit(submitter);
});

/** What this tab has written there; the rest is of other tabs, or of those that were lost. */
let written = [];

/** Which are open, for the page that comes after this one, however it ends; without those that have `gone`. */
function remember(gone = []) {
  const before = [...written, ...gone];
  const others = found(OPEN).split(",").filter((each) => each && !before.includes(each));
  written = [...dock.children].filter((each) => !each.hidden).map((each) => each.dataset.draft || each.dataset.local);
  put(OPEN, [...new Set([...others, ...written])].join());
}

/** Opens what was open when the page was lost, unless another tab has it open. */
export async function reopen() {
  const drafts = found(OPEN).split(",").filter(Boolean);
  const gone = [];
  const held = new Set((await navigator.locks?.query())?.held.map((lock) => lock.name));
  for (const draft of drafts.filter((each) => !held.has(`draft-${each}`))) {
    const local = isLocal(draft) ? draft : "";
    const [entry] = await new Journal(local || Number(draft)).entries();
    if (local && !entry) gone.push(local); // or nothing was typed
    if (local && !entry) continue;
    const markup = await asked(local ? "/compose/" : `/compose/${draft}/`);
    if (markup) await show(markup, { focus: false, local });
    else if (markup === null && entry && kept()) await show(local ? kept() : alone(entry), { focus: false, local });
    else if (markup === "") gone.push(draft);
  }
  remember(gone);
}

/** The server's form; empty when there is none, null when nobody says. */
async function asked(address) {
  const headers = { "X-Requested-With": "fetch" };
  const response = await fetch(address, { headers, signal: AbortSignal.timeout(LONGEST_WAIT) }).catch(() => null);
  if (response?.status === 404) return "";
  return response?.ok && !response.redirected ? response.text() : null;
}

/** A draft of the server's in a blank form, as this browser has kept it. */
function alone({ draft, revision }) {
  const made = parse(kept());
  const form = made.querySelector("form");
  const data = made.querySelector("script").firstChild; // its text: to set that of a script is for a policy
  made.dataset.draft = draft;
  form.setAttribute("action", `/compose/${draft}/`);
  data.data = JSON.stringify({ ...JSON.parse(data.data), revision, apart: true }).replaceAll("<", "\\u003c");
  return made.outerHTML.replaceAll('-None"', `-${draft}"`);
}

const isLocal = (draft) => draft.length === 32;
