// Files on their way to the server: several at once, in small pieces, going on after a break where they ended (tus).
import { Pace } from "./compose-pace.js";
import { token } from "./compose-send.js";
import { language } from "./locale.js";

const PAUSE = 2000;
const AT_ONCE = 3;

export class Files {
  #queue = [];
  #running = new Set();
  #pace = new Pace();

  constructor(composer, changed) {
    this.composer = composer;
    this.changed = changed;
    this.place = composer.querySelector(".compose-files");
    this.template = this.place.querySelector("template");
    this.picker = composer.querySelector("input[type=file]");
    this.picker.addEventListener("change", () => (this.#take(this.picker.files, this.inline), (this.picker.value = "")));
    this.#draw();
    this.#drop();
    composer.addEventListener("paste", (event) => this.#paste(event), true);
  }

  pick(inline = false) {
    this.inline = inline;
    this.picker.accept = inline ? "image/*" : "";
    this.picker.click();
  }

  #take(files, inline) {
    for (const file of files) this.add(file, inline);
  }

  #drop() {
    const { composer } = this;
    const holds = (event) => event.dataTransfer?.types.includes("Files");
    composer.addEventListener("dragover", (event) => holds(event) && (event.preventDefault(), composer.classList.add("drop")));
    composer.addEventListener("dragleave", (event) => composer.contains(event.relatedTarget) || composer.classList.remove("drop"));
    composer.addEventListener("drop", (event) => {
      composer.classList.remove("drop");
      if (!holds(event)) return;
      event.preventDefault();
      event.stopPropagation();
      for (const file of event.dataTransfer.files) this.add(file, this.#standsInText(file) && event.target.closest(".compose-body") !== null);
    }, true);
  }

  /** Files of the clipboard; of what an office program copies, the text and not its picture. */
  #paste(event) {
    const { files, types } = event.clipboardData;
    if (!files.length || types.includes("text/html") || types.includes("text/plain")) return;
    event.preventDefault();
    event.stopPropagation();
    for (const file of files) this.add(file, this.#standsInText(file));
  }

  #standsInText(file) {
    return this.composer.editor.isRich && /^image\/(?:png|jpeg|gif|webp)$/.test(file.type);
  }

  /** Begins to bring a file; `inline`: an image for the text, which is put there when it has arrived. */
  add(file, inline = false) {
    const item = this.#item(file);
    const { limit } = this.composer.data;
    if (limit && file.size * 1.37 > limit) return this.#fail(item, this.#say("too_large", { size: this.#size(file.size), limit: this.#size(limit) }));
    const work = { file, item, inline, stop: new AbortController() };
    item.querySelector("button").addEventListener("click", () => (work.stop.abort(), this.#gone(item)));
    this.#queue.push(work);
    this.#next();
    return undefined;
  }

  /** None of them is of the message that stands here now. */
  leave() {
    for (const { stop } of [...this.#queue, ...this.#running]) stop.abort();
    this.#queue = [];
    for (const each of this.place.querySelectorAll(".upload")) each.remove();
    this.#draw();
  }

  /** Waits until all that were begun are there, or given up. */
  async arrived() {
    while (this.#running.size) await Promise.all([...this.#running].map((each) => each.done));
  }

  #next() {
    while (this.#running.size < AT_ONCE && this.#queue.length) {
      const work = this.#queue.shift();
      this.#running.add(work);
      work.done = this.#bring(work).catch((fault) => this.#broken(work, fault)).finally(() => (this.#running.delete(work), this.#next()));
    }
  }

  async #bring(work) {
    if (!this.composer.dataset.draft) {
      this.composer.saver.changed(true);
      await this.composer.saver.save();
    }
    const { file, stop } = work;
    const made = await this.#ask(`${this.composer.address}files`, "POST", { "Upload-Length": file.size, "Upload-Metadata": metadata(work) }, stop.signal);
    if (made.status === 413) return this.#fail(work.item, this.#say("too_large", { size: this.#size(file.size), limit: "…" }));
    if (!made.ok) throw new Error(`${made.status}`);
    work.told = await made.json();
    for (let at = 0; at < file.size; at = await this.#piece(work, at)) this.#progress(work, at);
    this.#done(work);
    return undefined;
  }

  /** Brings the piece from `at` on; where the next one begins. Does not give up while the network may come back. */
  async #piece({ file, told, stop }, at) {
    for (;;) {
      const piece = file.slice(at, at + this.#pace.octets);
      const began = performance.now();
      try {
        const headers = { "Upload-Offset": at, "Content-Type": "application/offset+octet-stream" };
        const response = await this.#ask(told.link, "PATCH", headers, stop.signal, piece);
        if (response.status === 404) throw new DOMException("gone", "AbortError");
        if (response.status === 413 && this.#pace.refused(piece.size)) continue;
        if (response.ok) this.#pace.arrived(piece.size, performance.now() - began);
        if (response.ok || response.status === 409) return Number(response.headers.get("Upload-Offset"));
      } catch (fault) {
        if (fault.name === "AbortError") throw fault;
      }
      this.#pace.failed(piece.size);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      const known = await this.#ask(told.link, "HEAD", {}, stop.signal).catch((fault) => fault.name === "AbortError" && Promise.reject(fault));
      if (known?.ok) return Number(known.headers.get("Upload-Offset"));
    }
  }

  #ask(address, method, headers, signal, body) {
    return fetch(address, { method, body, signal, headers: { ...headers, "Tus-Resumable": "1.0.0", "X-CSRFToken": token() } });
  }

  #done({ item, told, inline }) {
    item.querySelector("progress").remove();
    this.#tell(item, told.size);
    item.dataset.key = told.key;
    item.querySelector("a").href = told.link;
    this.#named(item.querySelector("button"), this.#say("remove", { name: told.stem + told.ending }), told.key);
    if (!inline || !this.composer.editor.isRich) return this.changed();
    item.remove();
    this.#draw();
    return this.composer.editor.insertImage(told);
  }

  #broken(work, fault) {
    if (fault.name !== "AbortError") this.#fail(work.item, this.composer.words.broken);
    if (work.told) this.#ask(work.told.link, "DELETE", {}).catch(() => {});
  }

  /** Takes a file away that was there. */
  async drop(key) {
    const item = this.place.querySelector(`[data-key="${CSS.escape(key)}"]`);
    const response = await this.#ask(`${this.composer.address}files/${key}`, "DELETE", {}).catch(() => null);
    if (response?.ok || response?.status === 404) this.#gone(item);
  }

  #gone(item) {
    item.remove();
    this.#draw();
    this.changed();
  }

  #item(file) {
    const item = this.template.content.firstElementChild.cloneNode(true);
    const dot = file.name.lastIndexOf(".") > 0 ? file.name.lastIndexOf(".") : file.name.length;
    item.querySelector(".stem").textContent = file.name.slice(0, dot);
    item.querySelector(".ext").textContent = file.name.slice(dot);
    this.#tell(item, this.#size(file.size));
    const progress = Object.assign(document.createElement("progress"), { max: file.size || 1, value: 0 });
    progress.setAttribute("aria-label", this.#say("uploading", { name: file.name }));
    item.append(progress);
    const button = item.querySelector("button");
    button.type = "button";
    this.#named(button, this.#say("cancel", { name: file.name }));
    this.template.before(item);
    this.#draw();
    return item;
  }

  #named(button, name, key = "") {
    button.title = name;
    button.setAttribute("aria-label", name);
    if (!key) return;
    const fresh = button.cloneNode(true);
    Object.assign(fresh, { type: "submit", name: "drop", value: key });
    button.replaceWith(fresh);
  }

  #fail(item, text) {
    item.classList.add("bad");
    item.querySelector("progress")?.remove();
    this.#tell(item, text);
    item.querySelector("button").addEventListener("click", () => this.#gone(item));
  }

  #progress({ item, file }, at) {
    item.querySelector("progress").value = at;
    this.#tell(item, this.#say("of", { done: this.#size(at), all: this.#size(file.size) }));
  }

  #tell(item, text) {
    item.querySelector(".file-size").textContent = text;
  }

  /** Powers of 1000, as the server writes them. */
  #size(octets) {
    const step = octets < 1000 ? 0 : Math.min(3, Math.floor(Math.log10(octets) / 3));
    const digits = step && octets / 1000 ** step < 9.95 ? 1 : 0;
    return new Intl.NumberFormat(language, { style: "unit", unit: ["byte", "kilobyte", "megabyte", "gigabyte"][step], maximumFractionDigits: digits }).format(octets / 1000 ** step);
  }

  #say(name, values) {
    return Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), this.composer.words[name]);
  }

  #draw() {
    this.place.hidden = !this.place.querySelector(".upload");
  }
}

/** Names and values in base64. */
function metadata({ file, inline }) {
  const encoded = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  return `filename ${encoded(file.name)},filetype ${encoded(file.type || "application/octet-stream")}${inline ? ",inline " : ""}`;
}
