// Whom a message goes to: each a chip, the field's own value behind them. Suggestions come from the server while one
// types; the server is the judge of what an address is.
import { announceable, chip, split } from "./compose-chips.js";

const PAUSE = 120;
const MOVED = "application/x-recipient";
const ORDER = ["to", "cc", "bcc"];

export class Recipients {
  #timer = 0;
  #asked = 0;

  constructor(composer, name, changed) {
    this.composer = composer;
    this.name = name;
    this.changed = changed;
    this.value = composer.form.elements[name];
    this.place = this.value.parentElement;
    this.opener = composer.querySelector(`[data-show=${name}]`);
    this.field = this.value.cloneNode();
    this.value.type = "hidden";
    this.value.removeAttribute("id");
    this.field.removeAttribute("name");
    this.field.value = "";
    this.list = Object.assign(document.createElement("ul"), { className: "menu popover suggest", id: `${this.field.id}-list`, hidden: true });
    for (const [key, given] of [["role", "listbox"], ["aria-label", composer.words.suggestions]]) this.list.setAttribute(key, given);
    for (const [key, given] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-autocomplete", "list"], ["aria-controls", this.list.id]]) this.field.setAttribute(key, given);
    this.place.append(this.field);
    this.place.after(this.list);
    this.#listen();
    this.draw();
  }

  get count() {
    return this.people.length;
  }

  get people() {
    return split(this.value.value);
  }

  /** With what is still being typed. */
  get whole() {
    return joined(this.value.value, this.field.value);
  }

  focus() {
    this.field.focus();
  }

  #listen() {
    this.field.addEventListener("input", () => this.#typed());
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.field.addEventListener("blur", () => setTimeout(() => this.settle(), 150));
    this.field.addEventListener("paste", (event) => this.#paste(event));
    this.place.addEventListener("click", ({ target }) => this.#clicked(target));
    this.place.addEventListener("keydown", (event) => event.target.closest(".recip") && this.#onChip(event));
    this.place.addEventListener("dragstart", (event) => event.dataTransfer.setData(MOVED, JSON.stringify([this.name, event.target.dataset.at])));
    const row = this.place.parentElement;
    for (const target of [row, this.opener].filter(Boolean)) {
      target.addEventListener("dragover", (event) => event.dataTransfer.types.includes(MOVED) && event.preventDefault());
      target.addEventListener("drop", (event) => this.#dropped(event));
    }
    this.list.addEventListener("mousedown", (event) => (event.preventDefault(), this.#choose(event.target.closest("[role=option]"))));
  }

  /** What is typed becomes chips. Returns why the first of all that is no address is none, or nothing. */
  settle() {
    if (this.field.value.trim()) this.add(this.field.value);
    this.#close();
    const wrong = this.people.find((one) => !one.valid);
    return wrong ? this.composer.words.incomplete.replace("{typed}", wrong.typed) : "";
  }

  add(text) {
    this.value.value = joined(this.value.value, text);
    this.field.value = "";
    this.draw();
    this.changed();
  }

  remove(at) {
    const rest = this.people.filter((_one, index) => index !== Number(at));
    this.value.value = rest.map((one) => one.typed).join(", ");
    this.draw();
    this.changed();
  }

  draw() {
    for (const each of this.place.querySelectorAll(".recip")) each.remove();
    this.people.forEach((one, at) => this.field.before(chip(one, at, this.composer.words)));
    this.field.setAttribute("aria-invalid", String(this.people.some((one) => !one.valid)));
    const row = this.place.parentElement;
    if (!this.value.value) return;
    row.hidden = false;
    if (this.opener) this.opener.hidden = true;
  }

  #clicked(target) {
    const one = target.closest(".recip");
    if (target.closest("button")) this.remove(one.dataset.at);
    else if (one) this.#offer(Number(one.dataset.at));
    if (!one || target.closest("button")) this.focus();
  }

  /** What can be done with one of them. */
  async #offer(at) {
    const { offer } = await import("./compose-chip-menu.js");
    const { address, typed, valid } = this.people[at];
    const { words } = this.composer;
    const others = ORDER.filter((name) => name !== this.name).map((name) => [this.#label(name), () => this.#move(at, name)]);
    const back = () => this.place.querySelectorAll(".recip button")[at];
    offer(this.place.parentElement, valid ? address : typed, words.move, [[words.edit, () => this.#edit(at)], ...others], back);
  }

  #label(name) {
    return this.composer.querySelector(`[data-field=${name}] .cf-label`).textContent;
  }

  /** Back into letters. */
  #edit(at) {
    const { typed } = this.people[at];
    this.settle();
    this.remove(at);
    this.field.value = typed;
    this.focus();
  }

  #paste(event) {
    const text = event.clipboardData.getData("text/plain");
    if (!/[,;\n]|@.*@/.test(text)) return;
    event.preventDefault();
    this.add(text);
  }

  #key(event) {
    const { key } = event;
    const options = [...this.list.querySelectorAll("[role=option]")];
    const here = options.findIndex((each) => each.getAttribute("aria-selected") === "true");
    if (!this.list.hidden && (key === "ArrowDown" || key === "ArrowUp")) this.#select(options, (here + (key === "ArrowDown" ? 1 : -1) + options.length) % options.length);
    else if (!this.list.hidden && key === "Escape") this.#close();
    else if ((key === "Enter" || key === "Tab") && here >= 0 && !event.ctrlKey && !event.metaKey) this.#choose(options[here]);
    else if ([",", ";", "Enter"].includes(key) && this.field.value.trim() && !event.ctrlKey && !event.metaKey && !inQuotes(this.field.value)) this.settle();
    else if (key === "Backspace" && !this.field.value && this.count) return void (event.preventDefault(), this.place.querySelector(".recip:nth-last-of-type(1) button").focus());
    else if (key !== "Enter" || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** On a chip: away with it, or to the field above or below. */
  #onChip(event) {
    const at = Number(event.target.closest(".recip").dataset.at);
    const by = event.altKey && { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Delete" || event.key === "Backspace") this.remove(at);
    else if (by) this.#move(at, ORDER[ORDER.indexOf(this.name) + by]);
    else if (event.key === "ArrowDown") return void (event.preventDefault(), this.#offer(at));
    else return this.#walk(event, at);
    event.preventDefault();
    if (!by) this.focus();
    return undefined;
  }

  /** Along the chips; past the last one is the field. */
  #walk(event, at) {
    const forward = getComputedStyle(this.place).direction === "rtl" ? -1 : 1;
    const by = { ArrowRight: forward, ArrowLeft: -forward }[event.key];
    if (!by) return;
    event.preventDefault();
    (this.place.querySelectorAll(".recip button")[at + by] ?? (by > 0 ? this.field : event.target)).focus();
  }

  #move(at, to) {
    const other = this.composer.recipients.get(to);
    if (!other) return;
    const { typed } = this.people[at];
    this.remove(at);
    other.add(typed);
    other.focus();
  }

  #dropped(event) {
    const moved = event.dataTransfer.getData(MOVED);
    if (!moved) return;
    event.preventDefault();
    event.stopPropagation();
    const [from, at] = JSON.parse(moved);
    if (from !== this.name) this.composer.recipients.get(from).move(Number(at), this.name);
  }

  move(at, to) {
    this.#move(at, to);
  }

  #typed() {
    clearTimeout(this.#timer);
    const text = this.field.value.trim();
    if (!text) return this.#close();
    this.#timer = setTimeout(() => this.#suggest(text).catch(() => this.#close()), PAUSE);
    return this.changed();
  }

  async #suggest(text) {
    const asked = ++this.#asked;
    const response = await fetch(`/contacts/suggest?q=${encodeURIComponent(text)}`);
    const found = response.ok && !response.redirected ? await response.json() : [];
    if (asked !== this.#asked || this.field.value.trim() !== text) return;
    this.list.replaceChildren(...found.map((one, at) => announceable(one, `${this.list.id}-${at}`, text, this.composer.words)));
    this.list.hidden = !found.length;
    this.field.setAttribute("aria-expanded", String(found.length > 0));
    if (found.length) this.#select([...this.list.children], 0);
  }

  #select(options, at) {
    options.forEach((each, index) => each.setAttribute("aria-selected", String(index === at)));
    this.field.setAttribute("aria-activedescendant", options[at].id);
    options[at].scrollIntoView({ block: "nearest" });
  }

  #choose(option) {
    if (!option) return;
    this.add(option.dataset.value);
    this.#close();
  }

  #close() {
    this.#asked += 1;
    this.list.hidden = true;
    this.list.replaceChildren();
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }
}

const joined = (list, text) => [list.trim().replace(/[,;]$/, ""), text.trim()].filter(Boolean).join(", ");

const inQuotes = (text) => (text.match(/"/g) ?? []).length % 2 === 1;
