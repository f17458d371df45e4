// Links of a message that say one host and lead to another: asks before one is followed. The server says which they are.

/** Called for clicks inside a message. `told` is the element that carries what is said, by host. */
export function guard(event, told) {
  const link = event.target.closest?.("a[href], area[href]");
  const host = link && new URL(link.href).hostname;
  if (!host || !told.dataset.warned) return;
  const said = JSON.parse(told.dataset.warned)[host];
  if (!said) return;
  event.preventDefault();
  ask(told.closest(".msg").querySelector("dialog.leaving"), said, link.href);
}

function ask(dialog, said, address) {
  const follow = dialog.querySelector("a");
  dialog.querySelector(".said").textContent = said;
  dialog.querySelector(".target").textContent = address;
  follow.href = address;
  follow.addEventListener("click", () => dialog.close(), { once: true });
  dialog.showModal();
}

for (const kind of ["click", "auxclick"]) {
  document.addEventListener(kind, (event) => {
    const told = event.target.closest?.(".prose[data-warned]");
    if (told) guard(event, told);
  });
}
