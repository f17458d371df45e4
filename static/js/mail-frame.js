// The frame around a message's HTML: as high as its text.
// The document inside is sandboxed and runs nothing; it may be measured because it is of the same origin.

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
