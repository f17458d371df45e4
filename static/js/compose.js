// Writing over the mailbox: composers are opened, stand beside each other, and are there again when the page was lost.
// Loaded when somebody writes for the first time.
import "./mail-composer.js";
import { load } from "./compose-html.js";
import { toast } from "./compose-notices.js";
import { signIn, token, undo } from "./compose-send.js";
import { leftForSignIn, onePane, unreachable } from "./page.js";

const OPEN = "composing";
const dock = document.body.appendChild(Object.assign(document.createElement("div"), { className: "compose-dock" }));

/** Begins a message: `address` says what it answers, `values` what was typed already. */
export async function begin(address, values = new FormData(), form = null) {
  const opener = document.activeElement;
  values.set("csrfmiddlewaretoken", token());
  load().catch(() => {}); // beside the question; who needs it asks again
  try {
    const response = await fetch(address, { method: "POST", body: values, headers: { "X-Requested-With": "fetch" } });
    if (leftForSignIn(response)) return;
    if (response.headers.get("Content-Type").startsWith("application/json")) await sent(await response.json());
    else if (response.ok) await show(await response.text(), { opener });
    else throw new Error(`${response.status} for ${address}`);
    if (form?.id !== "act") form?.reset();
  } catch (fault) {
    console.warn(fault);
    unreachable(() => begin(address, values, form));
  }
}

/** A quick answer went without a composer; what stands in its way opens one. */
async function sent({ draft, said, problems, words }) {
  if (!problems) return toast(said, words.undo, () => undo(draft, words));
  const response = await fetch(`/compose/${draft}/`, { headers: { "X-Requested-With": "fetch" } });
  await show(await response.text());
  return dock.querySelector(`[data-draft="${draft}"]`).refuse(problems);
}

/** Puts a composer on the screen, and the focus into it. One that is open already comes to the front. */
export async function show(markup, { focus = true, opener = null } = {}) {
  const fresh = new DOMParser().parseFromString(markup, "text/html").querySelector("mail-composer");
  const open = dock.querySelector(`[data-draft="${fresh.dataset.draft}"]`);
  if (open && !open.hidden) return open.restore();
  open?.remove();
  await sheet(fresh.dataset.sheet);
  dock.append(document.adoptNode(fresh));
  makeRoom(fresh);
  fresh.opener = opener;
  remember();
  await fresh.start(focus);
}

function sheet(address) {
  if (document.querySelector(`link[href="${address}"]`)) return null;
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: address });
  const loaded = new Promise((resolve) => (link.onload = link.onerror = resolve));
  document.head.append(link);
  return loaded;
}

/** Those that do not fit beside it are minimised, the oldest first. */
function makeRoom(newest) {
  const most = onePane() ? 1 : Math.max(1, Math.floor(innerWidth / 620));
  const large = [...dock.children].filter((each) => !each.hidden && !each.isMinimised && each !== newest);
  for (const each of large.slice(0, Math.max(0, large.length + 1 - most))) each.minimise();
}

document.addEventListener("compose:open", ({ detail }) => show(detail));
dock.addEventListener("compose:restored", ({ target }) => makeRoom(target));
dock.addEventListener("compose:left", () => remember());

/** Whose words are on the screen signs in over them. */
document.addEventListener("mail:signed-out", (event) => {
  const open = dock.querySelector("mail-composer:not([hidden])");
  if (!open) return;
  event.preventDefault();
  signIn(null, open.words);
});

/** Which are open, for the page that comes after this one, however it ends. */
function remember() {
  const drafts = [...dock.children].filter((each) => !each.hidden && each.dataset.draft).map((each) => each.dataset.draft);
  try {
    if (drafts.length) localStorage.setItem(OPEN, drafts.join());
    else localStorage.removeItem(OPEN);
  } catch {
    // Then they are in the Drafts folder.
  }
}

/** Opens what was open when the page was lost, unless another tab has it open. */
export async function reopen() {
  const drafts = (localStorage.getItem(OPEN) ?? "").split(",").filter(Boolean);
  const held = new Set((await navigator.locks?.query())?.held.map((lock) => lock.name));
  for (const draft of drafts.filter((each) => !held.has(`draft-${each}`))) {
    const response = await fetch(`/compose/${draft}/`, { headers: { "X-Requested-With": "fetch" } });
    if (response.ok && !response.redirected) await show(await response.text(), { focus: false });
  }
  remember();
}
