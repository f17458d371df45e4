// The mailboxes as a drawer: the popover opens and closes by itself; while it is open the rest is out of reach.
// It has an entry of its own in the history, so that Back closes it before it leaves the page.
import { app } from "./page.js";

const side = document.getElementById("side");
const isOpen = () => side.matches(":popover-open");
const hasEntry = () => Boolean(history.state?.drawer);

function reach(inert) {
  for (const part of app.children) if (part !== side) part.inert = inert;
}

side?.addEventListener("toggle", (event) => {
  if (event.newState !== "open") return void (hasEntry() && history.back());
  reach(true);
  if (!hasEntry()) history.pushState({ drawer: true }, "");
  (side.querySelector("a[aria-current=page]") ?? side.querySelector("a"))?.focus();
});

// Before it closes, so that focus can go back to the button that opened it.
side?.addEventListener("beforetoggle", (event) => event.newState === "closed" && reach(false));

if (side) addEventListener("popstate", () => hasEntry() !== isOpen() && side.togglePopover());

// The page that is chosen takes the place of the drawer's entry: Back leads to the list, and not to an open drawer.
side?.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || !hasEntry() || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  location.replace(link.href);
});

// A page that is loaded anew stands there with its drawer closed.
if (hasEntry() && side && !isOpen()) history.replaceState(null, "");
