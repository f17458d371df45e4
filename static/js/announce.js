// Says what came to those who listen: bundled, politely, at most once in five seconds, never while one types, and only
// in the tab that is looked at.

import { plural } from "./plural.js";

const BETWEEN = 5000;
const TYPING = 3000;
const BUNDLE = 500;

const region = document.getElementById("announcer");
let arrived = [];
let other = "";
let timer = 0;
let saidAt = 0;
let typedAt = 0;

document.addEventListener("input", () => (typedAt = Date.now()));

document.addEventListener("mail:arrived", ({ detail }) => {
  arrived.push(...detail);
  timer ||= setTimeout(speak, BUNDLE);
});

/** Say something else; only the last of several. */
export function say(text) {
  other = text;
  timer ||= setTimeout(speak, 0);
}

function speak() {
  const wait = Math.max(saidAt + BETWEEN, typedAt + TYPING) - Date.now();
  timer = wait > 0 ? setTimeout(speak, wait) : 0;
  if (timer) return;
  const text = [other, arrivals()].filter(Boolean).join(" ");
  [arrived, other] = [[], ""];
  if (document.hidden || !text) return;
  saidAt = Date.now();
  region.textContent = text;
}

/** “New message from Wren Calloway: Screens are dry”, or “2 new messages in Inbox”. */
function arrivals() {
  const rows = [...new Map(arrived.map((row) => [row.id, row])).values()];
  const mailbox = document.getElementById("list-title").textContent.trim();
  if (rows.length > 1) return plural(region.dataset.forms, rows.length).replace("{mailbox}", mailbox);
  const text = (name) => rows[0].querySelector(name).textContent.trim();
  return rows.length ? region.dataset.one.replace("{sender}", text(".names")).replace("{subject}", text(".row-subj")) : "";
}
