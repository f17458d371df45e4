// Where the cursor stood in a message that was sent, for when it is had back. Kept for this page alone.

const left = new Map();

/** Of the message `draft`, as its text stands now. */
export function leave(draft, { isRich, area, root, squire }) {
  if (!isRich) return left.set(draft, [area.selectionEnd]);
  const { endContainer, endOffset } = squire.getSelection();
  const path = [endOffset];
  for (let node = endContainer; node !== root && node.parentNode; node = node.parentNode) path.unshift([...node.parentNode.childNodes].indexOf(node));
  return left.set(draft, path);
}

/** Sets it there again, or as near as the text now allows; whether it was kept. */
export function back(draft, { isRich, area, root, squire }) {
  const path = left.get(draft);
  left.delete(draft);
  if (!path) return false;
  if (!isRich) {
    area.setSelectionRange(path[0], path[0]);
    return true;
  }
  let node = root;
  for (const at of path.slice(0, -1)) node = node.childNodes[at] ?? node;
  const range = document.createRange();
  range.setStart(node, Math.min(path.at(-1), node.data?.length ?? node.childNodes.length));
  squire.setSelection(range);
  return true;
}
