// Recipients as chips, and suggested ones as options. Only looks: the server says what is an address.

const TOKEN = /"(?:[^"\\]|\\.)*"?|<[^<>]*>?|[,;\r\n]|[^"<,;\r\n]+/g;
const ADDRESS = /^(?:"[^"]+"|[^\s@<>()[\]\\,;:"]+)@(?:[^\s@<>,;:."[\]]+(?:\.[^\s@<>,;:."[\]]+)+|\[[0-9A-Fa-f.:]+\])$/u;

/** A list as it is typed -> {typed, name, address, valid} of each. */
export function split(text) {
  const pieces = [""];
  for (const [token] of text.matchAll(TOKEN)) {
    if (/^[,;\r\n]$/.test(token)) pieces.push("");
    else pieces[pieces.length - 1] += token;
    if (token.startsWith("<")) pieces.push("");
  }
  return pieces.map(alone).filter(Boolean).flatMap(several).map(read);
}

/** Of a group (RFC 5322 3.4) its members count, not what it is called. */
const alone = (piece) => piece.trim().replace(/^[^"<>@:[\]]*:\s*/, "");

/** `a@x.org b@y.org` are two. */
function several(piece) {
  const words = piece.split(/\s+/);
  return !piece.includes('"') && words.length > 1 && words.every((word) => word.includes("@") && !word.includes("<")) ? words : [piece];
}

function read(typed) {
  const angle = /<([^<>]*)>?$/.exec(typed);
  const words = typed.split(/\s+/);
  const address = angle ? angle[1].trim() : words.length > 1 && !typed.includes('"') && words.at(-1).includes("@") ? words.at(-1) : typed;
  const name = (angle ? typed.slice(0, angle.index) : typed.slice(0, typed.length - address.length)).trim().replace(/^"|"$/g, "").replace(/\\(.)/g, "$1");
  return { typed, name, address, valid: ADDRESS.test(address) };
}

/** One recipient on the screen. */
export function chip({ typed, name, address, valid }, at, words) {
  const shown = name || (valid ? address : typed);
  const made = Object.assign(document.createElement("span"), { className: valid ? "recip" : "recip bad", draggable: true, title: valid ? address : "" });
  made.dataset.at = at;
  if (valid) made.append(face(name || address, address));
  made.append(Object.assign(document.createElement("span"), { textContent: shown, dir: "auto" }));
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
  button.setAttribute("aria-label", words[valid ? "remove" : "wrong"].replace("{name}", shown));
  made.append(button);
  return made;
}

/** Someone who may be meant: as an option whose value is what a person would type. */
export function announceable({ kind, name, address, members }, id, text, words) {
  const made = Object.assign(document.createElement("li"), { className: "menu-item", id });
  made.setAttribute("role", "option");
  made.dataset.value = kind === "group" ? members.map(written).join(", ") : written({ name, address });
  const two = Object.assign(document.createElement("span"), { className: "two" });
  const below = kind === "group" ? words.members.replace("{n}", members.length) : address;
  two.append(found("span", name || address, text));
  if (name || kind === "group") two.append(found("small", below, text));
  made.append(face(name || address, address || name), two);
  return made;
}

const written = ({ name, address }) => (!name ? address : /[,;:<>@"()\\]/.test(name) ? `"${name.replace(/["\\]/g, "\\$&")}" <${address}>` : `${name} <${address}>`);

/** The text with what was typed marked in it. */
function found(tag, whole, text) {
  const made = Object.assign(document.createElement(tag), { dir: "auto" });
  const at = whole.toLowerCase().indexOf(text.toLowerCase());
  if (at < 0) made.textContent = whole;
  else made.append(whole.slice(0, at), Object.assign(document.createElement("mark"), { textContent: whole.slice(at, at + text.length) }), whole.slice(at + text.length));
  return made;
}

/** The same hue as the server gives an address. */
function face(name, address) {
  const made = Object.assign(document.createElement("span"), { className: "avatar" });
  made.dataset.hue = crc32(address.trim().toLowerCase()) % 12;
  const letters = name.split(/[\s.,;@<>()"'_-]+/).filter((word) => /^[\p{L}\p{N}]/u.test(word)).map((word) => [...word][0].toUpperCase());
  made.dataset.i = name.includes("@") || letters.length < 2 ? letters[0] ?? "?" : letters[0] + letters.at(-1);
  made.setAttribute("aria-hidden", "true");
  return made;
}

function crc32(text) {
  let found = -1;
  for (const octet of new TextEncoder().encode(text)) {
    found ^= octet;
    for (let bit = 0; bit < 8; bit++) found = (found >>> 1) ^ (0xedb88320 & -(found & 1));
  }
  return (found ^ -1) >>> 0;
}
