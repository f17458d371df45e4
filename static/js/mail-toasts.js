// Toasts: one line and one action, three at most, the newest lowest. They go after ten seconds nobody looks at them.

const SECONDS = 10;

class MailToasts extends HTMLElement {
  connectedCallback() {
    this.setAttribute("role", "alert");
    // What the page was brought with says what was done before it.
    const brought = document.getElementById("done")?.firstElementChild;
    if (brought) this.#add(brought, "undo");
  }

  /** Shows `text`, and a button that does `act` when there is one: `again` or `undo`. */
  show(text, act, kind = "again") {
    const toast = Object.assign(document.createElement("div"), { className: "toast" });
    toast.append(Object.assign(document.createElement("p"), { textContent: text }));
    if (act) toast.append(this.#button(this.dataset[kind], () => (toast.remove(), act())));
    if (act && kind === "undo") toast.lastElementChild.append(" ", this.#key());
    this.#add(toast, act ? kind : "");
  }

  /** Takes away the newest of a kind, whose button was pressed in another way. */
  close(kind) {
    this.querySelector(`:scope > [data-kind="${kind}"]:nth-last-child(1 of [data-kind="${kind}"])`)?.remove();
  }

  #add(toast, kind) {
    toast.dataset.kind = kind;
    const dismiss = this.#button(this.dataset.dismiss, () => toast.remove());
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

  #key() {
    const key = Object.assign(document.createElement("kbd"), { textContent: "z" });
    key.setAttribute("aria-hidden", "true");
    return key;
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
