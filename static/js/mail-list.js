// The list: one stop of the tab key, rows put in place by id and date, and the row that is open marked.
import { Held, isPointedAt } from "./held.js";
import { morph } from "./morph.js";
import { lookForOlder } from "./older.js";

const at = (row) => Number(row.dataset.at);
/** A conversation's number has up to 64 bits, more than a Number holds. */
const key = (row) => BigInt(row.id.slice(1));
/** The heading that a row stands under, on the page or in what came anew. */
const group = (row) => row.parentElement.getAttribute("aria-labelledby");
/** Where what is unread stands first, it has a heading of its own. */
const rank = (row) => Number(group(row) === "g-unread");
const isNewer = (a, b) => rank(a) > rank(b) || (rank(a) === rank(b) && (at(a) > at(b) || (at(a) === at(b) && key(a) > key(b))));

const touches = matchMedia("(pointer: coarse)");
const whenIdle = globalThis.requestIdleCallback ?? ((act) => setTimeout(act, 300));

/** Out of the list, and still under the name of its heading. */
function shelve(row) {
  const shelf = document.createElement("ul");
  shelf.setAttribute("aria-labelledby", group(row));
  shelf.append(row);
}

class MailList extends HTMLElement {
  /** Until when rows come back by the person's own wish: they wait for nobody, and are put in place at once. */
  expectsUntil = 0;
  /** Rows that the person took out, and the server does not know of yet; with each what came of it since, and its heading. */
  #away = new Map();

  connectedCallback() {
    this.addEventListener("focusin", (event) => this.rove(event.target.closest(".row")));
    this.held = new Held(this, (rows) => this.#change(() => rows.forEach(([row, heading]) => this.#place(row, heading))));
    for (const type of ["pointerover", "touchstart", "focusin", "keydown", "change"]) {
      document.addEventListener(type, (event) => import("./hands.js").then(({ begin }) => begin(event)).catch(() => {}), { once: true, passive: true });
    }
    // The first swipe is over before they could come for it.
    if (touches.matches) whenIdle(() => import("./hands.js").catch(() => {}));
    this.settle();
  }

  disconnectedCallback() {
    this.held.button.remove();
  }

  get rows() {
    return [...this.querySelectorAll("ul > .row")];
  }

  get current() {
    return this.querySelector(".row.is-current");
  }

  /** The conversations with a mark, from the top. */
  get picked() {
    return [...this.querySelectorAll(".row-lead > :checked")].map((box) => box.value);
  }

  get state() {
    return Number(this.dataset.state);
  }

  /** After rows were added: lists under one heading become one list, and one row holds the tab stop. */
  settle() {
    for (const part of [...this.querySelectorAll("ul + ul")]) {
      part.previousElementSibling.append(...part.children);
      part.remove();
    }
    for (const link of this.querySelectorAll(":is(a, button, input):not([tabindex])")) {
      if (link.closest(".row")) link.tabIndex = -1;
    }
    this.rove(this.current ?? this.querySelector(".row.is-open") ?? this.rows[0]);
    // Told by a class: with `:has()` on the pane the style of every row would be looked for anew at each touch of one.
    this.parentElement?.classList.toggle("has-more", Boolean(this.querySelector(".older")));
    lookForOlder();
  }

  /** Moves the tab stop. Focus stays where it is. */
  rove(row) {
    if (!row || (row === this.current && row.querySelector("a").tabIndex === 0)) return;
    for (const [which, stop] of [[this.current, -1], [row, 0]]) {
      which?.classList.toggle("is-current", stop === 0);
      for (const control of which?.querySelectorAll("a, button, input") ?? []) control.tabIndex = stop;
    }
  }

  /** Focus on the next or previous row, as far as there is one. */
  step(by) {
    const rows = this.rows;
    const inside = document.activeElement.closest?.(".row");
    const from = inside && this.contains(inside) ? rows.indexOf(inside) + by : Math.max(0, rows.indexOf(this.current));
    this.focusRow(rows[Math.min(Math.max(from, 0), rows.length - 1)]);
  }

  /** Focus on a row; where there is none any more, on the list's title. */
  focusRow(row) {
    (row?.querySelector(".row-subj > a") ?? document.getElementById("list-title"))?.focus();
  }

  /** Marks the conversation that is open; null for none. */
  mark(thread) {
    for (const row of this.querySelectorAll(".row.is-open")) this.#open(row, false);
    const row = thread && document.getElementById(`c${thread}`);
    if (row) this.#open(row, true);
  }

  #open(row, open) {
    row.classList.toggle("is-open", open);
    row.querySelector(".row-subj > a").setAttribute("aria-current", String(open));
  }

  /** The row before or after the one that is open. */
  beside(by) {
    const rows = this.rows;
    const here = rows.findIndex((row) => row.classList.contains("is-open"));
    return here < 0 ? undefined : rows[here + by];
  }

  /** Puts changed rows in place and takes rows out. `fresh` holds headings and lists as a page does. */
  apply(fresh, removed) {
    this.held.settle();
    const arrived = [];
    this.#change(() => {
      for (const thread of removed) this.#remove(`c${thread}`), this.#keep(`c${thread}`, null);
      for (const part of fresh.querySelectorAll("ul")) {
        for (const row of [...part.children]) if (this.#put(row, part.previousElementSibling)) arrived.push(row);
      }
    });
    if (arrived.length) document.dispatchEvent(new CustomEvent("mail:arrived", { detail: arrived }));
  }

  /** Whether a conversation is taken out, and the server does not know of it yet. */
  isAway(thread) {
    return this.#away.has(`c${thread}`);
  }

  /** Takes rows out at once, whatever points at them, and keeps them away until `stay` is called, or `back`, which puts
      them where they were. What came of them meanwhile is put in place then. `next` is the row after the last of them;
      none where none of them is in the list. */
  takeOut(threads) {
    const ids = new Set(threads.map((thread) => `c${thread}`));
    const rows = this.rows;
    const last = rows.findLastIndex((row) => ids.has(row.id));
    const next = last < 0 ? undefined : rows[last + 1] ?? rows.slice(0, last).findLast((row) => !ids.has(row.id));
    const taken = rows.filter((row) => ids.has(row.id)).map((row) => [row, row.parentElement.previousElementSibling]);
    const kept = new Map([...ids].map((id) => [id, { came: null }]));
    const hadFocus = taken.some(([row]) => row.contains(document.activeElement)) || document.activeElement.closest(".bulk, .menu");
    for (const [row] of taken) row.querySelector(".check").checked = false;
    this.#change(() => {
      for (const [id, away] of kept) this.#away.set(id, away), this.held.delete(id);
      if (taken.some(([row]) => row === this.current)) this.rove(next);
      for (const [row] of taken) shelve(row);
    }, hadFocus && { row: next });
    return { next, stay: () => this.#letIn(kept), back: () => this.#letIn(kept, () => this.#bring(taken)) };
  }

  /** What is said of a row that is away: it waits, as it may not be what the person has just done. */
  #keep(id, came) {
    if (this.#away.has(id)) this.#away.get(id).came = came;
  }

  /** Keeps them away no longer; one that was taken out once more since is another's to let in. */
  #letIn(kept, bring = () => {}) {
    const ended = [...kept].filter(([id, away]) => this.#away.get(id) === away);
    for (const [id] of ended) this.#away.delete(id);
    bring();
    const came = ended.flatMap(([, away]) => (away.came ? [away.came] : []));
    if (came.length && this.isConnected) this.#change(() => came.forEach(([row, heading]) => this.#put(row, heading)));
  }

  #bring(taken) {
    const lost = document.activeElement === document.body;
    this.#change(() => {
      for (const [row, heading] of taken) {
        row.classList.remove("is-open", "is-current");
        if (!document.getElementById(row.id)) this.#insert(row, this.#next(row, row), heading);
      }
    });
    if (lost || this.contains(document.activeElement)) this.focusRow(taken[0]?.[0]);
  }

  /** Changes rows while scroll position and focus stay. `heir`: the row that takes the focus, if there is one
      left; else, where the row in focus goes, the one in its place. */
  #change(act, heir) {
    const focused = this.contains(document.activeElement) ? document.activeElement.closest(".row") : null;
    const { current, rows } = this;
    const anchor = this.#anchor();
    act();
    this.#tidy();
    if (current && !this.current) this.rove(this.#inPlaceOf(rows.indexOf(current)));
    this.settle();
    this.#restore(anchor);
    if (heir) this.focusRow(heir.row);
    else if (focused && !this.contains(focused)) this.focusRow(this.#inPlaceOf(rows.indexOf(focused)));
  }

  #inPlaceOf(number) {
    const { rows } = this;
    return rows[Math.min(number, rows.length - 1)];
  }

  /** Takes a row out; one that is pointed at stays, dimmed, until the pointer has gone. */
  #remove(id) {
    this.held.delete(id);
    const row = document.getElementById(id);
    if (!row) return undefined;
    // It may be brought back by an undo that does not know that it went.
    if (!isPointedAt(row)) return shelve(row);
    row.classList.add("is-leaving");
    const go = () => row.classList.contains("is-leaving") && this.#change(() => shelve(row));
    row.addEventListener("pointerleave", go, { once: true });
    return undefined;
  }

  /** Whether unread mail has come with it. A row that would move others waits while the list is in use. */
  #put(row, heading) {
    if (this.#away.has(row.id)) return void this.#keep(row.id, [row, heading]);
    const old = document.getElementById(row.id);
    this.held.delete(row.id);
    if (old?.dataset.at === row.dataset.at && group(old) === group(row)) return void this.#morph(old, row);
    const next = this.#next(row, old);
    // Older than all that is loaded, or newer than the page this list begins with: it comes with its own page.
    const beyond = (!next && this.querySelector("#older")) || (next === this.#next(null, old) && "cut" in this.dataset);
    if (beyond) return void this.#remove(row.id);
    // What was read goes down without a word: it is no news.
    const sinks = Boolean(old) && rank(old) > rank(row);
    if ((next || sinks) && this.held.isInUse && Date.now() > this.expectsUntil) this.held.add(row, heading, sinks);
    else this.#place(row, heading);
    return Boolean(next) && row.classList.contains("is-unread") && !(old && isNewer(old, row));
  }

  /** The row it stands before; without a row, the first. */
  #next(row, old) {
    return this.rows.find((other) => other !== old && (!row || isNewer(row, other)));
  }

  #place(row, heading) {
    const old = document.getElementById(row.id);
    const next = this.#next(row, old);
    if (old) this.#morph(old, row);
    else this.#greet(row);
    this.#insert(old ?? row, next, heading);
  }

  #morph(old, row) {
    if (old.classList.contains("is-open")) this.#open(row, true);
    if (old.classList.contains("is-current")) row.classList.add("is-current");
    // Its tools have to stand where they stood: one that is pressed, or in focus, would become another.
    row.querySelector(".row-actions").prepend(...[...old.querySelectorAll("[data-row]")].map((tool) => tool.cloneNode(true)));
    morph(old, row);
  }

  /** A new row is tinted for a while. */
  #greet(row) {
    row.classList.add("is-new");
    setTimeout(() => row.classList.remove("is-new"), 4000);
  }

  #insert(row, next, heading) {
    const group = this.#group(heading, next);
    const inGroup = next && next.parentElement === group;
    if (inGroup) next.before(row);
    else group.append(row);
  }

  /** The list under a heading, made where it is missing, before the group that `next` stands in. */
  #group(heading, next) {
    const known = document.getElementById(heading.id);
    if (known && this.contains(known)) return known.nextElementSibling;
    const group = document.createElement("ul");
    group.setAttribute("aria-labelledby", heading.id);
    const before = next?.parentElement.previousElementSibling ?? this.querySelector("#older");
    for (const node of [heading.cloneNode(true), group]) before ? before.before(node) : this.append(node);
    return group;
  }

  #tidy() {
    if (this.rows.length) document.getElementById("blank")?.remove();
    // One that the page brought is never :empty, for there is white space in it.
    for (const group of this.querySelectorAll("ul")) {
      if (group.children.length) continue;
      group.previousElementSibling?.remove();
      group.remove();
    }
    this.dispatchEvent(new Event("mail:rows", { bubbles: true }));
  }

  /** The first row in view and where it stands, so that rows above it may come and go unseen. */
  #anchor() {
    const box = this.scrollTop > 0 ? this : document.scrollingElement;
    if (box.scrollTop < 4) return null;
    const top = box === this ? this.getBoundingClientRect().top : 0;
    const row = this.rows.find((each) => each.getBoundingClientRect().bottom > top);
    return row ? { box, row, top: row.getBoundingClientRect().top } : null;
  }

  #restore(anchor) {
    if (anchor?.row.isConnected) anchor.box.scrollTop += anchor.row.getBoundingClientRect().top - anchor.top;
  }
}

customElements.define("mail-list", MailList);
