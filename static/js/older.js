// The next page of rows comes before one has scrolled to its link.
import { fetchRegion, list } from "./page.js";

const EARLY = "600px";
const seen = new IntersectionObserver(near, { rootMargin: EARLY });

/** The link to the next page, wherever it is new. */
export function lookForOlder() {
  const link = document.getElementById("older");
  if (link) seen.observe(link);
}

function near(entries) {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    // Without an answer it stays a link, which says what is wrong to whom follows it.
    fetchRegion(target.href, "older", AbortSignal.timeout(60000)).then((page) => page && add(target, page), () => {});
  }
}

function add(link, page) {
  if (!link.isConnected) return;
  // What has come into the list meanwhile is there already, and so is what the mailbox has twice, once read and once not.
  for (const row of page.querySelectorAll(".row")) if (document.getElementById(row.id)) row.remove();
  link.replaceWith(...page.body.childNodes);
  list().settle();
}
