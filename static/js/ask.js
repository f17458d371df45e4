// Asks on the page what a form without scripts asks on one of its own: where to, and whether for ever.
import { fetchDocument, list } from "./page.js";

let kept = null;

/** The dialogs of this mailbox, fetched once while its folders are the same. */
async function dialogs() {
  const folders = [...document.querySelectorAll("#side a[href^='/mailbox/']")].map((link) => link.href + link.textContent).join();
  const hour = Math.floor(Date.now() / 3_600_000); // the times to snooze until are of this day
  if (kept?.folders === folders && kept.mailbox === list().dataset.mailbox && kept.hour === hour) return;
  const fresh = await fetchDocument(list().dataset.dialogs ?? `/mailbox/${list().dataset.mailbox}/dialogs`);
  if (!fresh) return;
  for (const dialog of fresh.querySelectorAll("dialog")) {
    document.getElementById(dialog.id)?.remove();
    document.body.append(dialog);
  }
  kept = { folders, mailbox: list().dataset.mailbox, hour };
}

/** The folder that is chosen, as values of the form; null when none is. */
export async function where(deed) {
  await dialogs();
  const dialog = document.getElementById("where");
  const find = dialog.querySelector("input");
  dialog.querySelector("h2").textContent = dialog.dataset[deed];
  find.value = "";
  filter(dialog, "");
  const listening = new AbortController();
  const { signal } = listening;
  return new Promise((resolve) => {
    const choose = (button) => (resolve([["to", button.value]]), dialog.close());
    find.addEventListener("input", () => filter(dialog, find.value), { signal });
    dialog.addEventListener("keydown", (event) => move(dialog, event, choose), { signal });
    dialog.querySelector("#targets").addEventListener("click", (event) => pressed(event, choose), { signal });
    dialog.addEventListener("close", () => (listening.abort(), resolve(null)), { signal });
    dialog.showModal();
    find.focus();
  });
}

function pressed(event, choose) {
  const button = event.target.closest("button");
  if (!button) return;
  event.preventDefault();
  choose(button);
}

const shown = (dialog) => [...dialog.querySelectorAll("li:not([hidden]) button")];

/** Those whose name or place has all the words, however they are accented. */
function filter(dialog, text) {
  const words = plain(text).split(/\s+/);
  for (const item of dialog.querySelectorAll("#targets li")) {
    const name = plain(item.textContent);
    item.hidden = !words.every((word) => name.includes(word));
  }
  dialog.querySelector("[role=status]").hidden = shown(dialog).length > 0;
}

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();

/** Arrows go through the folders, Enter in the field takes the first. */
function move(dialog, event, choose) {
  const all = shown(dialog);
  const here = all.indexOf(document.activeElement);
  if (event.key === "Enter" && here < 0 && event.target.matches("input")) {
    event.preventDefault();
    if (all.length) choose(all[0]);
  }
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  (all[here + by] ?? (by < 0 ? dialog.querySelector("input") : all.at(-1)))?.focus();
}

/** The moment that is chosen or typed, by this browser's clock, as values of the form; null when none is. */
export async function until() {
  await dialogs();
  const dialog = document.getElementById("times");
  const field = dialog.querySelector("input");
  const listening = new AbortController();
  const { signal } = listening;
  const zone = ["zone", Intl.DateTimeFormat().resolvedOptions().timeZone];
  dialog.returnValue = "";
  return new Promise((resolve) => {
    const choose = (button) => (resolve([["until", button.value], zone]), dialog.close());
    dialog.querySelector(".targets").addEventListener("keydown", (event) => move(dialog, event, choose), { signal });
    dialog.querySelector(".targets").addEventListener("click", (event) => pressed(event, choose), { signal });
    dialog.addEventListener("close", () => {
      listening.abort();
      resolve(dialog.returnValue && field.value ? [["until", field.value], zone] : null);
    }, { signal });
    dialog.showModal();
    dialog.querySelector("li button").focus();
  });
}

/** Whether it is to be gone for ever, as values of the form. */
export async function sure() {
  await dialogs();
  const dialog = document.getElementById("sure");
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  return dialog.returnValue ? [["sure", "1"]] : null;
}

/** Gives and takes labels as their boxes are changed, each at once: `each` does it. The rows behind show it, and each can
    be undone, so that what was ticked stays however the dialog is closed. A new label is made by “Add” or Enter alone:
    who leaves by Escape or the cross has changed their mind about what they typed. */
export async function labels(_deed, threads, each) {
  await dialogs();
  const dialog = document.getElementById("labels");
  const listening = new AbortController();
  const { signal } = listening;
  for (const box of dialog.querySelectorAll("[type=checkbox]")) stand(box, threads);
  dialog.addEventListener("change", ({ target }) => {
    if (target.matches("[type=checkbox]")) each(target.checked ? "label" : "unlabel", [["label", target.value]]);
  }, { signal });
  const name = dialog.querySelector("[name=name]");
  name.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  (dialog.querySelector("[type=checkbox]") ?? name).focus();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  listening.abort();
  if (dialog.returnValue !== "add" || !name.value.trim()) return null;
  kept = null; // there is one more now
  return [["name", name.value.trim()]];
}

/** Whether all, some or none of the conversations have the label. */
function stand(box, threads) {
  const having = threads.filter((thread) => document.querySelector(`#c${thread} :is(.chip[data-k="${CSS.escape(box.value)}"], [data-labels~="${CSS.escape(box.value)}"])`));
  box.checked = having.length === threads.length;
  box.indeterminate = having.length > 0 && !box.checked;
}
