// What was typed, kept in this browser (IndexedDB) at each keystroke, for as long as it is open on the screen: the server
// may not have it, or may be out of reach when the page is loaded anew. Gone with signing out. It is found by the number
// of a draft, which the server shows to its person only, or by a name that only its person's browser knows.

const NAME = "whimbrel";
const STORE = "journal";

let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: ["draft", "tab"] });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function store(mode, act) {
  const transaction = (await database()).transaction(STORE, mode, { durability: mode === "readwrite" ? "strict" : "default" });
  const request = act(transaction.objectStore(STORE));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

/** The tab's own name: the same after it was loaded anew. */
export const tab = (() => {
  const fresh = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
  try {
    const known = sessionStorage.getItem("tab") ?? fresh;
    sessionStorage.setItem("tab", known);
    return known;
  } catch {
    return fresh;
  }
})();

export class Journal {
  #waiting = null;
  #writing = Promise.resolve();

  constructor(draft) {
    this.draft = draft;
  }

  /** Keeps `values`, typed on top of `revision`, and what is to be known with them: `images` of the text by their ids;
      `saved` when the server has them; `apart` when there is more of the message, which only the server has. Of what
      comes while one is written only the last is. */
  write(revision, values, known = {}) {
    const idle = !this.#waiting;
    this.#waiting = { draft: this.draft, tab, revision, at: Date.now(), values, ...known };
    if (idle) this.#writing = this.#writing.then(() => this.#flush());
    return this.#writing;
  }

  async #flush() {
    const entry = this.#waiting;
    this.#waiting = null;
    if (entry) await store("readwrite", (all) => all.put(entry)).catch((fault) => console.warn(fault));
  }

  /** The server knows it, and by that number it is kept from now on. */
  async named(draft) {
    const before = new Journal(this.draft);
    this.draft = draft;
    await this.#writing;
    await before.forget(tab);
  }

  /** It is off the screen, and the server has all of it. */
  async clear() {
    this.#waiting = null;
    await this.#writing;
    await this.forget(tab);
  }

  forget(whose) {
    return store("readwrite", (all) => all.delete([this.draft, whose])).catch(() => {});
  }

  /** What tabs of this browser have typed, the newest first. */
  async entries() {
    const range = IDBKeyRange.bound([this.draft, ""], [this.draft, "\uffff"]);
    const found = await store("readonly", (all) => all.getAll(range)).catch(() => []);
    return found.sort((one, other) => other.at - one.at);
  }
}
