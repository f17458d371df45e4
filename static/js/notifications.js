// Keeps this browser's subscription, and, where there is no push service, tells of new mail from an open page nobody sees.
import { isAble, post, turnOn, way, worker } from "./push.js";

const GATHERED = 1500;

let marks = null;
let asking = 0;

/** What came since it was asked the last time; the first time only where to begin. */
async function news() {
  return (await post("/notifications/news", { marks: JSON.stringify(marks) })).json();
}

async function tell() {
  asking = 0;
  const told = await news().catch(() => null); // the next change asks again
  if (!told) return;
  marks = told.marks;
  if (told.notes.length) (await worker()).active.postMessage({ notes: told.notes });
}

/** One page of all that are open tells, for as long as it is open. */
function tellFromHere() {
  const never = new Promise(() => {});
  navigator.locks.request("notifications", () => {
    tell();
    document.addEventListener("mail:mailboxes", () => (asking ||= setTimeout(tell, GATHERED)));
    return never;
  });
}

/** A subscription may have been given up by the browser, or be of a sign-in that has ended. */
async function subscribed() {
  const { key } = await news();
  return turnOn(key);
}

async function begin() {
  if (Notification.permission !== "granted") return;
  if (way() === "page" || (way() === "push" && !(await subscribed()))) tellFromHere();
}

if (isAble()) begin().catch(() => {}); // it comes with the next page
