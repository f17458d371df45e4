// The list of filters: rules are put in another order by dragging. The buttons for it work without this.
const list = document.querySelector(".rules");
let held = null;

if (list && list.children.length > 1) {
  for (const line of list.children) line.draggable = true;
  list.addEventListener("dragstart", (event) => {
    held = event.target.closest("li");
    event.dataTransfer.effectAllowed = "move";
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("li");
    if (!held || !over) return;
    event.preventDefault();
    mark(over);
  });
  list.addEventListener("dragend", () => {
    mark(null);
    held = null;
  });
  list.addEventListener("drop", (event) => {
    const over = event.target.closest("li");
    if (!held || !over || over === held) return;
    event.preventDefault();
    place(held.dataset.number, over.dataset.number);
  });
}

function mark(over) {
  for (const line of list.children) line.classList.toggle("over", line === over && line !== held);
}

/** Posts the page's own form, as the buttons do. */
function place(number, to) {
  const button = document.createElement("button");
  button.setAttribute("form", "act");
  button.formAction = `${list.dataset.place.replace("/0/", `/${number}/`)}?of=${list.dataset.mark}`;
  button.name = "to";
  button.value = to;
  button.hidden = true;
  document.body.append(button);
  button.click();
  button.remove();
}
