// What is suggested while a search is typed. Without it the box is a form.
import { fetchRegion } from "./page.js";

const PAUSE = 150;

let form;
let input;
let panel;
let timer = 0;
let asking = new AbortController();

/** Begins with the box that has the focus. */
export function begin(box) {
  if (form) return;
  form = box;
  input = form.querySelector("[type=search]");
  panel = document.createElement("div");
  panel.className = "menu search-panel";
  panel.id = "sugg";
  panel.hidden = true;
  panel.setAttribute("role", "listbox");
  panel.setAttribute("aria-label", form.dataset.label);
  form.append(panel);
  const roles = { role: "combobox", "aria-expanded": "false", "aria-controls": "sugg", "aria-autocomplete": "list" };
  for (const [name, value] of Object.entries(roles)) input.setAttribute(name, value);
  input.addEventListener("input", soon);
  input.addEventListener("keydown", press);
  input.addEventListener("focus", () => isWanted() && ask());
  form.addEventListener("focusout", ({ relatedTarget }) => form.contains(relatedTarget) || close());
  form.addEventListener("submit", submitted);
  panel.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the box
  panel.addEventListener("click", ({ target }) => choose(target.closest("[role=option]")));
  if (isWanted()) ask();
}

/** All that the box says, its chips included. */
export function text() {
  return [...form.querySelectorAll("[name=with]")].map(({ value }) => value).concat(input.value.trim()).filter(Boolean).join(" ");
}

/** Beside results these are what one looks at; elsewhere all that comes by itself is suggested. */
const isWanted = () => !document.getElementById("refine") || !input.value;

function soon() {
  clearTimeout(timer);
  chosen()?.setAttribute("aria-selected", "false"); // Enter is for what is typed now
  if (!isWanted()) return void close();
  timer = setTimeout(ask, PAUSE);
}

async function ask() {
  asking.abort();
  const { signal } = (asking = new AbortController());
  try {
    const page = await fetchRegion(`${form.dataset.suggest}?${new URLSearchParams({ q: text() })}`, "sugg", signal);
    if (page && !signal.aborted && form.contains(document.activeElement)) show(page);
  } catch {
    // Nothing is suggested, and the search goes on without.
  }
}

function show(page) {
  panel.replaceChildren(...page.body.childNodes);
  options().forEach((option, at) => (option.id = `sugg-${at}`));
  open(options().length > 0);
}

const options = () => [...panel.querySelectorAll("[role=option]")];
const chosen = () => panel.querySelector("[aria-selected=true]");

function open(is) {
  panel.hidden = !is;
  input.setAttribute("aria-expanded", String(is));
  if (!is) input.removeAttribute("aria-activedescendant");
}

function close() {
  clearTimeout(timer);
  asking.abort();
  open(false);
}

function press(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by) {
    event.preventDefault();
    if (panel.hidden) ask();
    else move(by);
  } else if (event.key === "Enter" && !panel.hidden && chosen()) {
    event.preventDefault();
    choose(chosen());
  } else if (event.key === "Escape") {
    event.preventDefault();
    if (panel.hidden) input.blur();
    close();
  }
}

function move(by) {
  const all = options();
  const here = all.indexOf(chosen());
  const to = all[(here + by + (here < 0 && by < 0 ? 1 : 0) + all.length) % all.length];
  chosen()?.setAttribute("aria-selected", "false");
  to.setAttribute("aria-selected", "true");
  to.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", to.id);
}

/** Goes there; an operator alone goes into the box, to be typed on. */
function choose(option) {
  if (!option) return;
  const { q, link } = option.dataset;
  if (link) return void location.assign(link);
  if (!q.endsWith(":")) return void go(q);
  const chips = text().slice(0, text().length - input.value.trim().length);
  input.value = q.slice(chips.length);
  input.focus();
  ask();
}

function submitted(event) {
  event.preventDefault();
  go(text());
}

function go(q) {
  close();
  location.assign(`${form.action}?${new URLSearchParams({ q })}`);
}
