// Folders fold, by the button at the end of each one that holds others. What was folded stays so in this browser.

const KEY = "folded";
const side = document.getElementById("side");
const tree = () => document.getElementById("side-folders");
const folded = remembered();

/** Nothing, when what is stored is not ours or may not be read: then all folders are open. */
function remembered() {
  try {
    return new Set(JSON.parse(localStorage.getItem(KEY) ?? "[]"));
  } catch {
    return new Set();
  }
}

const depth = (item) => Number(item.dataset.depth);

function draw() {
  let hiddenBelow = Infinity;
  for (const item of tree()?.children ?? []) {
    if (depth(item) <= hiddenBelow) hiddenBelow = Infinity;
    item.hidden = depth(item) > hiddenBelow;
    const twisty = item.querySelector(".twisty");
    if (twisty) label(twisty, !folded.has(item.id));
    if (twisty && folded.has(item.id) && hiddenBelow === Infinity) hiddenBelow = depth(item);
  }
}

function label(twisty, open) {
  twisty.hidden = false;
  twisty.setAttribute("aria-expanded", String(open));
  twisty.setAttribute("aria-label", twisty.dataset[open ? "collapse" : "expand"]);
}

side?.addEventListener("click", (event) => {
  const item = event.target.closest(".twisty")?.closest(".nav-item");
  if (!item) return;
  if (!folded.delete(item.id)) folded.add(item.id);
  draw();
  localStorage.setItem(KEY, JSON.stringify([...folded]));
});

document.addEventListener("mail:mailboxes", draw);
draw();
