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
  const { nodes, text } = read(root, plain);
  const ranges = [];
  for (let place = text.indexOf(wanted); place >= 0 && ranges.length < MOST; place = text.indexOf(wanted, place + wanted.length)) {
    ranges.push(range(root.ownerDocument, nodes, place, wanted.length));
  }
  return ranges;
}

/** The text below `root` in one piece, and which node begins where in it. */
function read(root, made) {
  const walker = root.ownerDocument.createTreeWalker(root, NodeFilter.SHOW_TEXT, (node) => (node.parentElement.closest("style, script") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT));
  const nodes = [];
  let text = "";
  while (walker.nextNode()) {
    nodes.push({ node: walker.currentNode, start: text.length });
    text += made(walker.currentNode.data);
  }
  return { nodes, text };
}

function range(doc, nodes, place, length) {
  const found = doc.createRange();
  const first = holding(nodes, place);
  found.setStart(nodes[first].node, place - nodes[first].start);
  const last = holding(nodes, place + length - 1, first);
  found.setEnd(nodes[last].node, place + length - nodes[last].start);
  return found;
}

/** The last node that begins at or before the place. */
function holding(nodes, place, from = 0) {
  let [low, high] = [from, nodes.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (nodes[middle].start <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Marks what a search found, as long as nothing else is looked for: `sought` are the pieces of words and phrases. */
export function mark(sought) {
  if (!bar().hidden) return;
  const patterns = sought.map(pattern);
  found = roots().flatMap((root) => patterns.flatMap((each) => hits(root, each))).slice(0, MOST);
  at = -1;
  paint();
}

const SYNTAX = /[$()*+.?[\\\]^{|}]/g;

/** Where a word begins, with anything but letters between those of a phrase; scripts without spaces have words anywhere. */
function pattern(pieces) {
  const begin = pieces[0].codePointAt(0) <= 0xdff ? "(?<![\\p{L}\\p{N}])" : "";
  return new RegExp(begin + pieces.map((piece) => piece.replace(SYNTAX, "\\$&")).join("[^\\p{L}\\p{N}]+"), "gu");
}

/** Without case and accents, letter by letter, so that places in it are places in the text. */
const folded = (text) => [...text].map((letter) => bare(letter).padEnd(letter.length).slice(0, letter.length)).join("");
const bare = (letter) => (letter < "\x80" ? letter.toLowerCase() : letter.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase() || letter);

function hits(root, wanted) {
  const { nodes, text } = read(root, folded);
  return [...text.matchAll(wanted)].map((hit) => range(root.ownerDocument, nodes, hit.index, hit[0].length));
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
