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
import { kept, own } from "./person.js";

/** What only a conversation needs comes with the first one. */
function read() {
  if (document.querySelector("#reader .msg")) for (const part of [import("./mail-frame.js"), import("./files.js")]) part.catch(() => {});
}

read();
document.addEventListener("mail:opened", read);

/** What is written is written over the mailbox; all that it takes comes with the first message. */
const compose = (name, ...values) => import("./compose.js").then((module) => module[name](...values), () => unreachable());

document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="/compose/"]:not([download]), #list a[href^="/message/"]');
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  // What lies in the Drafts folder is gone on with.
  const drafts = document.querySelector('[aria-keyshortcuts="g d"][aria-current=page]');
  const address = link.closest("#list") ? drafts && `/compose/?draft=${link.pathname.split("/")[2]}` : link.href;
  if (!address) return;
  event.preventDefault();
  event.stopPropagation();
  link.closest("[popover]")?.hidePopover(); // it would stay above the composer
  compose("begin", address);
}, true);
document.addEventListener("submit", (event) => {
  const { submitter, target } = event;
  const address = submitter?.getAttribute("formaction") ?? target.getAttribute("action");
  if (event.defaultPrevented || !address?.startsWith("/compose/")) return;
  event.preventDefault();
  submitter?.closest("[popover]")?.hidePopover();
  compose("begin", address, new FormData(target, submitter), target);
});
if (kept(own("composing"))) compose("reopen");
// A message can be begun without a connection, too.
setTimeout(() => import("./compose.js").then((module) => module.ready()).catch(() => {}), 15000);

/** What is suggested comes with the first word. */
document.querySelector(".search")?.addEventListener("focusin", ({ currentTarget }) => {
  import("./search-box.js").then(({ begin }) => begin(currentTarget), () => {});
}, { once: true });

// The tooltip of an icon is its name; set when it is wanted, so that a page of rows does not carry every name twice.
document.addEventListener("pointerover", (event) => {
  const tool = event.target.closest?.(".row .tool:not([title])");
  if (tool) tool.title = tool.getAttribute("aria-label");
});
