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
  found = roots().flatMap((root) => hits(root, patterns)).slice(0, MOST);
  at = -1;
  paint();
}

const SYNTAX = /[$()*+.?[\\\]^{|}]/g;

/** Where a word begins, with anything but letters between those of a phrase; scripts without spaces have words anywhere. */
function pattern(pieces) {
  const begin = pieces[0].codePointAt(0) <= 0xdff ? "(?<![\\p{L}\\p{N}])" : "";
  return new RegExp(begin + pieces.map((piece) => piece.replace(SYNTAX, "\\$&")).join("[^\\p{L}\\p{N}]+"), "gu");
}

const LETTERS = { ß: "ss", ς: "σ", ı: "i", ø: "o", ł: "l", đ: "d", ð: "d", ħ: "h", ŧ: "t", æ: "ae", œ: "oe", þ: "th" };
const PASSED_OVER = /^[\u{ad}\u{34f}\u{640}\u{2060}\u{feff}\u{1f3fb}-\u{1f3ff}]$/u;
/** Scripts whose marks belong to their letters. */
const KEEPS_MARKS = /^[\u{900}-\u{eff}\u{1000}-\u{11ff}\u{1780}-\u{17ff}\u{3000}-\u{9fff}\u{ac00}-\u{d7af}\u{f900}-\u{faff}\u{20000}-\u{3134f}]$/u;

/** A letter without case and accents, as the index has it: sometimes two, or none. */
function bare(letter) {
  if (letter < "\x80") return letter.toLowerCase();
  if (KEEPS_MARKS.test(letter)) return letter;
  if (PASSED_OVER.test(letter)) return "";
  return [...letter.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()].map((one) => LETTERS[one] ?? one).join("");
}

/** The folded text, and for each letter of it where in the text it stands. */
function fold(text) {
  const starts = [];
  let plain = "";
  let at = 0;
  for (const letter of text) {
    const made = bare(letter);
    for (let each = 0; each < made.length; each += 1) starts.push(at);
    plain += made;
    at += letter.length;
  }
  starts.push(at);
  return { plain, starts };
}

function hits(root, patterns) {
  const { nodes, text } = read(root, (data) => data);
  const { plain, starts } = fold(text);
  const hit = ({ index, 0: { length } }) => {
    const last = starts[index + length - 1];
    const end = Math.max(starts[index + length], last + String.fromCodePoint(text.codePointAt(last)).length); // half of an ß
    return range(root.ownerDocument, nodes, starts[index], end - starts[index]);
  };
  return patterns.flatMap((each) => [...plain.matchAll(each)].map(hit));
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
