// Hears of changes: one socket, which says that a mailbox is at a state and nothing more. What it says is asked for.
// Comes back by itself, and then asks what it missed; where sockets are blocked the clock asks instead.
import { list } from "./page.js";
import { ask, listens } from "./reach.js";

const ADDRESS = `${location.origin.replace("http", "ws")}/changes`;
const QUESTION = '"alive?"';
const ASKED_EVERY = 30000;
const ANSWERED_WITHIN = 5000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30000;
const ELSEWHERE = 1000;

let socket;
let tries = 0;
let again = 0;
let doubt = 0;
let heardAt = 0;
let elsewhere = 0;

function connect() {
  clearTimeout(again);
  again = 0;
  socket = new WebSocket(ADDRESS);
  socket.addEventListener("open", opened);
  socket.addEventListener("message", heard);
  socket.addEventListener("close", closed);
}

function opened() {
  listens(true);
  verify();
  ask();
}

function heard({ data }) {
  clearTimeout(doubt);
  [doubt, tries, heardAt] = [0, 0, Date.now()];
  const said = JSON.parse(data);
  if ("mailbox" in said) wake(said);
  if ("accounts" in said) ask();
  if ("search" in said) document.dispatchEvent(new CustomEvent("mail:search", { detail: said.search }));
}

/** A mailbox on the screen at once; of the others only the counts are shown, so that they may wait for each other. */
function wake({ mailbox, state }) {
  if (list()?.dataset.mailbox.split(" ").includes(String(mailbox))) ask(mailbox, state);
  else elsewhere ||= setTimeout(() => ((elsewhere = 0), ask()), ELSEWHERE);
}

function closed() {
  clearTimeout(doubt);
  doubt = 0;
  listens(false);
  const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** tries++);
  again ||= setTimeout(connect, pause * (0.5 + Math.random() / 2));
}

/** A socket may have died in our sleep, or behind a router, without anybody's telling. */
function verify() {
  if (socket.readyState === WebSocket.CLOSED) return void (again && connect());
  if (socket.readyState !== WebSocket.OPEN || doubt || Date.now() - heardAt < 2000) return;
  socket.send(QUESTION);
  doubt = setTimeout(giveUp, ANSWERED_WITHIN);
}

function giveUp() {
  for (const [name, act] of [["message", heard], ["close", closed]]) socket.removeEventListener(name, act);
  socket.close();
  closed();
}

connect();
setInterval(() => socket.readyState === WebSocket.OPEN && verify(), ASKED_EVERY);
addEventListener("online", verify);
document.addEventListener("visibilitychange", () => document.hidden || verify());
