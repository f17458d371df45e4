// Rows that wait behind a button while the list is in use: none moves under a pointer, a finger or the focus.
import { list, onePane } from "./page.js";
import { plural } from "./plural.js";

const hovers = matchMedia("(hover: hover)");
const SCROLLED = 4;

/** Whether a mouse, not a finger that was there once, points at it. */
export const isPointedAt = (element) => hovers.matches && element.matches(":hover");

export class Held {
  #rows = new Map();
  #touched = false;

  /** `place` puts a row and its heading into the list. */
  constructor(owner, place) {
    this.owner = owner;
    this.place = place;
    this.button = document.getElementById("new-rows").content.firstElementChild.cloneNode(true);
    this.button.addEventListener("click", () => this.#show());
    owner.before(this.button);
    this.button.addEventListener("pointerleave", () => setTimeout(() => this.settle()));
    owner.addEventListener("touchstart", () => (this.#touched = true), { passive: true });
    for (const type of ["touchend", "touchcancel"]) owner.addEventListener(type, () => (this.#touched = false));
    for (const type of ["pointerleave", "focusout", "touchend"]) owner.addEventListener(type, () => setTimeout(() => this.settle()));
  }

  get isInUse() {
    const list = this.owner;
    if (!list.checkVisibility()) return false;
    const scrolled = list.scrollTop >= SCROLLED || (onePane() && document.scrollingElement.scrollTop >= SCROLLED);
    // On its way to the button the pointer leaves the list: what it is about to press must stay.
    const looked = isPointedAt(list) || isPointedAt(this.button) || list.querySelector(":focus-visible") || document.querySelector(".menu:popover-open");
    return scrolled || this.#touched || Boolean(looked);
  }

  /** Without a word: it waits as well, but the button does not tell of it. */
  add(row, heading, silently = false) {
    this.#rows.set(row.id, [row, heading, silently]);
    this.#draw();
  }

  delete(id) {
    if (this.#rows.delete(id)) this.#draw();
  }

  /** Put in place what waits, as soon as nobody is disturbed by it. */
  settle() {
    if (this.#rows.size && !this.isInUse) this.#release();
  }

  #release() {
    const rows = [...this.#rows.values()];
    this.#rows.clear();
    this.#draw();
    this.place(rows);
  }

  #show() {
    this.#release();
    (onePane() ? document.scrollingElement : this.owner).scrollTop = 0;
    this.owner.focusRow(this.owner.rows[0]);
  }

  #draw() {
    const count = [...this.#rows.values()].filter(([, , silently]) => !silently).length;
    this.button.hidden = !count;
    this.button.lastElementChild.textContent = plural(this.button.dataset.forms, count);
  }
}

document.addEventListener("scrollend", () => list()?.held.settle(), true);
