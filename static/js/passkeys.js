// Makes a passkey, or has one used: asks the server what to ask, and puts the browser's answer into the form.
// Without scripts, or in a browser that knows none, the form stays hidden and codes are the way.

const octets = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = (list) => (list ?? []).map((each) => ({ ...each, id: octets(each.id) }));

async function options(form) {
  const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value };
  const answer = await fetch(form.dataset.options, { method: "POST", headers, redirect: "error" });
  if (!answer.ok) throw new Error(String(answer.status));
  const asked = await answer.json();
  const user = asked.user && { ...asked.user, id: octets(asked.user.id) };
  const lists = { excludeCredentials: named(asked.excludeCredentials), allowCredentials: named(asked.allowCredentials) };
  return { ...asked, ...lists, ...(user && { user }), challenge: octets(asked.challenge) };
}

/** As the WebAuthn standard writes an answer in JSON. */
function written(credential) {
  const { clientDataJSON, attestationObject, authenticatorData, signature, userHandle } = credential.response;
  const parts = { clientDataJSON, attestationObject, authenticatorData, signature, userHandle };
  const response = Object.fromEntries(Object.entries(parts).filter(([, part]) => part).map(([name, part]) => [name, text(part)]));
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
}

async function answer(form) {
  const publicKey = await options(form);
  const how = form.dataset.passkey === "new" ? "create" : "get";
  form.elements.passkey.value = written(await navigator.credentials[how]({ publicKey }));
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  const failed = form.querySelector("[data-failed]");
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    failed.hidden = true;
    answer(form).catch(() => (failed.hidden = false));
  });
}
