// Posts of a composer: with the token of the page, and a sign-in in place when the session has ended meanwhile.
import { toast } from "./compose-notices.js";
import { signIn, isSignIn } from "./compose-sign-in.js";

const LONGEST_WAIT = 30000;

export const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

/** The answer to a post of `values`; signs in first where that is asked for. Throws what `fetch` throws. */
export async function post(address, values, words) {
  for (;;) {
    values.set("csrfmiddlewaretoken", token());
    const signal = AbortSignal.timeout(LONGEST_WAIT);
    const response = await fetch(address, { method: "POST", body: values, signal, headers: { "X-Requested-With": "fetch" } });
    if (!isSignIn(response) && response.status !== 403) return response;
    await signIn(words, document.querySelector("mail-composer")?.data.account ?? "");
  }
}

/** Has a message back that is on its way, as it was. The page knows where composers stand. */
export async function undo(draft, words) {
  const response = await post(`/compose/${draft}/undo`, new FormData(), words);
  if (response.ok) document.dispatchEvent(new CustomEvent("compose:open", { detail: await response.text() }));
  else toast(words.gone);
}
