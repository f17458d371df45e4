// Toasts: one line and one action, three at most, the newest lowest. They go after eight seconds nobody looks at them.

const SECONDS = 8;

class MailToasts extends HTMLElement {
  connectedCallback() {
    this.setAttribute("role", "alert");
  }

  /** Shows `text`, and a button that does `act` when there is one. */
  show(text, act) {
    const toast = Object.assign(document.createElement("div"), { className: "toast" });
    toast.append(Object.assign(document.createElement("p"), { textContent: text }));
    const close = () => toast.remove();
    if (act) toast.append(this.#button(this.dataset.again, () => (close(), act())));
    const dismiss = this.#button(this.dataset.dismiss, close);
    dismiss.className = "x";
    toast.append(dismiss);
    this.append(toast);
    while (this.children.length > 3) this.firstElementChild.remove();
    this.#expire(toast);
  }

  #button(label, act) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
    button.addEventListener("click", act);
    return button;
  }

  #expire(toast) {
    let left = SECONDS;
    const tick = setInterval(() => {
      if (!document.hidden && !toast.matches(":hover, :focus-within")) left -= 1;
      if (left > 0 && toast.isConnected) return;
      clearInterval(tick);
      toast.remove();
    }, 1000);
  }
}

customElements.define("mail-toasts", MailToasts);
