// The way back: the last deeds of this tab, by the keys of their changes, also after the page was loaded anew.
import { send } from "./marks.js";
import { list } from "./page.js";
import { ask } from "./reach.js";

const KEY = "done";
const MOST = 20;
const PATIENCE = 10000;
const toasts = () => document.getElementById("toasts");
/** How the screen shows that it was not done, and that it was, while this page knows it. */
const shown = new Map();
const deeds = remembered();

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  } catch {
    return [];
  }
}

function store() {
  deeds.splice(0, deeds.length - MOST);
  try {
    sessionStorage.setItem(KEY, JSON.stringify(deeds));
  } catch {
    // Then it is forgotten with the page.
  }
}

/** Keeps what was done: `look` shows it undone (`back`) and done (`again`); a toast says it in words. */
export function remember(changes, look, said) {
  if (changes?.length) {
    deeds.push(changes);
    shown.set(String(changes), look);
    store();
  }
  if (said) toasts().show(said, changes?.length ? () => sendUndo(changes) : null, "undo");
}

/** Undoes the last thing that is not undone yet. */
export function undoLast() {
  const changes = deeds.at(-1);
  if (!changes) return;
  toasts().close("undo");
  sendUndo(changes);
}

/** On the screen at once; what cannot be undone any more is shown done again. */
export async function sendUndo(changes) {
  forget(changes);
  const look = shown.get(String(changes));
  look?.back();
  list().expectsUntil = Date.now() + PATIENCE;
  try {
    await send("/undo", changes.map((change) => ["change", change]));
  } catch {
    look?.again();
    toasts().show(toasts().dataset.notUndone);
  }
  await ask();
}

function forget(changes) {
  const at = deeds.findIndex((each) => String(each) === String(changes));
  if (at >= 0) deeds.splice(at, 1);
  store();
}
