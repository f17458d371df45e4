// A blank message, kept by this browser while its person is signed in: so that one can be begun without a connection.
import { keep as put, kept as found, own } from "./person.js";

const NAME = own("blank-message");
const TYPED = ["to", "cc", "bcc", "subject"];

/** Fetches it anew, and returns its markup; empty when it is not to be had. */
export async function keep() {
  const response = await fetch("/compose/", { headers: { "X-Requested-With": "fetch" } });
  if (!response.ok || response.redirected) return "";
  const markup = await response.text();
  put(NAME, markup);
  return markup;
}

export const kept = () => found(NAME);

/** A name for a message that the server does not know yet; it tells by it which one is meant when an answer got lost. */
export const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (each) => each.toString(16).padStart(2, "0")).join("");

/** [name, value] of what an address has typed already; null when it begins from another message. */
export function typed(address) {
  const { pathname, searchParams } = new URL(address, location.origin);
  const given = [...searchParams];
  return pathname === "/compose/" && given.every(([name]) => TYPED.includes(name)) ? given : null;
}
