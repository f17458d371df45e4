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

/** `old` gets the content of `fresh` and keeps its own attributes. What comes and goes leaves its neighbours in place. */
export function morphInside(old, fresh) {
  let at = old.firstChild;
  for (const node of [...fresh.childNodes]) {
    const same = next(at, node);
    if (!same) {
      old.insertBefore(node, at);
      continue;
    }
    at = removeUntil(at, same);
    update(same, node);
    at = same.nextSibling;
  }
  removeUntil(at, null);
}

function update(old, fresh) {
  if (old.nodeType === Node.ELEMENT_NODE) morph(old, fresh);
  else if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
}

/** The first of `from` and its next siblings that can become `node`; null without one. For the sake of a nameless node
    none with an id is passed over, as that would be removed. */
function next(from, node) {
  let each = from;
  while (each && !alike(each, node)) each = each.id && !node.id ? null : each.nextSibling;
  return each;
}

function removeUntil(from, end) {
  let each = from;
  while (each !== end) {
    const after = each.nextSibling;
    each.remove();
    each = after;
  }
  return end;
}

const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && (a.id ?? "") === (b.id ?? "");
