// The buttons that a row has while it is pointed at or in focus, and the menu of all that can be done to it.
import { list } from "./page.js";

const pane = document.getElementById("list-pane");

for (const type of ["pointerover", "focusin", "mail:near"]) pane.addEventListener(type, (event) => dress(event.target.closest?.(".row")));

/** Every row has the quick tools of the bar; a page of rows that carried them all would be half as heavy again. */
function dress(row) {
  const place = row?.querySelector(".row-actions:not(:has([data-row]))");
  if (!place) return;
  const subject = row.querySelector(".row-subj").textContent.trim();
  const made = [...document.querySelectorAll("#bulk [data-row]")].map((tool) => tool.cloneNode(true));
  for (const tool of made) {
    const name = tool.dataset.row.replace("{subject}", subject);
    tool.setAttribute("aria-label", name);
    tool.title = name;
    tool.removeAttribute("aria-keyshortcuts");
    tool.setAttribute("formaction", `${tool.getAttribute("formaction")}&c=${row.id.slice(1)}`);
    tool.querySelector(".tool-label").remove();
    tool.tabIndex = row.classList.contains("is-current") ? 0 : -1;
  }
  place.prepend(...made);
}

pane.addEventListener("contextmenu", (event) => {
  const row = event.target.closest(".row");
  // With Shift the browser's own; a finger that stays marks the row.
  if (!row || event.shiftKey || event.pointerType === "touch") return;
  event.preventDefault();
  const key = event.button !== 2;
  const box = row.getBoundingClientRect();
  openAt(row, ...(key ? [box.left + 40, box.top + 40] : [event.clientX, event.clientY]));
});

/** The menu for one row, or for all that are marked when it is one of those. */
function openAt(row, x, y) {
  const menu = document.getElementById("doings");
  const one = !list().picked.includes(row.id.slice(1));
  if (one) menu.dataset.for = row.id.slice(1);
  list().rove(row);
  menu.classList.add("at-pointer");
  menu.showPopover();
  menu.style.left = `${Math.max(8, Math.min(x, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(y, innerHeight - menu.offsetHeight - 8))}px`;
}

document.addEventListener("toggle", ({ target, newState }) => {
  if (target.id !== "doings" || newState !== "closed") return;
  delete target.dataset.for;
  target.classList.remove("at-pointer");
  target.removeAttribute("style");
  if (document.activeElement === document.body) list().focusRow(list().current);
}, true);
