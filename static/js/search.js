// Results as they are typed, and what the mail server finds besides. Without it the page is forms and links.
import { begin, text } from "./search-box.js";
import { send } from "./marks.js";
import { app, fetchRegion, list, unreachable } from "./page.js";
import { title } from "./refresh.js";

const PAUSE = 200;
const SETTLED = 700;
/** By the clock, where no socket tells. */
const OTHERWISE = 2000;
const LONGEST_WAIT = 20000;

const form = document.querySelector(".search");
const pane = document.getElementById("list-pane");
let typed = 0;
let settled = 0;
let loading = new AbortController();

begin(form);
form.querySelector("[type=search]").addEventListener("input", () => {
  clearTimeout(typed);
  clearTimeout(settled);
  typed = setTimeout(load, PAUSE);
});

/** The results of what stands in the box now. The page's own entry in the history says so, so that Back leaves the search. */
async function load() {
  const address = `${form.action}?${new URLSearchParams({ q: text(), ...stays() })}`;
  loading.abort();
  const { signal } = (loading = new AbortController());
  const busy = setTimeout(() => pane.setAttribute("aria-busy", "true"), 100);
  try {
    const page = await fetchRegion(address, "list-pane", AbortSignal.any([signal, AbortSignal.timeout(LONGEST_WAIT)]));
    if (page) show(page, address);
  } catch {
    if (!signal.aborted) unreachable(load);
  }
  clearTimeout(busy);
  pane.removeAttribute("aria-busy");
}

/** How it is searched, whatever for. */
const stays = () => Object.fromEntries([...new URLSearchParams(location.search)].filter(([name]) => name === "all" || name === "sort"));

function show(page, address) {
  pane.replaceChildren(...page.body.childNodes);
  panes();
  at(address);
  title(document.getElementById("list-head").dataset.window);
  pane.dispatchEvent(new Event("mail:rows", { bubbles: true }));
  begins();
}

/** There is something to read beside the list, or nothing. */
function panes() {
  if (list().rows.length) delete app.dataset.panes;
  else if (app.dataset.view === "list") app.dataset.panes = "one";
}

function at(address) {
  const here = new URL(address, location);
  pane.dataset.address = here.pathname + here.search;
  if (location.pathname === here.pathname) history.replaceState(history.state, "", here);
}

// --- What the mail server finds ---------------------------------------------------------------------------------------

let token = "";
let asking = false;
let again = false;
let clock = 0;

const deep = () => document.getElementById("deep");

/** Asks the mail server by itself, when something may stand in the texts and nobody types on. */
function begins() {
  clearTimeout(settled);
  clearTimeout(clock);
  token = "";
  const { begin: address } = deep()?.dataset ?? {};
  if (address) settled = setTimeout(() => ask(address), SETTLED);
}

async function ask(address) {
  clearTimeout(settled);
  const asked = deep();
  try {
    const answer = await send(address);
    if (!asked?.isConnected || !answer.token) return;
    token = answer.token;
    asked.dataset.more = answer.more;
    const here = new URL(pane.dataset.address, location);
    here.searchParams.set("run", token);
    at(here);
    await more();
  } catch {
    // The button is there still.
  }
}

/** How far it is, and rows of what was found since; once at a time. */
async function more() {
  clearTimeout(clock);
  again = asking;
  if (asking) return;
  asking = true;
  const asked = deep();
  try {
    const page = await fetchRegion(asked.dataset.more, "more", AbortSignal.timeout(LONGEST_WAIT));
    if (page && asked.isConnected) put(page, asked);
  } catch {
    // The clock asks again.
  } finally {
    asking = false;
  }
  if (again) await more();
  else if (deep()?.querySelector("[data-running]")) clock = setTimeout(more, OTHERWISE);
}

/** What was found is added below, and moves nothing that is on the screen. */
function put(page, asked) {
  const fresh = page.getElementById("deep");
  const focused = asked.contains(document.activeElement);
  const rows = [...page.querySelectorAll(".row")].filter((row) => !document.getElementById(row.id));
  if (rows.length) {
    const heading = page.getElementById("g-text");
    if (!document.getElementById("g-text")) list().append(heading, document.createElement("ul"));
    const group = document.getElementById("g-text").nextElementSibling;
    group.setAttribute("aria-labelledby", "g-text");
    group.append(...rows);
    document.getElementById("blank")?.remove();
    panes();
  }
  asked.replaceWith(fresh);
  if (focused) fresh.querySelector("button")?.focus();
  list().settle();
  list().dispatchEvent(new Event("mail:rows", { bubbles: true }));
}

document.addEventListener("mail:search", ({ detail }) => detail === token && more());

document.getElementById("act").addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button?.closest("#deep")) return;
  event.preventDefault();
  if (button.closest("[data-running]")) send(button.formAction).then(more, () => unreachable());
  else ask(button.formAction);
});

// Rows of a later page may be of conversations that stand above already.
pane.addEventListener("mail:rows", () => {
  const seen = new Set();
  for (const row of pane.querySelectorAll(".row")) {
    if (seen.has(row.id)) row.remove();
    seen.add(row.id);
  }
});

if (deep()?.querySelector("[data-running]")) {
  token = new URLSearchParams(location.search).get("run") ?? "";
  more();
} else begins();
