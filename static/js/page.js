// The regions of the page, and small questions about it. Knows nothing of mail.
import { documentOf } from "./trusted.js";

export const app = document.querySelector(".app");
export const list = () => document.getElementById("list");
export const reader = () => document.getElementById("reader");

/** The question that was asked for and has not come yet; what is typed meanwhile belongs to it. */
export const question = { coming: null };

/** One pane at a time: a phone, or a window as narrow. The same condition as in the sheets. */
const narrow = matchMedia("(width < 48rem) or ((height < 30rem) and (pointer: coarse))");
export const onePane = () => narrow.matches;

/** Whether a conversation takes the place of the list: with one pane, and for who wants no reading pane. */
export const alone = () => onePane() || app.dataset.pane === "off";

/** Whether a conversation stands where the list would: what is marked there nobody sees. */
export const isListHidden = () => alone() && app.dataset.view === "conversation";

const LONGEST_WAIT = 20000;

const parsed = async (response) => documentOf(await response.text());

/** The document an address answers with, null for no content; leaves for the sign-in page when the session has ended.
    `region`: the id of the part of the page that is wanted alone. */
export async function fetchDocument(address, region = "") {
  const signal = AbortSignal.timeout(LONGEST_WAIT);
  const response = await fetch(address, { headers: { Accept: "text/html", Region: region }, signal });
  if (leftForSignIn(response) || response.status === 204) return null;
  if (!response.ok) throw new Error(`${response.status} for ${address}`);
  return parsed(response);
}

/** What an address has to show in a region: what it answers with, or why not in its own words; null on the way to the
    sign-in page. The server may have to ask the mail server first. With a `body` it is posted, which says yes to what
    the address does besides. */
export async function fetchRegion(address, region, signal, body) {
  const response = await fetch(address, { method: body ? "POST" : "GET", body, headers: { Accept: "text/html", Region: region }, signal });
  // The page is older than the latest sign-in, and its form with it: reading goes on all the same.
  if (body && response.status === 403) return fetchRegion(address, region, signal);
  return leftForSignIn(response) ? null : parsed(response);
}

/** Says that nothing answers; `again` is tried once more by a button. */
export function unreachable(again) {
  const toasts = document.getElementById("toasts");
  toasts.show(toasts.dataset.unreachable, again);
}

/** Signing out takes this page away already: what finds the session ended meanwhile must not take that page's place. */
let signingOut = false;
addEventListener("submit", ({ submitter }) => (signingOut = submitter?.formAction.endsWith("/sign-out")));
addEventListener("pageshow", () => (signingOut = false));

/** True, and on the way to the sign-in page, when that is where an answer came from; unless there is something written
    on the page, for which one signs in in place. */
export function leftForSignIn(response) {
  if (!response.redirected || new URL(response.url).pathname !== "/sign-in") return false;
  const isLeft = document.dispatchEvent(new CustomEvent("mail:signed-out", { cancelable: true }));
  if (isLeft && !signingOut) location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  return true;
}
