// The mailboxes as a drawer: the popover opens and closes by itself; while it is open the rest is out of reach.
import { app } from "./page.js";

const side = document.getElementById("side");

function reach(inert) {
  for (const part of app.children) if (part !== side) part.inert = inert;
}

side?.addEventListener("toggle", (event) => {
  if (event.newState !== "open") return;
  reach(true);
  (side.querySelector("a[aria-current=page]") ?? side.querySelector("a"))?.focus();
});

// Before it closes, so that focus can go back to the button that opened it.
side?.addEventListener("beforetoggle", (event) => event.newState === "closed" && reach(false));
