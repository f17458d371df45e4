// What can be done with a recipient, by a finger too: seen with its whole address, written anew, moved to another field.

/** Shows `deeds`, [text, what it does] of each, under the `row` of a chip; `back` is where the focus was. */
export function offer(row, title, heading, deeds, back) {
  row.querySelector(".chip-menu")?.remove();
  const menu = Object.assign(document.createElement("div"), { className: "menu popover suggest chip-menu" });
  menu.setAttribute("role", "menu");
  menu.setAttribute("aria-label", title);
  menu.append(headed(title), ...deeds.slice(0, 1).map(item), headed(heading), ...deeds.slice(1).map(item));
  row.append(menu);
  const items = [...menu.querySelectorAll("button")];
  const over = new AbortController();
  const end = () => (over.abort(), menu.remove()); // taking it away takes the focus out of it, too
  menu.addEventListener("click", ({ target }) => items.includes(target) && (end(), deeds[items.indexOf(target)][1]()));
  menu.addEventListener("focusout", ({ relatedTarget }) => menu.contains(relatedTarget) || end(), over);
  menu.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") end(), back()?.focus();
    else if (by) items.at((items.indexOf(document.activeElement) + by) % items.length).focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  items[0].focus();
}

function headed(text) {
  const made = Object.assign(document.createElement("div"), { className: "menu-title", textContent: text, dir: "auto" });
  made.setAttribute("role", "presentation");
  return made;
}

function item([text]) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "menu-item", textContent: text });
  made.setAttribute("role", "menuitem");
  return made;
}
