// Finds words in the open messages of a conversation, in the frames of HTML as well, and leads from one place to the next.
const MOST = 1000;

let found = [];
let at = -1;

const bar = () => document.getElementById("find");

/** Without case, where that leaves every letter in its place. */
function plain(text) {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text;
}

/** Shows the bar; what is selected is what is looked for. */
export function open() {
  const words = String(getSelection()).trim().slice(0, 100);
  bar().hidden = false;
  const field = bar().querySelector("input");
  if (words) field.value = words;
  field.select();
  field.focus();
  search();
}

function close() {
  bar().hidden = true;
  found = [];
  paint();
  document.getElementById("subject").focus({ preventScroll: true });
}

const roots = () =>
  [...document.querySelectorAll("#reader .msg.open :is(.prose, mail-frame iframe)")].map((place) => place.contentDocument?.body ?? place);

function search() {
  const wanted = plain(bar().querySelector("input").value.trim());
  found = wanted ? roots().flatMap((root) => places(root, wanted)).slice(0, MOST) : [];
  at = found.length ? 0 : -1;
  paint();
  lead();
}

/** The ranges of `wanted` in the text below `root`, also where markup stands between its letters. */
function places(root, wanted) {
  const doc = root.ownerDocument;
  const walker = doc.createTreeWalker(root, NodeFilter.SHOW_TEXT, (node) => (node.parentElement.closest("style, script") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT));
  const nodes = [];
  let text = "";
  while (walker.nextNode()) {
    nodes.push({ node: walker.currentNode, start: text.length });
    text += plain(walker.currentNode.data);
  }
  const ranges = [];
  for (let place = text.indexOf(wanted), last = 0; place >= 0 && ranges.length < MOST; place = text.indexOf(wanted, place + wanted.length)) {
    const range = doc.createRange();
    last = holding(nodes, place, last);
    range.setStart(nodes[last].node, place - nodes[last].start);
    const end = holding(nodes, place + wanted.length - 1, last);
    range.setEnd(nodes[end].node, place + wanted.length - nodes[end].start);
    ranges.push(range);
  }
  return ranges;
}

function holding(nodes, place, from) {
  while (from + 1 < nodes.length && nodes[from + 1].start <= place) from++;
  return from;
}

/** Each document has highlights of its own; all of one name are painted by its style. */
function paint() {
  for (const root of roots()) {
    const view = root.ownerDocument.defaultView;
    if (!view?.CSS?.highlights) continue;
    const here = found.filter((range) => root.contains(range.startContainer));
    const others = root.ownerDocument === document ? found.filter((range) => range.startContainer.ownerDocument === document) : here;
    view.CSS.highlights.set("found", new view.Highlight(...others));
    view.CSS.highlights.set("found-here", new view.Highlight(...others.filter((range) => range === found[at])));
  }
  const told = bar().querySelector("output");
  told.textContent = bar().querySelector("input").value.trim() ? told.dataset.count.replace("{n}", at + 1).replace("{all}", found.length) : "";
}

function lead() {
  const place = found[at]?.startContainer.parentElement;
  for (let fold = place?.closest("details:not([open])"); fold; fold = fold.parentElement.closest("details:not([open])")) fold.open = true;
  place?.scrollIntoView({ block: "center" });
}

function step(by) {
  if (!found.length) return;
  at = (at + by + found.length) % found.length;
  paint();
  lead();
}

document.addEventListener("input", (event) => event.target.closest("#find") && search());
document.addEventListener("submit", (event) => {
  if (event.target.id !== "find") return;
  event.preventDefault();
  step(event.submitter?.value === "-1" ? -1 : 1);
});
document.addEventListener("keydown", (event) => {
  if (!event.target.closest?.("#find")) return;
  const isNext = event.key === "Enter" && event.target.matches("input");
  if (event.key !== "Escape" && !isNext) return;
  if (isNext) step(event.shiftKey ? -1 : 1);
  else close();
  event.preventDefault();
  event.stopPropagation();
});
document.addEventListener("click", (event) => event.target.closest("#find [data-close]") && close());
