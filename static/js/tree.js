// Folders fold, by the button at the end of each one that holds others; what was folded stays so in this browser. And
// each has a menu: by its button, a right click, or a finger that stays.

const KEY = "folded";
const FOLDER = "application/x-folder";
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
  for (const more of side?.querySelectorAll(".more[hidden]") ?? []) more.hidden = false;
}

function label(twisty, open) {
  twisty.hidden = false;
  twisty.setAttribute("aria-expanded", String(open));
  twisty.setAttribute("aria-label", twisty.dataset[open ? "collapse" : "expand"]);
}

function fold(item) {
  if (!folded.delete(item.id)) folded.add(item.id);
  draw();
  localStorage.setItem(KEY, JSON.stringify([...folded]));
}

const openMenu = (...where) => import("./folders.js").then(({ menu }) => menu(...where));

side?.addEventListener("click", (event) => {
  const item = event.target.closest(".nav-item");
  if (event.target.closest(".twisty")) fold(item);
  else if (event.target.closest(".more")) openMenu(item);
});

side?.addEventListener("contextmenu", (event) => {
  const item = event.target.closest(".nav-item:has(.more)");
  if (!item || event.shiftKey) return; // with Shift the browser's own
  event.preventDefault();
  openMenu(item, event.clientX, event.clientY);
});

document.getElementById("new-folder")?.addEventListener("submit", (event) => {
  event.preventDefault();
  import("./folders.js").then(({ ask }) => ask(event.target.action));
});

// What is dragged has to be said at once; where it may be dropped is loaded when a mouse is near.
let dragging;
const drag = () => (dragging ??= import("./folder-drag.js"));
side?.addEventListener("pointerover", ({ pointerType }) => pointerType === "mouse" && drag());

side?.addEventListener("dragstart", (event) => {
  const item = event.target.closest?.("#side-folders .nav-item");
  if (!item) return;
  event.dataTransfer.setData(FOLDER, item.id);
  event.dataTransfer.effectAllowed = "move";
  drag().then(({ begin }) => begin(item, FOLDER, fold));
});

document.addEventListener("mail:mailboxes", draw);
draw();
