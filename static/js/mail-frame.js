// The frame around a message's HTML: as high as its text.
// The document inside is sandboxed and runs nothing; it may be measured because it is of the same origin.

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
    if (this.frame.contentDocument?.readyState === "complete" && this.frame.contentDocument.body?.children.length) this.loaded();
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

customElements.define("mail-frame", MailFrame);
