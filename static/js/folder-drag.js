// Folders are dragged into another, or onto the heading of them all for the top. Whatever this does the menu does too.
import { send } from "./folders.js";

const OPENS_AFTER = 700;
const side = document.getElementById("side");
let dragged = null;
let target = null;
let opening = 0;
let kind = "";
let unfold;

/** `item` is dragged, as data of the type `type`; `fold` opens a folder that is waited on. */
export function begin(item, type, fold) {
  [dragged, kind, unfold] = [item, type, fold];
}

const depth = (item) => Number(item.dataset.depth);

/** What it can be dropped on: not on itself or what is inside it, nor where it is already. */
function targetOf(event) {
  const place = event.target.closest?.("#side-folders > .nav-item, .nav-title:has(+ #side-folders)");
  if (!dragged || !place || place === dragged || below(dragged).includes(place) || place === parent(dragged)) return null;
  return place;
}

function below(item) {
  const found = [];
  for (let next = item.nextElementSibling; next && depth(next) > depth(item); next = next.nextElementSibling) found.push(next);
  return found;
}

function parent(item) {
  let above = item.previousElementSibling;
  while (above && depth(above) >= depth(item)) above = above.previousElementSibling;
  return above ?? item.parentElement.previousElementSibling;
}

function aim(place) {
  if (place === target) return;
  target?.classList.remove("drop");
  clearTimeout(opening);
  target = place;
  target?.classList.add("drop");
  const twisty = target?.querySelector(".twisty[aria-expanded=false]");
  if (twisty) opening = setTimeout(() => unfold(target), OPENS_AFTER);
}

side.addEventListener("dragover", (event) => {
  if (!event.dataTransfer.types.includes(kind)) return;
  aim(targetOf(event));
  if (target) event.preventDefault();
});

side.addEventListener("dragleave", (event) => side.contains(event.relatedTarget) || aim(null));

side.addEventListener("drop", async (event) => {
  if (!target || !event.dataTransfer.types.includes(kind)) return;
  event.preventDefault();
  const inside = target.id ? target.id.slice(1) : "0";
  const address = `/folders/${dragged.id.slice(1)}/move`;
  aim(null);
  const fault = await send(address, { inside });
  const toasts = document.getElementById("toasts");
  if (fault) toasts.show(fault.getElementById("ask-fault").textContent.trim());
});

side.addEventListener("dragend", () => {
  aim(null);
  dragged = null;
});
