// Asks what changed: by the clock, and whenever a push or a return says so. Tells when nobody answers.
import { say } from "./announce.js";
import { app } from "./page.js";
import { refresh } from "./refresh.js";

const WHILE_SYNCING = 3000;
const WHILE_LISTENING = 60000;
const OTHERWISE = 15000;
const WHILE_OFFLINE = 5000;
const PATIENCE = 3000;
const PUSHED_WITHIN = 1500;

let listening = false;
let patience = 0;
let clock = 0;
let doubt = 0;
let pushedAt = 0;

/** Bring the page up to the index, when `state` of `mailbox` is news, or nothing is known of it. Never fails. */
export async function ask(mailbox, state) {
  clearTimeout(doubt);
  try {
    if (await refresh(mailbox, state)) answered();
  } catch (fault) {
    if (fault.message?.startsWith("404 ")) location.assign("/"); // the folder is gone: deleted here or elsewhere
    else unanswered();
  }
}

/** The mailbox on the screen has changed: it is asked for in a moment. */
export function pushed() {
  pushedAt = performance.now();
}

/** After a deed of this page that `began` then: a push tells of it, and asks, or is on its way. Where none comes, ask. */
export async function told(began) {
  if (!listening) return ask();
  clearTimeout(doubt);
  if (pushedAt < began) doubt = setTimeout(ask, PUSHED_WITHIN);
}

/** Whether changes are heard of by themselves. */
export function listens(now) {
  if (now === listening) return; // attempts that fail must not set the clock back each time
  listening = now;
  wind();
  if (now) return;
  unanswered();
  ask();
}

function answered() {
  clearTimeout(patience);
  patience = 0;
  document.getElementById("offline")?.remove();
  delete app.dataset.offline;
}

function unanswered() {
  patience ||= setTimeout(showStrip, PATIENCE);
}

function showStrip() {
  const strip = document.getElementById("offline-strip").content.cloneNode(true).firstElementChild;
  strip.querySelector("button").addEventListener("click", () => ask());
  document.querySelector(".panes").prepend(strip);
  app.dataset.offline = "";
  say(strip.querySelector("p").textContent);
  wind();
}

function interval() {
  if ("offline" in app.dataset) return WHILE_OFFLINE;
  if (document.querySelector("#list-top progress")) return WHILE_SYNCING;
  return listening ? WHILE_LISTENING : OTHERWISE;
}

/** Never in a tab nobody sees. */
function wind() {
  clearTimeout(clock);
  clock = setTimeout(async () => {
    if (!document.hidden) await ask();
    wind();
  }, interval());
}

wind();
document.addEventListener("visibilitychange", () => document.hidden || ask());
addEventListener("online", () => ask());
addEventListener("offline", unanswered);
