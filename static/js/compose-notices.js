// What a composer has to say to its person, with the buttons that answer it.

/** Shows `text` with buttons: [label, what it does]. Any of them takes it away, and so does another of its `kind`. */
export function notice(composer, text, answers, kind = "") {
  if (kind) composer.querySelector(`.notice[data-kind=${kind}]`)?.remove();
  const box = Object.assign(document.createElement("div"), { className: "notice warn" });
  box.dataset.kind = kind;
  box.append(Object.assign(document.createElement("p"), { textContent: text }));
  if (answers.length) {
    const buttons = Object.assign(document.createElement("div"), { className: "notice-actions" });
    for (const [label, act] of answers) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "btn small", textContent: label });
      button.addEventListener("click", () => (box.remove(), act()));
      buttons.append(button);
    }
    box.append(buttons);
  }
  composer.querySelector(".compose-notices").append(box);
}

/** Says something below; returns what takes it away. */
export function toast(text, label, act) {
  const toasts = document.getElementById("toasts");
  toasts.dataset.compose = label ?? "";
  toasts.show(text, act, "compose");
  return () => toasts.close("compose");
}
