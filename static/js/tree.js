// Folders fold: each one that holds others gets a button at its end. What was folded stays so in this browser.

const KEY = "folded";
const side = document.getElementById("side");
const tree = () => document.getElementById("side-folders");
const folded = new Set(JSON.parse(localStorage.getItem(KEY) ?? "[]"));

const depth = (item) => Number(item?.dataset.depth ?? -1);
const nameOf = (item) => item.querySelector(".nav-label").textContent;

function draw() {
  let hiddenBelow = Infinity;
  for (const item of tree()?.children ?? []) {
    if (depth(item) <= hiddenBelow) hiddenBelow = Infinity;
    item.hidden = depth(item) > hiddenBelow;
    const parent = depth(item.nextElementSibling) > depth(item);
    if (parent) button(item);
    else item.querySelector(".twisty")?.remove();
    if (parent && folded.has(item.id) && hiddenBelow === Infinity) hiddenBelow = depth(item);
  }
}

function button(item) {
  const open = !folded.has(item.id);
  const twisty = item.querySelector(".twisty") ?? item.appendChild(document.getElementById("twisty").content.firstElementChild.cloneNode(true));
  twisty.setAttribute("aria-expanded", String(open));
  twisty.setAttribute("aria-label", side.dataset[open ? "collapse" : "expand"].replace("{name}", nameOf(item)));
}

side?.addEventListener("click", (event) => {
  const item = event.target.closest(".twisty")?.closest(".nav-item");
  if (!item) return;
  if (!folded.delete(item.id)) folded.add(item.id);
  localStorage.setItem(KEY, JSON.stringify([...folded]));
  draw();
});

document.addEventListener("mail:mailboxes", draw);
draw();
