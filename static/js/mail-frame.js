// The frame around a message's HTML: as high as its text, and with its remote images when they were asked for.
// The document inside is sandboxed and runs nothing; it may be measured because it is of the same origin.
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

  /** Another document in the same place, which is no step of the history. */
  show(address) {
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
    this.observer?.disconnect();
    this.observer = new ResizeObserver(() => this.measure(inside));
    this.observer.observe(inside);
    this.measure(inside);
  }

  measure(inside) {
    const height = Math.ceil(inside.getBoundingClientRect().height);
    if (height !== this.height) this.frame.style.blockSize = `${(this.height = height)}px`;
  }
}

// “Show images” and “Always for …” are buttons of a form; with a script the rest of the page stays as it is.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button?.name !== "show" || button.value === "never") return;
  event.preventDefault();
  showImages(button);
});

async function showImages(button) {
  const letter = button.closest(".msg");
  const body = new FormData(button.form, button);
  try {
    const response = await fetch(button.formAction, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
    if (leftForSignIn(response)) return;
    if (!response.ok) throw new Error(`${response.status}`);
    letter.querySelector("mail-frame").show((await response.json()).frame);
  } catch {
    const toasts = document.getElementById("toasts");
    toasts.show(toasts.dataset.unreachable, () => showImages(button));
    return;
  }
  button.closest(".notice").remove();
  letter.querySelector("h3").focus({ preventScroll: true });
}

customElements.define("mail-frame", MailFrame);
