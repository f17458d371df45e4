// Makes one element equal to another of the same kind while the node stays: focus, hover and scroll survive.

/** Attributes that scripts of ours set, and no page brings anew. */
const OURS = ["tabindex", "hidden", "aria-expanded"];

/** `old` gets the attributes and the content of `fresh`. */
export function morph(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !OURS.includes(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (!OURS.includes(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  morphInside(old, fresh);
}

/** `old` gets the content of `fresh` and keeps its own attributes. */
export function morphInside(old, fresh) {
  const [before, after] = [[...old.childNodes], [...fresh.childNodes]];
  if (before.length !== after.length || before.some((node, at) => !alike(node, after[at]))) {
    old.replaceChildren(...after);
    return;
  }
  before.forEach((node, at) => {
    if (node.nodeType === Node.ELEMENT_NODE) morph(node, after[at]);
    else if (node.nodeValue !== after[at].nodeValue) node.nodeValue = after[at].nodeValue;
  });
}

const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && (a.id ?? "") === (b.id ?? "");
