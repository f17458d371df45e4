// The way back: the last deeds of this tab, by the keys of their changes, also after the page was loaded anew.
import { answered, post } from "./marks.js";
import { list, unreachable } from "./page.js";
import { ask } from "./reach.js";

const KEY = "done";
const MOST = 20;
const PATIENCE = 10000;
const toasts = () => document.getElementById("toasts");
/** How the screen shows that it was not done, and that it was, while this page knows it. */
const shown = new Map();
const deeds = remembered();
/** Those whose undoing is sent, and not answered yet. */
const sent = new Set();

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  } catch {
    return [];
  }
}

function store() {
  for (const old of deeds.splice(0, deeds.length - MOST)) shown.delete(String(old));
  try {
    sessionStorage.setItem(KEY, JSON.stringify(deeds));
  } catch {
    // Then it is forgotten with the page.
  }
}

/** `changes`: their keys, or where a whole job is undone. Keeps what was done: `look` shows it undone (`back`) and done (`again`); a toast says it in words. */
export function remember(changes, look, said) {
  if (changes?.length) {
    deeds.push(changes);
    shown.set(String(changes), look);
    store();
  }
  if (said) toasts().show(said, changes?.length ? () => sendUndo(changes) : null, "undo");
}

/** Undoes the last thing that is not undone yet; one that is on its way still is waited for, or an older one would go. */
export async function undoLast() {
  await answered();
  const changes = deeds.findLast((each) => !sent.has(String(each)));
  if (!changes) return;
  toasts().close("undo");
  sendUndo(changes);
}

/** On the screen at once; what cannot be undone any more is shown done again, and so is what the webmail does not hear
    of: that can be tried again. Where some of it cannot, the webmail says so: what is back is brought by the list that
    is asked for. */
export async function sendUndo(changes) {
  const key = String(changes);
  if (sent.has(key)) return;
  sent.add(key);
  const look = shown.get(key);
  look?.back();
  list().expectsUntil = Date.now() + PATIENCE;
  try {
    const { said } = await (typeof changes === "string" ? post(changes) : post("/undo", changes.map((change) => ["change", change])));
    forget(changes);
    if (said) (look?.again(), toasts().show(said));
  } catch (fault) {
    look?.again();
    refused(changes, fault);
  } finally {
    sent.delete(key);
  }
  await ask();
}

function refused(changes, fault) {
  if (fault.message !== "404") return unreachable(() => sendUndo(changes));
  forget(changes);
  return toasts().show(toasts().dataset.notUndone);
}

function forget(changes) {
  const at = deeds.findIndex((each) => String(each) === String(changes));
  if (at >= 0) deeds.splice(at, 1);
  shown.delete(String(changes));
  store();
}
