// The composer: one form of the server's, made quick. Saving, files, recipients and the text have modules of their own;
// here is what holds them together: opening, closing, sending, and what is said on the way.
import "./mail-frame.js";
import { fresh } from "./compose-blank.js";
import { ask, opened, settled, versions } from "./compose-elsewhere.js";
import { leave } from "./compose-caret.js";
import { Files } from "./compose-files.js";
import { notice, toast } from "./compose-notices.js";
import { orphaned, recover } from "./compose-recover.js";
import { Saver } from "./compose-save.js";
import { post, undo } from "./compose-send.js";
import { Editor } from "./mail-editor.js";
import { Recipients } from "./mail-recipients.js";
import { documentOf } from "./trusted.js";

const FIELDS = ["identity", "to", "cc", "bcc", "subject", "priority"];
const SWITCHES = ["receipt", "dsn"];

class MailComposer extends HTMLElement {
  connectedCallback() {
    if (this.form) return; // only moved
    if (!this.dataset.draft) this.dataset.local ||= fresh();
    this.form = this.querySelector("form");
    this.data = JSON.parse(this.querySelector("script").textContent);
    this.words = this.data.words;
    this.revision = this.data.revision;
    this.editor = new Editor(this, () => this.changed());
    this.files = new Files(this, () => this.changed(true));
    this.recipients = new Map(["to", "cc", "bcc"].map((name) => [name, new Recipients(this, name, () => this.changed())]));
    this.saver = new Saver(this);
    this.#prepare();
  }

  get address() {
    return this.form.getAttribute("action");
  }

  /** What this browser knows it by: its number, and before it has one a name of its own. */
  get key() {
    return Number(this.dataset.draft) || this.dataset.local;
  }

  get isMinimised() {
    return this.classList.contains("minimised");
  }

  #prepare() {
    for (const each of this.querySelectorAll("[data-do], [data-show]")) each.hidden = false;
    this.querySelector(".compose-pick").hidden = true;
    this.querySelector(".plain-only").hidden = true;
    for (const name of ["cc", "bcc"]) this.#offer(name);
    this.form.noValidate = true;
    this.form.addEventListener("submit", (event) => (event.preventDefault(), this.#pressed(event.submitter)));
    this.form.addEventListener("click", ({ target }) => this.#clicked(target.closest("button, [data-do]")));
    this.form.addEventListener("input", ({ target }) => target.name && this.changed());
    this.form.addEventListener("toggle", ({ target, newState }) => newState === "open" && this.#menu(target), true);
    this.form.addEventListener("change", ({ target }) => this.#chosen(target));
    this.addEventListener("keydown", (event) => this.#key(event));
    this.#hold();
  }

  /** Says to other tabs that this one has it open. */
  #hold() {
    navigator.locks?.request(`draft-${this.key}`, { ifAvailable: true }, (lock) => lock && new Promise((resolve) => (this.release = resolve)));
  }

  /** Everything that is typed, as the form's values. */
  values() {
    const values = Object.fromEntries(FIELDS.map((name) => [name, this.form.elements[name].value]));
    for (const name of SWITCHES) if (this.form.elements[name].checked) values[name] = "1";
    for (const [name, each] of this.recipients) values[name] = each.whole;
    return { ...values, ...this.editor.values() };
  }

  /** What a browser kept is on the screen again. */
  async fill(values, images = {}) {
    Object.assign(this.data.images, images);
    for (const name of FIELDS) if (name in values) this.form.elements[name].value = values[name];
    for (const name of SWITCHES) this.form.elements[name].checked = values[name] === "1";
    for (const each of this.recipients.values()) each.draw();
    await this.editor.fill(values);
    this.isStarted = true;
    this.changed(true);
  }

  /** Ready to be typed into: with what was lost elsewhere, and the focus where one begins. */
  async start(focus = true) {
    await this.editor.start();
    await recover(this);
    this.isStarted = true;
    opened(this);
    if (this.saver.isTouched) this.changed(true);
    else this.saver.started();
    if (!focus) return;
    if (this.form.elements.to.value) this.editor.focus();
    else this.recipients.get("to").focus();
  }

  changed(surely = false) {
    this.saver?.changed(surely);
    if (this.saver && !this.saver.isSaved) this.said("");
    this.#head();
  }

  /** What it is called; when there is nothing else to be seen of it, by whom it is for. */
  #head() {
    const [first] = this.isMinimised ? this.recipients.get("to").people : [];
    const subject = this.form.elements.subject.value.trim();
    this.querySelector("h2").textContent = subject || first?.name || first?.address || this.words.title;
  }

  said(text) {
    this.querySelector(".saved").textContent = text;
  }

  /** The server has it. */
  saved({ draft, revision, saved }) {
    this.revision = revision;
    settled(this);
    if (!this.dataset.draft) this.#named(draft);
    if (this.saver.isSaved) this.said(saved);
  }

  /** A new message has its own address from its first save on. */
  #named(draft) {
    this.dataset.draft = draft;
    this.form.setAttribute("action", `/compose/${draft}/`);
    this.saver.journal.named(draft);
    if (!this.parentElement.matches(".compose-dock")) history.replaceState(history.state, "", this.form.action);
    this.#renamed();
  }

  #renamed() {
    this.release?.();
    this.#hold();
    this.dispatchEvent(new CustomEvent("compose:named", { bubbles: true }));
  }

  /** Another page saved it. */
  conflict(told) {
    ask(this, told);
  }

  /** What the server has of it takes the place of what stands here. */
  async replace(markup) {
    const fresh = documentOf(markup).querySelector("mail-composer");
    this.release?.();
    this.replaceWith(document.adoptNode(fresh));
    fresh.data.busy = false;
    await fresh.start();
    return fresh;
  }

  #pressed(button) {
    const deed = button?.name === "do" ? button.value : button?.name;
    if (deed === "close") this.close();
    else if (deed === "discard") this.#discard();
    else if (deed === "drop") this.files.drop(button.value);
    else if (deed === "unseal") this.#remade([["do", deed]]);
    else if (["fill", "version"].includes(deed)) this.#remade([[deed, button.value]]);
    else if (deed === "save") this.saver.save();
    else if (deed === "later") this.send([["later", button.value], ["at", this.form.elements.at.value]]);
    else this.send();
  }

  #clicked(control) {
    const deed = control?.dataset.do;
    if (deed === "minimise") this.isMinimised ? this.restore() : this.minimise();
    else if (deed === "expand") this.#expand();
    else if (deed === "attach") this.files.pick();
    else if (deed === "sign") this.editor.sign(this.data.signatures[this.form.elements.identity.value]);
    else if (control?.dataset.show) this.#show(control.dataset.show);
    else if (this.isMinimised && control === null) this.restore();
  }

  async #menu(menu) {
    if (menu.matches(".compose-options")) return versions(this);
    if (!menu.matches(".compose-emoji")) return null;
    const { offer } = await import("./compose-emoji.js");
    return offer(menu, this.words.emoji.split("|"), (chosen) => this.editor.insert(chosen));
  }

  #chosen(target) {
    if (target.dataset.do === "plain") this.editor.become(!target.checked);
    if (target.name === "identity") this.editor.sign(this.data.signatures[target.value], { only: true });
  }

  #key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.send();
    } else if (event.key === "Escape" && !event.defaultPrevented && !this.querySelector(":popover-open")) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }

  /** Its field is there when it is asked for, or has somebody in it. */
  #offer(name) {
    const isWanted = Boolean(this.form.elements[name].value);
    this.querySelector(`[data-field="${name}"]`).hidden = !isWanted;
    this.querySelector(`[data-show="${name}"]`).hidden = isWanted;
  }

  #show(name) {
    this.querySelector(`[data-field="${name}"]`).hidden = false;
    this.querySelector(`[data-show="${name}"]`).hidden = true;
    this.recipients.get(name).focus();
  }

  minimise() {
    this.classList.remove("expanded");
    this.classList.add("minimised");
    this.#call("minimise", this.words.enlarge);
    this.#head();
    if (this.contains(document.activeElement)) this.#leaveFocus();
  }

  restore() {
    this.hidden = false;
    this.classList.remove("minimised");
    this.#call("minimise", this.words.minimise);
    this.#head();
    this.dispatchEvent(new CustomEvent("compose:restored", { bubbles: true }));
    this.editor.focus();
  }

  #expand() {
    this.classList.remove("minimised");
    const expanded = this.classList.toggle("expanded");
    this.#call("minimise", this.words.minimise);
    this.#call("expand", expanded ? this.words.dock : this.words.expand);
    this.editor.focus();
  }

  /** What its button does now. */
  #call(deed, name) {
    const button = this.querySelector(`[data-do=${deed}]`);
    button.title = name;
    button.setAttribute("aria-label", name);
  }

  /** Off the screen. */
  left() {
    this.release?.();
    this.hidden = true;
    this.dispatchEvent(new CustomEvent("compose:left", { bubbles: true }));
    this.#leaveFocus();
    if (this.parentElement?.matches(".compose-dock")) this.remove();
  }

  /** To where its person was before. */
  #leaveFocus() {
    document.activeElement?.blur();
    const places = [this.opener, document.getElementById("subject"), document.getElementById("list-title")];
    places.find((each) => each?.checkVisibility())?.focus({ preventScroll: true });
  }

  /** It was sent, or removed, from elsewhere or by a request whose answer got lost. What was typed here since then is
      in nothing that has gone, and may be another message. */
  gone() {
    this.saver.stop();
    document.getElementById("toasts").close("compose");
    if (![this.handed, this.saver.held].includes(JSON.stringify(this.values()))) return orphaned(this);
    this.saver.journal.clear();
    this.left();
    toast(this.words.gone);
    return null;
  }

  /** Another message from now on, which the server does not know yet. */
  begin() {
    this.saver.journal.clear();
    [this.dataset.draft, this.dataset.local, this.revision] = ["", fresh(), 0];
    this.form.setAttribute("action", "/compose/");
    this.saver.begin();
    this.#renamed();
  }

  /** Saves, and goes; the copy in the Drafts folder is made then. Nothing goes that is not saved. */
  async close() {
    if (!this.saver.isTouched || (this.isBehind && this.saver.isSaved)) return this.#leave();
    const values = this.values();
    await this.saver.stop();
    try {
      const response = await post(this.address, this.saver.form(values, [["do", "close"]]), this.words);
      if (response.status === 409) return this.conflict(await response.json());
      if (response.status === 404) return this.gone();
      if (!response.ok) throw new Error(`${response.status}`);
      await this.saver.journal.clear();
      this.left();
    } catch {
      this.said(this.words.offline);
      this.saver.go();
      this.saver.changed(true);
    }
    return null;
  }

  /** Nothing was typed: a message that was only begun is no draft. */
  #leave() {
    this.saver.journal.clear();
    this.left();
    if (this.dataset.draft && !this.revision && !this.isBehind) post(this.address, this.saver.form({}, [["do", "discard"]]), this.words).catch(() => {});
  }

  async #discard() {
    await this.saver.stop();
    const { address, words } = this;
    this.left();
    const deed = (name) => post(address, this.saver.form({}, [["do", name]]), words);
    this.saver.journal.clear();
    if (!this.dataset.draft) return;
    await deed("discard").catch(() => {});
    toast(words.discarded, words.undo, () => deed("restore").then(() => reopen(address)));
  }

  /** What the server makes of it takes its place. */
  async #remade(how) {
    await this.saver.save();
    const response = await post(this.address, this.saver.form(this.values(), how), this.words);
    if (response.status === 409) return this.conflict(await response.json());
    return response.ok && this.replace(await response.text());
  }

  /** Closed at once. What stands in the way brings it back, with a word; until it has gone it can be had back. */
  async send(more = []) {
    const wrong = this.#unready();
    if (wrong) return this.refuse([{ text: wrong, field: "to" }], more);
    const took = this.#hand(more);
    const back = () => took.then((told) => told && undo(told.draft, this.words));
    if (more.some(([name]) => name === "later")) return void took.then((told) => told && toast(told.said, this.words.undo, back));
    const close = toast(this.words.sent, this.words.undo, back);
    return void took.then((told) => told?.seconds === 0 && close());
  }

  #unready() {
    const all = [...this.recipients.values()];
    const wrong = all.map((each) => each.settle()).find(Boolean);
    if (wrong) return wrong;
    return all.some((each) => each.count) ? "" : this.words.nobody;
  }

  /** Returns what the server says, or null when it was not sent. */
  async #hand(more) {
    this.hidden = true;
    await this.files.arrived();
    await this.saver.stop();
    const values = this.values();
    this.handed = JSON.stringify(values);
    try {
      const response = await post(this.address, this.saver.form(values, [...(more.length ? more : [["do", "send"]])]), this.words);
      const told = await response.json().catch(() => ({}));
      if (response.status === 422) return this.#back(() => this.refuse(told.problems, more, told));
      if (response.status === 409) return this.#back(() => this.conflict(told));
      if (response.status === 404) return this.#back(() => ((this.handed = this.saver.held = null), this.gone())); // another page sent it
      if (!response.ok) throw new Error(`${response.status}`);
      leave(told.draft, this.editor);
      await this.saver.journal.clear();
      this.left();
      return told;
    } catch {
      return this.#back(() => notice(this, this.words.failed, [[this.querySelector("[value=send]").textContent.trim(), () => this.send(more)]]));
    }
  }

  #back(tell) {
    document.getElementById("toasts").close("compose");
    this.restore();
    this.saver.go();
    this.saver.changed(true);
    tell();
    return null;
  }

  refuse(problems, more = [], told = null) {
    if (told?.revision) this.saved(told);
    this.querySelector(".compose-notices").replaceChildren();
    const said = more.filter(([name]) => name === "sure");
    for (const { text, field, asks, yes, no } of problems) {
      const sure = () => this.send([...more.filter(([name]) => name !== "sure"), ["sure", [...said.map((each) => each[1]), asks].join(" ")]]);
      notice(this, text, asks ? [[yes, sure], [no, () => this.#lead(field)]] : []);
    }
  }

  /** To where a question is answered. */
  #lead(field) {
    if (field === "files") this.files.pick();
    else if (field === "subject") this.form.elements.subject.focus();
    else (this.recipients.get(field) ?? this.editor).focus();
  }
}

async function reopen(address) {
  const response = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
  if (response.ok) document.dispatchEvent(new CustomEvent("compose:open", { detail: await response.text() }));
}

customElements.define("mail-composer", MailComposer);
