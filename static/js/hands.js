// What hands do to mail beside opening it: loaded when the first of them is there, so that no page waits for it.
import { performing, selecting, undoing } from "./later.js";
import { choose } from "./select.js";
import "./drag.js";
import "./row-tools.js";
import "./swipe.js";

for (const module of [performing, selecting, undoing]) module(() => {});

/** The event that these modules were loaded for has happened already. */
export function begin(event) {
  if (event.type === "change") choose(event);
  else event.target.dispatchEvent?.(new Event("mail:near", { bubbles: true }));
}
