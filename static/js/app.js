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

/** What only a conversation needs comes with the first one. */
function read() {
  if (document.querySelector("#reader .msg")) for (const part of [import("./mail-frame.js"), import("./files.js")]) part.catch(() => {});
}

read();
document.addEventListener("mail:opened", read);

// The tooltip of an icon is its name; set when it is wanted, so that a page of rows does not carry every name twice.
document.addEventListener("pointerover", (event) => {
  const tool = event.target.closest?.(".row .tool:not([title])");
  if (tool) tool.title = tool.getAttribute("aria-label");
});
