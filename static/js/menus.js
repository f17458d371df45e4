// Menus: arrow keys move inside, and leaving closes. Opening, Escape and giving focus back are the browser's.

document.addEventListener("toggle", (event) => {
  if (event.newState === "open" && event.target.matches?.(".menu")) items(event.target)[0]?.focus();
}, true);

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.(".menu:popover-open");
  if (!menu) return;
  const all = items(menu);
  const here = all.indexOf(document.activeElement);
  const to = { ArrowDown: (here + 1) % all.length, ArrowUp: (here - 1 + all.length) % all.length, Home: 0, End: all.length - 1 }[event.key];
  if (event.key === "Tab") menu.hidePopover();
  if (to === undefined || !all.length || event.target.matches("input, select")) return;
  event.preventDefault();
  all[to].focus();
});

const items = (menu) => [...menu.querySelectorAll("[role^=menuitem]:not([aria-disabled=true], [hidden])")];
