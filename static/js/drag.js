// Rows are dragged onto a folder beside the list: moved there, with Ctrl or Alt copied. “Move to” is the same by keys.
import { list } from "./page.js";
import { perform } from "./perform.js";
import { plural } from "./plural.js";

const OPENS_AFTER = 700;

const pane = document.getElementById("list-pane");
const side = document.getElementById("side");
let dragged = [];
let opening = 0;

pane.addEventListener("dragstart", (event) => {
  const row = event.target.closest?.(".row");
  if (!row) return;
  const marked = list().picked;
  dragged = marked.includes(row.id.slice(1)) ? marked : [row.id.slice(1)];
  event.dataTransfer.effectAllowed = "copyMove";
  event.dataTransfer.setDragImage(badge(row), -12, -12);
});

/** What goes with the pointer: the subject, or how many. */
function badge(row) {
  const bar = document.getElementById("bulk");
  const text = dragged.length > 1 ? plural(bar.dataset.forms, dragged.length) : row.querySelector(".row-subj").textContent;
  const made = Object.assign(document.createElement("div"), { className: "dragged", textContent: text });
  document.body.append(made);
  setTimeout(() => made.remove());
  return made;
}

/** The folder under the pointer, as far as something can be put into it. */
function target(event) {
  const item = dragged.length && event.target.closest?.("li.takes-mail[id^=m]");
  return item && item.querySelector("a").getAttribute("aria-current") !== "page" ? item : null;
}

side.addEventListener("dragover", (event) => {
  const item = target(event);
  mark(item);
  if (!item) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = event.ctrlKey || event.altKey ? "copy" : "move";
});

side.addEventListener("dragleave", (event) => side.contains(event.relatedTarget) || mark(null));

side.addEventListener("drop", (event) => {
  const item = target(event);
  if (!item) return;
  event.preventDefault();
  const deed = event.dataTransfer.dropEffect === "copy" ? "copy" : "move";
  perform(document.querySelector("#doings [value=move]").formAction, deed, dragged, [["to", item.id.slice(1)]]);
  end();
});

document.addEventListener("dragend", end);

function end() {
  dragged = [];
  mark(null);
}

/** One folder at a time; one that is folded opens under a pointer that stays. */
function mark(item) {
  const before = side.querySelector(".is-target");
  if (before === item) return;
  before?.classList.remove("is-target");
  item?.classList.add("is-target");
  clearTimeout(opening);
  opening = setTimeout(() => item?.querySelector(".twisty[aria-expanded=false]")?.click(), OPENS_AFTER);
}
