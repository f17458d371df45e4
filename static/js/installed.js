// Keeps the service worker and the number on the program's icon. What tells of new mail comes with the pages of those
// who turned it on.
import { registerWorker } from "./trusted.js";

/** The unread mail of the inbox, on the icon of the installed program. */
function badge() {
  const count = Number(document.querySelector('#side-special a[aria-keyshortcuts="g i"] .nav-count')?.textContent);
  (count ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.())?.catch(() => {});
}

/** A page that was already on its way when the worker began is not in its hands by itself. */
async function keepWorker() {
  const { serviceWorker } = navigator;
  await registerWorker();
  const { active } = await serviceWorker.ready;
  if (!serviceWorker.controller) active.postMessage({ claim: true });
}

badge();
document.addEventListener("mail:mailboxes", badge);
if ("serviceWorker" in navigator) keepWorker().catch(() => {}); // it comes with the next page
if (localStorage.getItem("notifications")) import("./notifications.js");
