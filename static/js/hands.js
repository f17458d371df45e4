// What hands do to mail beside opening it: loaded when the first of them is there, so that no page waits for it.
import { choose } from "./select.js";
import "./drag.js";
import "./row-tools.js";
import "./swipe.js";

/** The event that these modules were loaded for has happened already. */
export function begin(event) {
  if (event.type === "change") choose(event);
  else event.target.dispatchEvent?.(new Event("mail:near", { bubbles: true }));
}
