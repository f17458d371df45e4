// The signature's editor: its text as it will look, in the place of its HTML. One with a picture stays HTML: a page of ours
// loads nothing from elsewhere, so that the picture could not be shown.
import { again, load, plain, styled } from "./compose-html.js";

const TOGGLES = { bold: ["B", "bold", "removeBold"], italic: ["I", "italic", "removeItalic"], underline: ["U", "underline", "removeUnderline"] };

const field = document.getElementById("id_signature_html");
const frame = document.getElementById("signature-editor");
const tools = frame.querySelector(".format");
const asHtml = document.getElementById("signature-as-html");
const help = document.getElementById("id_signature_html_helptext");
const inner = Object.getOwnPropertyDescriptor(Element.prototype, "innerHTML");
let squire = null;
let root = null;

async function enrich() {
  const { Squire, clean } = await load();
  root = Object.assign(document.createElement("div"), { className: "area", dir: "auto", spellcheck: true });
  for (const [name, value] of [["role", "textbox"], ["aria-multiline", "true"], ["aria-label", frame.dataset.label]]) root.setAttribute(name, value);
  // Squire sets what it was given as markup when it goes back a step; the policy forbids its styles.
  Object.defineProperty(root, "innerHTML", { get: () => inner.get.call(root), set: (markup) => root.replaceChildren(again(markup)) });
  frame.append(root);
  squire = new Squire(root, { sanitizeToDOMFragment: (given) => clean(given, {}), toPlainText: null });
  squire.setHTML(field.value);
  squire.addEventListener("pathChange", mark);
  show(true);
}

function impoverish() {
  field.value = value();
  squire.destroy();
  root.remove();
  squire = root = null;
  show(false);
}

const value = () => (plain(root).trim() ? styled(root, {}) : "");

function show(rich) {
  frame.hidden = !rich;
  field.hidden = help.hidden = rich;
  asHtml.setAttribute("aria-pressed", !rich);
}

function mark() {
  const path = squire.getPath().split(">");
  for (const [name, [tag]] of Object.entries(TOGGLES)) tools.querySelector(`[data-format=${name}]`).setAttribute("aria-pressed", squire.hasFormat(tag) || path.includes(tag));
}

function link(button) {
  const address = prompt(button.dataset.ask, "https://");
  if (address === null) return;
  if (!address || address === "https://") squire.removeLink();
  else squire.makeLink(/^[a-z]+:/i.test(address) ? address : address.includes("@") ? `mailto:${address}` : `https://${address}`);
}

tools.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays
tools.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  const { format } = button.dataset;
  if (format in TOGGLES) squire[TOGGLES[format][button.getAttribute("aria-pressed") === "true" ? 2 : 1]]();
  else if (format === "link") link(button);
  else squire.removeAllFormatting();
  squire.focus();
  mark();
});

asHtml.addEventListener("click", () => (squire ? impoverish() : enrich()));
field.form.addEventListener("submit", () => {
  if (squire) field.value = value();
});

if (!/<img\b/i.test(field.value)) enrich();
asHtml.hidden = false;
