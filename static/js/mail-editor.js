// The text of a message: rich (Squire, loaded with the first rich text) or plain, two ways to fill one form. What comes
// in is cleaned by DOMPurify here, and by the server again. No markup of ours has a style in it: the policy of the page
// forbids them, so that what brings some gets them set one by one.
import { back } from "./compose-caret.js";
import { again, load, plain, styled } from "./compose-html.js";

const TOGGLES = {
  bold: ["B", "bold", "removeBold"],
  italic: ["I", "italic", "removeItalic"],
  underline: ["U", "underline", "removeUnderline"],
  strikethrough: ["S", "strikethrough", "removeStrikethrough"],
  bullets: ["UL", "makeUnorderedList", "removeList"],
  numbers: ["OL", "makeOrderedList", "removeList"],
  quote: ["BLOCKQUOTE", "increaseQuoteLevel", "decreaseQuoteLevel"],
};

export class Editor {
  constructor(composer, changed) {
    this.composer = composer;
    this.changed = changed;
    this.area = composer.querySelector("textarea[name=text]");
    this.tools = composer.querySelector(".format");
    this.tools.addEventListener("click", ({ target }) => this.#format(target.closest("button")));
    this.tools.addEventListener("keydown", (event) => this.#walk(event));
    this.tools.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays
  }

  get isRich() {
    return Boolean(this.squire);
  }

  async start() {
    const { html, rich } = this.composer.data;
    this.composer.querySelector("[data-do=plain]").checked = !rich;
    if (rich) await this.#enrich(html || markup(this.area.value));
    this.touched = back(Number(this.composer.dataset.draft), this);
  }

  /** The form's fields; none as long as what is rich can not be shown: then it stays as it is. */
  values() {
    if (this.isComing) return {};
    if (!this.isRich) return { text: this.area.value, rich: "0" };
    return { text: plain(this.root), html: styled(this.root, this.composer.data.images), rich: "1" };
  }

  async fill({ text, html, rich }) {
    this.composer.querySelector("[data-do=plain]").checked = rich !== "1";
    this.#impoverish();
    this.area.value = text;
    if (rich === "1") await this.#enrich(html);
  }

  async become(rich) {
    if (rich && !this.isRich) await this.#enrich(markup(this.area.value));
    else if (!rich && this.isRich) {
      const text = plain(this.root);
      this.#impoverish();
      this.area.value = text;
    }
    this.focus();
    this.changed();
  }

  async #enrich(html) {
    this.isComing = this.area.hidden = true; // what is typed must not be typed into what goes in a moment
    const { Squire, clean } = await load();
    this.isComing = false;
    this.root = Object.assign(document.createElement("div"), { className: "compose-body", dir: "auto", spellcheck: true });
    for (const [name, value] of [["role", "textbox"], ["aria-multiline", "true"], ["aria-label", this.area.getAttribute("aria-label")]]) this.root.setAttribute(name, value);
    // Squire sets what it was given as markup when it goes back a step.
    Object.defineProperty(this.root, "innerHTML", { get: () => inner.get.call(this.root), set: (markup) => this.root.replaceChildren(again(markup)) });
    this.area.before(this.root);
    this.tools.hidden = false;
    const sanitizeToDOMFragment = (given) => clean(given, this.composer.data.images);
    this.squire = new Squire(this.root, { sanitizeToDOMFragment, toPlainText: null, tagAttributes: { a: { target: "_blank" } } });
    this.squire.setHTML(html);
    this.squire.addEventListener("input", () => this.changed());
    this.squire.addEventListener("pathChange", () => this.#mark());
    this.squire.addEventListener("pasteImage", ({ detail }) => this.#images(detail.clipboardData ?? detail));
    for (const key of ["Ctrl-k", "Meta-k"]) this.squire.setKeyHandler(key, (_squire, event) => (event.preventDefault(), this.#link()));
    this.squire.setKeyHandler("Escape", null);
    this.root.addEventListener("click", (event) => this.#below(event));
    this.squire.moveCursorToStart();
  }

  /** A click below everything goes on with the text and not with the signature at its end. */
  #below({ target }) {
    const end = this.root.lastElementChild;
    const words = end?.matches(".sig") && end.previousElementSibling;
    if (!words || target !== this.root || !getSelection().isCollapsed) return;
    const range = document.createRange();
    range.selectNodeContents(words);
    if (words.lastChild?.nodeName === "BR") range.setEndBefore(words.lastChild);
    range.collapse(false);
    this.squire.setSelection(range);
  }

  #impoverish() {
    this.squire?.destroy();
    this.root?.remove();
    [this.squire, this.root] = [null, null];
    this.area.hidden = false;
    this.tools.hidden = true;
  }

  focus() {
    if (this.isRich) this.squire.focus();
    else this.area.focus();
    if (!this.isRich && !this.touched) this.area.setSelectionRange(0, 0);
    this.touched = true;
  }

  #images({ items, files }) {
    const found = [...(files?.length ? files : [...items].map((item) => item.getAsFile()))].filter((file) => file?.type.startsWith("image/"));
    for (const file of found) this.composer.files.add(file, true);
  }

  /** A few characters where the cursor was. */
  insert(text) {
    this.focus();
    if (this.isRich) this.squire.insertPlainText(text, false);
    else this.area.setRangeText(text, this.area.selectionStart, this.area.selectionEnd, "end");
    this.changed();
  }

  /** An image that has arrived. */
  insertImage({ link, stem, ending, content_id: id }) {
    this.composer.data.images[id] = link;
    this.squire.insertImage(link, { alt: stem + ending });
    this.changed();
  }

  #mark() {
    for (const [name, [tag]] of Object.entries(TOGGLES)) {
      this.tools.querySelector(`[data-format=${name}]`).setAttribute("aria-pressed", this.squire.hasFormat(tag) || this.squire.getPath().split(">").includes(tag));
    }
  }

  #format(button) {
    if (!button || !this.isRich) return;
    const { format, size, colour } = button.dataset;
    if (format in TOGGLES) this.squire[TOGGLES[format][button.getAttribute("aria-pressed") === "true" ? 2 : 1]]();
    else if (format === "link") this.#link();
    else if (format === "image") this.composer.files.pick(true);
    else if (format === "clear") this.squire.removeAllFormatting();
    else if (size !== undefined) this.#font("size", size, button);
    else if (colour !== undefined) this.#font("color", colour, button);
    if (format) this.squire.focus();
  }

  #font(name, value, button) {
    button.closest("[popover]").hidePopover();
    this.squire.focus();
    const others = name === "size" ? ["2", "5", "6"] : [...this.tools.querySelectorAll("[data-colour]")].map((each) => each.dataset.colour);
    for (const each of others.filter((one) => one && one !== value)) this.squire.changeFormat(null, { tag: "FONT", attributes: { [name]: each } });
    if (value) this.squire.changeFormat({ tag: "FONT", attributes: { [name]: value } }, null);
    this.changed();
  }

  #link() {
    const button = this.tools.querySelector("[data-format=link]");
    const address = prompt(button.dataset.ask, "https://");
    if (address === null) return;
    if (!address || address === "https://") this.squire.removeLink();
    else this.squire.makeLink(/^[a-z]+:/i.test(address) ? address : address.includes("@") ? `mailto:${address}` : `https://${address}`);
    this.changed();
  }

  /** Puts a signature in, or in the place of the one that is there; with `only`, only then. */
  sign(signature, { only = false } = {}) {
    if (!signature) return;
    const [html, text] = signature;
    if (!this.isRich) return this.#signPlain(text, only);
    const old = this.root.querySelector(".sig");
    if (!old && (only || !html)) return;
    const holder = document.createElement("div");
    holder.append(this.squire._config.sanitizeToDOMFragment(html));
    this.squire.saveUndoState();
    if (old) old.replaceWith(...holder.childNodes);
    else this.root.append(...holder.childNodes);
    this.changed();
  }

  #signPlain(text, only) {
    const at = this.area.value.lastIndexOf("\n-- \n");
    if (at < 0 && (only || !text)) return;
    const words = at < 0 ? `${this.area.value.trimEnd()}\n` : this.area.value.slice(0, at);
    this.area.value = text ? `${words}\n-- \n${text}` : words;
    this.changed();
  }

  /** One stop, and arrow keys inside. */
  #walk(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by || event.target.closest("[popover]")) return;
    const all = [...this.tools.querySelectorAll(":scope > button")];
    const to = all[(all.indexOf(event.target) + by + all.length) % all.length];
    for (const each of all) each.tabIndex = each === to ? 0 : -1;
    to.focus();
    event.preventDefault();
  }
}

const inner = Object.getOwnPropertyDescriptor(Element.prototype, "innerHTML");

/** Plain text as rich. */
function markup(text) {
  const holder = document.createElement("div");
  for (const line of text.split("\n")) {
    const block = holder.appendChild(document.createElement("div"));
    if (line) block.textContent = line;
    else block.append(document.createElement("br"));
  }
  return holder.innerHTML;
}
