// Fingers on a row: a swipe does to it what its person has chosen, one that stays marks it. Each has an equal: the bar
// over marked rows.
import { app, onePane } from "./page.js";
import { perform } from "./perform.js";
import { toggle } from "./select.js";

const EDGE = 24;
const ARMED = 0.3;
const FLICK = 0.5;
const HELD = 500;
const SLACK = 10;

const pane = document.getElementById("list-pane");
const toEnd = getComputedStyle(pane).direction === "rtl" ? -1 : 1;
let swipe = null;

pane.addEventListener("pointerdown", (event) => {
  const row = event.pointerType === "touch" && onePane() && event.target.closest(".row");
  if (swipe || !row || !event.isPrimary) return void stop();
  const nearEdge = event.clientX < EDGE || event.clientX > innerWidth - EDGE;
  swipe = { row, x: event.clientX, y: event.clientY, at: event.timeStamp, by: 0, nearEdge };
  swipe.hold = setTimeout(hold, HELD);
});

pane.addEventListener("pointermove", (event) => {
  if (!swipe || !event.isPrimary) return;
  const [dx, dy] = [event.clientX - swipe.x, event.clientY - swipe.y];
  if (Math.hypot(dx, dy) > SLACK) clearTimeout(swipe.hold);
  if (!swipe.under && (Math.abs(dy) > SLACK || swipe.nearEdge)) return void stop();
  if (!swipe.under && Math.abs(dx) > SLACK) begin(event.pointerId);
  if (swipe.under) draw(dx);
});

for (const type of ["pointercancel", "scroll"]) pane.addEventListener(type, () => stop());

pane.addEventListener("pointerup", (event) => {
  if (!swipe?.under) return void stop();
  const speed = Math.abs(swipe.by) / Math.max(1, event.timeStamp - swipe.at);
  const { row, tool } = swipe;
  const goes = tool && (isArmed() || (speed > FLICK && Math.abs(swipe.by) > 3 * SLACK));
  // What is lifted now is no tap on the row.
  addEventListener("click", prevent, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", prevent, { capture: true }), 50);
  stop();
  if (goes && tool.name === "do") perform(tool.formAction, tool.value, [row.id.slice(1)]);
  else if (goes) tool.click();
});

const prevent = (event) => (event.preventDefault(), event.stopPropagation());
const isArmed = () => Math.abs(swipe.by) > ARMED * swipe.row.offsetWidth;

function hold() {
  const { row } = swipe;
  stop();
  navigator.vibrate?.(10);
  toggle(row);
  addEventListener("click", prevent, { capture: true, once: true });
  addEventListener("pointerup", () => setTimeout(() => removeEventListener("click", prevent, { capture: true }), 50), { once: true });
}

// The browser's own menu for a link would end the gesture.
pane.addEventListener("contextmenu", (event) => event.pointerType === "touch" && event.target.closest(".row") && event.preventDefault());

function begin(pointer) {
  const { row } = swipe;
  pane.setPointerCapture?.(pointer);
  swipe.under = Object.assign(document.createElement("div"), { className: "under" });
  swipe.under.setAttribute("aria-hidden", "true");
  swipe.under.style.top = `${row.getBoundingClientRect().top - pane.getBoundingClientRect().top}px`;
  swipe.under.style.height = `${row.offsetHeight}px`;
  row.classList.add("is-swiped");
  pane.append(swipe.under);
}

/** In some mailboxes another button stands in the place of one. */
const INSTEAD = { archive: "inbox", trash: "delete" };

/** The button that does what was chosen, where there is one: of the bar, or of the row. */
function chosen(deed) {
  const quick = (value) => document.querySelector(`#bulk [data-row][value="${value}"]`);
  return quick(deed) ?? quick(INSTEAD[deed]) ?? swipe.row.querySelector(`button[name="${deed}"]`);
}

/** The row goes with the finger, over what will be done. */
function draw(dx) {
  const tool = chosen(dx * toEnd > 0 ? app.dataset.swipeEnd ?? "archive" : app.dataset.swipeStart ?? "snooze");
  if (!tool) dx = 0; // there is nothing to do in this direction
  if (tool !== swipe.tool) {
    swipe.under.className = `under ${dx * toEnd > 0 ? "start" : "end"}`;
    swipe.under.replaceChildren(...[...(tool?.childNodes ?? [])].map((node) => node.cloneNode(true)));
  }
  const was = isArmed();
  [swipe.tool, swipe.by] = [tool, dx];
  if (!was && isArmed()) navigator.vibrate?.(10);
  swipe.under.classList.toggle("is-armed", isArmed());
  swipe.row.style.translate = `${dx}px 0`;
}

function stop() {
  if (!swipe) return;
  clearTimeout(swipe.hold);
  swipe.row.classList.remove("is-swiped");
  swipe.row.style.translate = "";
  swipe.under?.remove();
  swipe = null;
}
