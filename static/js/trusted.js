// The one way from a string to markup or to a script's address: the policy of our pages has the browser refuse any other
// (Trusted Types). It is for answers of our own server, and for forms of its making that this browser kept. What a
// stranger wrote does not come here but to `clean` in compose-html.js, whose DOMPurify has a policy of its own. Browsers
// that know no Trusted Types take the strings as they are.

const WORKER = "/service-worker.js";

const policy = globalThis.trustedTypes?.createPolicy("whimbrel", {
  createHTML: (markup) => markup,
  createScriptURL: (address) => address,
});

/** The document of an answer of our own server, apart from the page: no script in it runs, not even when a part of it
    is put into the page. */
export const documentOf = (markup) => new DOMParser().parseFromString(policy ? policy.createHTML(markup) : markup, "text/html");

/** Has the browser keep our service worker; there is no other. */
export const registerWorker = () => navigator.serviceWorker.register(policy ? policy.createScriptURL(WORKER) : WORKER);
