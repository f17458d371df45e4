// Stars and read marks change on the screen in the same frame and are sent after; what fails goes back where it was.
import { leftForSignIn, list, reader } from "./page.js";
import { ask } from "./reach.js";

const form = document.getElementById("act");

form?.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button?.name in change) {
    event.preventDefault();
    act(button.formAction, button.name, button.value, threadOf(button));
  } else if (button?.formAction.endsWith("/refresh")) {
    event.preventDefault();
    send(button.formAction).then(() => soon());
  }
});

const threadOf = (control) => control.closest(".row")?.id.slice(1) ?? reader().querySelector("[data-thread]")?.dataset.thread;

/** Marks messages of the open conversation as read, and leaves its other ones as they are. */
export async function read(address, messages) {
  try {
    await send(address, [["seen", "1"], ...messages.map((message) => ["message", message])]);
  } catch {
    return; // nothing was shown that has to go back, and the next opening tries again
  }
  await ask();
}

/** Sets `name` (`seen` or `flagged`) of a conversation to `value` (`0` or `1`). */
export async function act(address, name, value, thread) {
  change[name](thread, value);
  try {
    await send(address, [[name, value]]);
  } catch {
    change[name](thread, value === "1" ? "0" : "1");
    const toasts = document.getElementById("toasts");
    toasts.show(toasts.dataset.failed.replace("{subject}", subjectOf(thread)), () => act(address, name, value, thread));
    return;
  }
  await ask();
}

async function send(address, values = []) {
  const body = new FormData(form);
  for (const [name, value] of values) body.append(name, value);
  const response = await fetch(address, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
  if (!leftForSignIn(response) && !response.ok) throw new Error(`${response.status}`);
}

/** A sync takes a moment: look twice. */
function soon() {
  for (const wait of [1000, 4000]) setTimeout(ask, wait);
}

const row = (thread) => document.getElementById(`c${thread}`);
const subjectOf = (thread) => row(thread)?.querySelector(".row-subj").textContent.trim() ?? document.getElementById("subject")?.textContent ?? "";
const isOpen = (thread) => reader().querySelector("[data-thread]")?.dataset.thread === String(thread);

/** Buttons of one name for one conversation, in the list and in the reading pane. */
function* buttons(thread, name) {
  for (const place of [row(thread), isOpen(thread) && reader()]) {
    if (place) yield* place.querySelectorAll(`button[name=${name}]`);
  }
}

const change = {
  flagged(thread, value) {
    for (const star of buttons(thread, "flagged")) {
      star.setAttribute("aria-pressed", String(value === "1"));
      star.value = value === "1" ? "0" : "1";
    }
  },
  seen(thread, value) {
    row(thread)?.classList.toggle("is-unread", value === "0");
    for (const button of buttons(thread, "seen")) {
      button.value = value === "1" ? "0" : "1";
      const label = button.querySelector(".tool-label");
      if (label) label.textContent = button.dataset[value === "1" ? "unread" : "read"];
    }
  },
};

/** What a shortcut does: as if the button of the open conversation, or else of the row in focus, were pressed. */
export function press(name, value) {
  const current = list()?.current;
  const inList = current?.contains(document.activeElement) || !reader().querySelector("[data-thread]");
  const button = (inList ? current : reader())?.querySelector(`button[name=${name}]`);
  if (button) act(button.formAction, name, value ?? button.value, threadOf(button));
}
