// Makes one element equal to another of the same kind while the node stays: focus, hover and scroll survive.

/** `old` gets the attributes and the content of `fresh`. Attributes named in `keep` stay as they are. */
export function morph(old, fresh, keep = ["tabindex"]) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !keep.includes(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  const [before, after] = [[...old.childNodes], [...fresh.childNodes]];
  if (before.length !== after.length || before.some((node, at) => !alike(node, after[at]))) {
    old.replaceChildren(...after);
    return;
  }
  before.forEach((node, at) => {
    if (node.nodeType === Node.ELEMENT_NODE) morph(node, after[at], keep);
    else if (node.nodeValue !== after[at].nodeValue) node.nodeValue = after[at].nodeValue;
  });
}

const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && (a.id ?? "") === (b.id ?? "");
