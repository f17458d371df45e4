// The page of settings: this browser's own switch. Permission is asked for when somebody turns notifications on.
import "./drawer.js";
import "./menus.js";
import { isAble, turnOff, turnOn, way } from "./push.js";

const [here, on, off] = ["here", "turn-on", "turn-off"].map((id) => document.getElementById(id));

function show(state) {
  here.textContent = here.dataset[state];
  on.hidden = !["off", "failed"].includes(state) || Boolean(way());
  off.hidden = !way();
}

function standing() {
  if (!isAble()) return "missing";
  if (Notification.permission === "denied") return "denied";
  return Notification.permission === "granted" && way() === "push" ? "on" : (way() ?? "off");
}

/** Does one thing at a time, and says how it went. The focus stays with the switch. */
async function doing(button, act) {
  button.disabled = true;
  try {
    await act();
    show(standing());
  } catch {
    show("failed");
  }
  button.disabled = false;
  (on.hidden ? off : on).focus();
}

if (on) begin(); // the frame is that of other pages too

function begin() {
  on.addEventListener("click", () => doing(on, async () => {
    if ((await Notification.requestPermission()) !== "granted") return;
    await turnOn(on.dataset.key);
  }));

  off.addEventListener("click", () => doing(off, turnOff));

  show(standing());

  // A suggestion: nothing is kept until the form is sent.
  document.getElementById("zone").value ||= Intl.DateTimeFormat().resolvedOptions().timeZone;
}
