// The frame around a message's HTML: as high as its text, and with its remote images when they were asked for.
// The document inside is sandboxed and runs nothing; it may be measured because it is of the same origin.
import { guard } from "./links.js";
import { leftForSignIn } from "./page.js";

/** A link to a place in the same message leads there, and not to a new tab, as all links of a message would. */
function jump(event) {
  const link = event.target.closest('a[href^="#"], area[href^="#"]');
  if (!link) return;
  event.preventDefault();
  const name = link.getAttribute("href").slice(1);
  const place = link.ownerDocument.getElementById(name) ?? link.ownerDocument.getElementsByName(name)[0];
  place?.scrollIntoView();
}

class MailFrame extends HTMLElement {
  connectedCallback() {
    this.frame = this.querySelector("iframe");
    this.frame.addEventListener("load", () => this.loaded());
    this.expect();
  }

  /** As high as its text as soon as that is there: remote images may take long. */
  expect() {
    const inside = this.frame.contentDocument;
    if (!this.isConnected || !inside) return;
    if (inside.readyState !== "loading" && inside.body?.children.length) this.loaded();
    else requestAnimationFrame(() => this.expect());
  }

  /** The same message framed otherwise, in the same place, which is no step of the history. */
  reframe(values) {
    const address = new URL(this.frame.contentDocument?.location.pathname.startsWith("/message/") ? this.frame.contentDocument.URL : this.frame.src);
    for (const [name, value] of Object.entries(values)) {
      if (value) address.searchParams.set(name, value);
      else address.searchParams.delete(name);
    }
    this.frame.contentWindow.location.replace(address);
  }

  disconnectedCallback() {
    this.observer?.disconnect();
  }

  loaded() {
    const inside = this.frame.contentDocument?.documentElement;
    if (!inside) return;
    this.classList.toggle("on-paper", getComputedStyle(inside.ownerDocument.body).backgroundColor !== "rgba(0, 0, 0, 0)");
    inside.ownerDocument.addEventListener("click", jump);
    if (this.dataset.warned) for (const kind of ["click", "auxclick"]) inside.ownerDocument.addEventListener(kind, (event) => guard(event, this));
    this.observer?.disconnect();
    this.observer = new ResizeObserver(() => this.measure(inside));
    this.observer.observe(inside);
    this.measure(inside);
    markHits();
  }

  measure(inside) {
    this.fit(inside);
    const height = Math.ceil(inside.getBoundingClientRect().height);
    if (height !== this.height) this.frame.style.blockSize = `${(this.height = height)}px`;
  }

  /** What is still too wide for the frame when all has shrunk that can is drawn smaller, so that nothing scrolls sideways. */
  fit(inside) {
    const { body } = inside.ownerDocument;
    if (inside.clientWidth === this.width && inside.scrollWidth <= inside.clientWidth + 1) return;
    this.width = inside.clientWidth;
    body.style.zoom = "";
    const own = Number.parseFloat(getComputedStyle(body).zoom) || 1;
    for (let round = 0, scale = 1; round < 4 && inside.scrollWidth > inside.clientWidth + 1; round++) {
      scale = Math.max(0.35, scale * (inside.clientWidth / inside.scrollWidth) * 0.995);
      body.style.zoom = own * scale;
    }
  }
}

// Buttons of a form that change how messages look: with a script the rest of the page stays as it is.
const after = {
  show(button, { images }) {
    const letter = button.closest(".msg");
    letter.querySelector("mail-frame").reframe({ images });
    button.closest(".notice").remove();
    letter.querySelector("h3").focus({ preventScroll: true });
  },
  colours(button) {
    const dark = button.value === "dark";
    button.closest(".msg").querySelector("mail-frame").reframe({ dark: dark ? "1" : "" });
    button.value = dark ? "original" : "dark";
    button.querySelector("span").textContent = button.dataset[button.value];
    button.closest("[popover]").hidePopover();
  },
  size(_button, { size }) {
    for (const frame of document.querySelectorAll("mail-frame")) frame.reframe({ size });
    for (const text of document.querySelectorAll(".msg .prose")) text.dataset.size = size;
  },
};

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!Object.hasOwn(after, button?.name ?? "") || button.value === "never") return;
  event.preventDefault();
  change(button);
});

async function change(button) {
  const body = new FormData(button.form, button);
  try {
    const response = await fetch(button.formAction, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
    if (leftForSignIn(response)) return;
    if (!response.ok) throw new Error(`${response.status}`);
    after[button.name](button, response.status === 204 ? {} : await response.json());
  } catch {
    const toasts = document.getElementById("toasts");
    toasts.show(toasts.dataset.unreachable, () => change(button));
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-find]");
  if (!button) return;
  button.closest("[popover]").hidePopover();
  (await import("./find.js")).open();
});

/** What a search has found is marked in the conversation that was opened from it. */
async function markHits() {
  const { hits } = document.querySelector("#reader [data-hits]")?.dataset ?? {};
  if (hits) (await import("./find.js")).mark(JSON.parse(hits));
}

document.addEventListener("mail:opened", markHits);
markHits();

customElements.define("mail-frame", MailFrame);
