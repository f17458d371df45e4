// The marks in the list: by their boxes, with Shift a run of them, by keys, and all at once. A mark is the box's own
// state, which stays when its row is changed in place.
import { list } from "./page.js";
import { plural } from "./plural.js";

const pane = document.getElementById("list-pane");
const boxes = () => [...list().querySelectorAll(".row-lead > .check")];
let anchor = null;
let run = false;

/** Where there is none, as in results, one that nobody can press. */
const everything = () => pane.querySelector(".everything > .check") ?? document.createElement("input");
pane.addEventListener("change", choose);
document.getElementById("act").addEventListener("reset", () => setTimeout(draw));
pane.addEventListener("mail:rows", draw);

pane.addEventListener("click", (event) => {
  if (event.target.matches(".row-lead > .check")) run = event.shiftKey;
  if (event.target.closest("[data-select]")) all();
});
// A click with Shift marks a run of rows, not the words in them.
pane.addEventListener("mousedown", (event) => event.shiftKey && event.target.closest(".row-lead") && event.preventDefault());

/** A box was changed by its person. */
export function choose({ target }) {
  if (target.matches?.(".row-lead > .check")) mark(target);
  else if (target.matches?.(".check-hit > .check")) (everything().checked &&= target.checked), boxes().forEach((box) => (box.checked = target.checked));
  draw();
}

function mark(box) {
  const rows = boxes();
  const [from, to] = [rows.indexOf(anchor), rows.indexOf(box)];
  if (run && from >= 0) {
    for (const each of rows.slice(Math.min(from, to), Math.max(from, to) + 1)) each.checked = box.checked;
  }
  everything().checked &&= box.checked;
  [anchor, run] = [box, false];
}

/** The other state for the row that is meant. */
export function toggle(row) {
  const box = row?.querySelector(".check");
  if (!box) return;
  box.checked = !box.checked;
  mark(box);
  draw();
}

/** Marks the row in focus and the next one, to where the focus goes. */
export function extend(by) {
  const here = document.activeElement.closest(".row") ?? list().current;
  for (const step of [0, by]) {
    if (step) list().step(step);
    const row = step ? document.activeElement.closest(".row") : here;
    if (row) row.querySelector(".check").checked = true;
  }
  draw();
}

export const all = () => set(() => true);
export const none = () => set(() => false);
export const unread = () => set((row) => row.classList.contains("is-unread"));

function set(wanted) {
  everything().checked = false;
  for (const box of boxes()) box.checked = wanted(box.closest(".row"));
  draw();
}

/** The bar over the list says how many, and takes the place of the list's head. */
function draw() {
  const whole = everything();
  if (whole.checked) for (const box of boxes()) box.checked = true; // those that were loaded since, too
  const marked = list().picked.length;
  const bar = document.getElementById("bulk");
  pane.classList.toggle("is-selecting", marked > 0);
  // That more can be meant is offered until no mark is left: the rows do not move while marks are taken from them.
  pane.classList.toggle("has-all", marked > 0 && (marked === boxes().length || pane.classList.contains("has-all")));
  keepFocus(marked > 0);
  pane.closest(".app").classList.toggle("has-marked", marked > 0); // its Compose button makes room on a phone
  for (const box of pane.querySelectorAll(".check-hit > .check")) {
    // Pressed while some are marked it marks the rest.
    box.checked = marked > 0 && marked === boxes().length;
    box.indeterminate = marked > 0 && !box.checked;
  }
  if (!marked) whole.checked = false;
  const text = whole.checked ? whole.nextElementSibling.textContent : marked ? plural(bar.dataset.forms, marked) : "";
  const count = bar.querySelector(".count");
  if (count.textContent !== text) count.textContent = text;
}

/** The bar and the list's head take each other's place, and the focus was in the one that goes. */
function keepFocus(isBar) {
  if (!document.activeElement.closest(isBar ? "#list-head" : ".bulk, .everything")) return;
  const box = document.querySelector(isBar ? "#bulk .check" : "#list-head .check");
  if (box?.checkVisibility()) box.focus();
  else list().focusRow(list().current);
}
