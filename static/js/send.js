// Sends the page's form on behalf of a button, while the page stays.
import { leftForSignIn } from "./page.js";

const form = document.getElementById("act");

/** Sends the form; what was answered, nothing for an answer without content. */
export async function send(address, values = []) {
  const body = new FormData();
  for (const { name, value } of form.querySelectorAll("input[type=hidden]")) body.append(name, value);
  for (const [name, value] of values) body.append(name, value);
  const response = await fetch(bare(address), { method: "POST", body, headers: { "X-Requested-With": "fetch" }, keepalive: true });
  if (leftForSignIn(response)) return {};
  if (!response.ok) throw new Error(`${response.status}`);
  return response.status === 204 ? {} : response.json();
}

/** Without the conversation: the form says which. */
function bare(address) {
  const url = new URL(address, location);
  url.searchParams.delete("c");
  return url;
}
