// Asks on the page what a form without scripts asks on one of its own: where to, and whether for ever.
import { app, fetchDocument, list, question } from "./page.js";
import { plural } from "./plural.js";

const SOME_FRAMES = 50;

let kept = null;

/** The dialogs of this mailbox, fetched once while its folders are the same. */
const dialogs = () => (question.coming ??= fetched().finally(() => (question.coming = null)));

async function fetched() {
  const links = document.querySelectorAll("#side a[href^='/mailbox/']");
  const folders = [...links].map((link) => link.href + link.querySelector(".nav-label")?.textContent).join();
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

/** Opens a dialog. What `choose` is given, in `listen` or by a button of its forms (`answerOf` says what that answers),
    is the answer; null when it is left without one. */
function answered(dialog, answerOf, listen) {
  close();
  const inList = Boolean(document.activeElement.closest("#list-pane"));
  const listening = new AbortController();
  const { signal } = listening;
  return new Promise((resolve) => {
    const choose = (answer) => (listening.abort(), resolve(answer), answer ? leave(dialog, inList) : dialog.close());
    dialog.addEventListener("submit", (event) => (event.preventDefault(), choose(answerOf(event.submitter.value))), { signal });
    // Of a question before this one it may be told of late.
    dialog.addEventListener("close", () => dialog.open || (listening.abort(), resolve(null)), { signal });
    listen(choose, signal);
    dialog.showModal();
  });
}

/** What is out of sight, and not closed yet: the dialog, and whether the focus was in the list before it. */
let leaving = null;

/** Out of sight, and closed some frames later: closing has the style of the whole page looked for, and what was
    chosen is shown first. A key that comes before is for the page, with its focus. */
function leave(dialog, inList) {
  dialog.classList.add("is-leaving");
  document.activeElement.blur();
  leaving = { dialog, inList };
  setTimeout(close, SOME_FRAMES);
}

addEventListener("keydown", close, true);

/** The focus goes back to where it was; where that has gone meanwhile, to what is in its place. */
function close() {
  if (!leaving) return;
  const { dialog, inList } = leaving;
  leaving = null;
  dialog.classList.remove("is-leaving");
  dialog.close();
  if (document.activeElement !== document.body) return;
  if (inList) list()?.focusRow(list().current);
  else if (app.dataset.view === "conversation") document.getElementById("subject")?.focus();
}

/** The folder that is chosen, as values of the form; null when none is. */
export async function where(deed) {
  await dialogs();
  const dialog = document.getElementById("where");
  const find = dialog.querySelector("input");
  dialog.querySelector("h2").textContent = dialog.dataset[deed];
  find.value = "";
  filter(dialog, "");
  const answer = answered(dialog, () => null, (choose, signal) => {
    const take = (button) => choose([["to", button.value]]);
    find.addEventListener("input", () => filter(dialog, find.value), { signal });
    dialog.addEventListener("keydown", (event) => move(dialog, event, take), { signal });
    dialog.querySelector("#targets").addEventListener("click", (event) => pressed(event, take), { signal });
  });
  find.focus();
  return answer;
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
  field.min = new Date(Date.now() - 60_000 * new Date().getTimezoneOffset()).toISOString().slice(0, 16);
  const at = (time) => [["until", time], ["zone", Intl.DateTimeFormat().resolvedOptions().timeZone]];
  const answer = answered(dialog, (value) => (value && field.value ? at(field.value) : null), (choose, signal) => {
    const take = (button) => choose(at(button.value));
    dialog.querySelector(".targets").addEventListener("keydown", (event) => move(dialog, event, take), { signal });
    dialog.querySelector(".targets").addEventListener("click", (event) => pressed(event, take), { signal });
  });
  dialog.querySelector("li button").focus();
  return answer;
}

/** Whether it is to be gone for ever, as values of the form. */
export async function sure(_deed, threads) {
  await dialogs();
  const how = document.querySelector("#sure-text > span");
  how.textContent = plural(how.dataset.forms, threads.length);
  return answered(document.getElementById("sure"), (value) => (value ? [["sure", "1"]] : null), () => {});
}

/** Gives and takes labels as their boxes are changed, each at once: `each` does it. The rows behind show it, and each can
    be undone, so that what was ticked stays however the dialog is closed. A new label is made by “Add” or Enter alone:
    who leaves by Escape or the cross has changed their mind about what they typed. */
export async function labels(_deed, threads, each) {
  await dialogs();
  const dialog = document.getElementById("labels");
  const name = dialog.querySelector("[name=name]");
  for (const box of dialog.querySelectorAll("[type=checkbox]")) stand(box, threads);
  name.value = "";
  const answer = answered(dialog, (value) => (value && name.value.trim() ? [["name", name.value.trim()]] : null), (_choose, signal) => {
    dialog.addEventListener("change", ({ target }) => {
      if (target.matches("[type=checkbox]")) each(target.checked ? "label" : "unlabel", [["label", target.value]]);
    }, { signal });
  });
  (dialog.querySelector("[type=checkbox]") ?? name).focus();
  if (await answer) kept = null; // there is one more now
  return answer;
}

/** Whether all, some or none of the conversations have the label. */
function stand(box, threads) {
  const having = threads.filter((thread) => document.querySelector(`#c${thread} :is(.chip[data-k="${CSS.escape(box.value)}"], [data-labels~="${CSS.escape(box.value)}"])`));
  box.checked = having.length === threads.length;
  box.indeterminate = having.length > 0 && !box.checked;
}
