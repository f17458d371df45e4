// Starts everything. Each module makes one thing quicker that works as a link or a form without it.
import "./mail-list.js";
import "./mail-toasts.js";
import "./act.js";
import "./drawer.js";
import "./keys.js";
import "./menus.js";
import "./open.js";
import "./tree.js";
import "./announce.js";
import "./reach.js";
import "./live.js";
import "./installed.js";
import { unreachable } from "./page.js";

/** What only a conversation needs comes with the first one. */
function read() {
  if (document.querySelector("#reader .msg")) for (const part of [import("./mail-frame.js"), import("./files.js")]) part.catch(() => {});
}

read();
document.addEventListener("mail:opened", read);

const begins = (address) => /^\/compose\/($|\?)/.test(address);

/** What is written is written over the mailbox; all that it takes comes with the first message. */
function write(event, address, values) {
  event.preventDefault();
  event.stopPropagation();
  const form = values && event.target;
  const begin = () => import("./compose.js").then((compose) => compose.begin(address, values, form), () => unreachable(begin));
  return begin();
}

/** What lies in the Drafts folder is gone on with. */
const draftOf = (link) => link.closest("#list") && document.querySelector('#side [aria-keyshortcuts="g d"][aria-current=page]') && link.pathname.match(/^\/message\/(\d+)/);

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || link.target) return;
  const draft = draftOf(link);
  if (draft) write(event, `/compose/?draft=${draft[1]}`);
  else if (begins(link.getAttribute("href"))) write(event, link.href);
}, true);
document.addEventListener("submit", (event) => {
  const address = event.submitter?.getAttribute("formaction") ?? event.target.getAttribute("action") ?? "";
  if (begins(address)) write(event, address, new FormData(event.target, event.submitter));
});
try {
  if (localStorage.composing) import("./compose.js").then(({ reopen }) => reopen()).catch(() => {});
} catch {
  // Nothing is kept here; it is in the Drafts folder.
}

/** What is suggested comes with the first word. */
document.querySelector(".search")?.addEventListener("focusin", ({ currentTarget }) => {
  import("./search-box.js").then(({ begin }) => begin(currentTarget), () => {});
}, { once: true });

// The tooltip of an icon is its name; set when it is wanted, so that a page of rows does not carry every name twice.
document.addEventListener("pointerover", (event) => {
  const tool = event.target.closest?.(".row .tool:not([title])");
  if (tool) tool.title = tool.getAttribute("aria-label");
});
