// Saving: each change into the journal at once, to the server after a pause, one save at a time. What the server does
// not take now is tried until it does.
import { Journal, tab } from "./compose-journal.js";
import { post } from "./compose-send.js";

const PAUSE = 1200;
const LONGEST = 5000;
const AGAIN = 4000;
const SLOW = 2500;

export class Saver {
  #timer = 0;
  #since = 0;
  #saving = Promise.resolve();
  #dirty = false;
  #known;
  #stopped = false;
  #waits = false;

  /** `composer` has `values()`, `address`, `revision` and `said(text)`. */
  constructor(composer) {
    this.composer = composer;
    this.journal = new Journal(composer.key);
    addEventListener("online", () => this.#dirty && this.#soon(0));
    addEventListener("pagehide", () => this.#leave());
  }

  /** Whether anything was ever typed here. */
  isTouched = false;

  /** What the server last took, as JSON. */
  held = null;

  get isSaved() {
    return !this.#dirty;
  }

  /** The form is as it was brought: what reads as this is not changed, whatever a browser or what was added to it has
      touched. */
  started() {
    if (!this.isTouched) this.#known = JSON.stringify(this.composer.values());
  }

  /** Something was typed; `surely`: something else than what stands in the form is to be saved as well. */
  changed(surely = false) {
    const now = JSON.stringify(this.composer.values());
    if (this.#stopped || (now === this.#known && !surely)) return;
    this.#known = now;
    this.#dirty = this.isTouched = true;
    this.#keep(false);
    this.#since ||= Date.now();
    this.#soon(Math.min(PAUSE, Math.max(0, this.#since + LONGEST - Date.now())));
  }

  #keep(saved) {
    const { composer } = this;
    if (!composer.isStarted) return; // what was kept before is not on the screen yet
    const apart = composer.querySelector(".compose-quote, .compose-files .upload") !== null;
    this.journal.write(composer.revision, composer.values(), { saved, apart, images: composer.data.images });
  }

  #soon(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save().catch((fault) => console.warn(fault)), wait);
  }

  /** Has the server save what is typed, if that is different. */
  save() {
    this.#saving = this.#saving.catch(() => {}).then(() => this.#dirty && !this.#stopped && !this.#waits && this.#save());
    return this.#saving;
  }

  async #save() {
    clearTimeout(this.#timer);
    const { composer } = this;
    const sent = composer.values();
    this.#dirty = false;
    this.#since = 0;
    const slow = setTimeout(() => composer.said(composer.words.offline), SLOW);
    try {
      const response = await post(composer.address, this.form(sent, [["do", "save"]]), composer.words);
      if (response.status === 409) return composer.conflict(await response.json());
      if (response.status === 404) return composer.gone();
      if (!response.ok) throw new Error(`${response.status}`);
      composer.saved(await response.json());
      this.held = JSON.stringify(sent);
      this.#keep(!this.#dirty);
    } catch (fault) {
      this.#dirty = true;
      composer.said(fault.message === "400" || fault.message === "413" ? composer.words.large : composer.words.offline);
      this.#soon(AGAIN);
    } finally {
      clearTimeout(slow);
    }
    return null;
  }

  form(values, more = []) {
    const form = new FormData();
    for (const [name, value] of [...Object.entries(values), ...more]) form.append(name, value);
    form.set("revision", this.composer.revision);
    form.set("tab", tab);
    if (!this.composer.dataset.draft) form.set("begun", this.composer.dataset.local);
    return form;
  }

  /** Waits for what is on its way, and saves nothing more. */
  async stop() {
    clearTimeout(this.#timer);
    this.#stopped = true;
    await this.#saving.catch(() => {});
  }

  /** It is another message from now on, of which nothing is saved. */
  begin() {
    this.journal = new Journal(this.composer.key);
    this.held = null;
    this.go();
    this.changed(true);
  }

  /** Saves nothing before the person has answered; what is typed meanwhile is kept here. */
  wait() {
    [this.#stopped, this.#waits] = [false, true];
  }

  go() {
    this.#stopped = this.#waits = false;
    if (this.#dirty) this.#soon(0);
  }

  /** The page goes: the journal has it, and the browser may bring it to the server all the same. */
  #leave() {
    if (!this.#dirty || this.#stopped) return;
    const { composer } = this;
    const body = this.form(composer.values(), [["do", "close"], ["csrfmiddlewaretoken", composer.querySelector("[name=csrfmiddlewaretoken]").value]]);
    fetch(composer.address, { method: "POST", body, keepalive: true, headers: { "X-Requested-With": "fetch" } }).catch(() => {});
  }
}
