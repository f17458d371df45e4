// Hears of changes: one socket, which says that a mailbox is at a state and nothing more. What it says is asked for.
// Comes back by itself, and then asks what it missed; where sockets are blocked the clock asks instead.
import { list } from "./page.js";
import { ask, listens, pushed } from "./reach.js";

const ADDRESS = `${location.origin.replace("http", "ws")}/changes`;
const QUESTION = '"alive?"';
const ASKED_EVERY = 30000;
const ANSWERED_WITHIN = 5000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30000;
const TOGETHER = 20;
const ELSEWHERE = 1000;
const UNSEEN = 60000;

let socket;
let tries = 0;
let again = 0;
let doubt = 0;
let heardAt = 0;
/** The next question: when it is due, and which state of the mailbox on the screen is news, if it is about no other. */
let timer = 0;
let due = Infinity;
let news = null;
const counts = new Map();

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
  if ("draft" in said) document.dispatchEvent(new CustomEvent("mail:draft", { detail: said }));
  if ("search" in said) document.dispatchEvent(new CustomEvent("mail:search", { detail: said.search }));
}

/** A mailbox on the screen at once: one act may change several, which are told of one after another, and one answer has
    them all. Of the others only the counts are shown, so that they may wait for each other. Where nobody sees the page,
    its title and the icon are to tell of new mail; the rest can wait until it is looked at. */
function wake({ mailbox, state, unread, total }) {
  const known = counts.get(mailbox);
  counts.set(mailbox, { unread, total });
  const isMore = !known || unread > known.unread || total > known.total;
  const isShown = list()?.dataset.mailbox.split(" ").includes(String(mailbox));
  if (isShown) pushed();
  news = isShown && (due === Infinity || news) ? [mailbox, state] : null;
  if (document.hidden) within(isMore ? ELSEWHERE : UNSEEN);
  else within(isShown && !isWorkedOn() ? TOGETHER : ELSEWHERE);
}

/** While all of it is being worked on, hundreds of rows change many times a second: once a second is soon enough. */
const isWorkedOn = () => document.querySelector(".strip.work") !== null;

function within(wait) {
  const at = performance.now() + wait;
  if (at >= due) return;
  clearTimeout(timer);
  due = at;
  timer = setTimeout(() => ask(...(settled() ?? [])), wait);
}

/** Forgets the next question; what it was to be about. */
function settled() {
  clearTimeout(timer);
  due = Infinity;
  return news;
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
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  verify();
  settled(); // who comes back asks anyway
});
