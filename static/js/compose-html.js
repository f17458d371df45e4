// HTML on its way into the editor and out of it.

/** Squire and what cleans for it; the first call loads both. */
let loading;
export function load() {
  loading ??= Promise.all([import("../vendor/squire.mjs"), import("../vendor/purify.min.mjs")]).then(
    ([{ default: Squire }]) => ({ Squire, clean }),
    (fault) => ((loading = null), Promise.reject(fault)),
  );
  return loading;
}

const OPTIONS = {
  RETURN_DOM_FRAGMENT: true,
  FORBID_TAGS: ["style", "form", "input", "button", "textarea", "select", "iframe", "svg", "math", "video", "audio", "picture", "source", "dialog", "label", "map", "area"],
  FORBID_ATTR: ["id", "name", "srcset", "background", "poster", "popover", "popovertarget", "role", "tabindex", "draggable", "contenteditable", "is", "slot", "part", "autofocus", "accesskey", "usemap"],
  ALLOW_DATA_ATTR: false,
  ADD_ATTR: ["data-css"],
  ADD_URI_SAFE_ATTR: ["data-css"],
  ALLOW_ARIA_ATTR: false,
  ALLOWED_URI_REGEXP: /^(?:(?:https?|mailto|tel|cid):|data:image\/(?:png|jpeg|gif|webp);|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i,
};

/** A safe fragment of `html`, images of the message by their links. Other images are left out: those on other hosts
    would not be loaded, and data is no image of a message. */
function clean(html, images) {
  const fragment = DOMPurify.sanitize(aside(html), OPTIONS);
  for (const image of fragment.querySelectorAll("img")) {
    const source = image.getAttribute("src") ?? "";
    const link = source.startsWith("cid:") ? images[source.slice(4)] : source.startsWith("/compose/") ? source : "";
    if (link) image.setAttribute("src", link);
    else if (/^https?:/i.test(source)) keepAway(image, source);
    else image.remove();
  }
  // A mail must not dress as a part of our page.
  for (const each of fragment.querySelectorAll("[class]")) {
    if (each.classList.contains("sig")) each.className = "sig";
    else each.removeAttribute("class");
  }
  return dressed(document.importNode(fragment, true));
}

/** The policy of the page has a browser complain of each `style` and handler that it parses, wherever. So they are parsed
    as something else; styles are then set one by one, and handlers are no attributes that are kept. A sheet goes with the
    element that holds text by the same rules. */
const aside = (html) => html.replace(/<(\/?)style(?=[\s/>])/gi, "<$1noframes").replace(/<[a-z][^<>]*>/gi, (tag) => tag.replace(/([\s"'])style\s*=/gi, "$1data-css=").replace(/([\s"'])on[a-z]+\s*=/gi, "$1data-no="));

const WORN = /^(?:color|background-color|font-(?:family|size|weight|style)|text-(?:align|decoration.*)|line-height|vertical-align|white-space.*|width|height|(?:border|padding)(?:-.*)?|margin-(?:top|right|bottom|left)|list-style-type)$/;

/** With the styles that are worn here, and without what they hide. */
function dressed(fragment) {
  const given = document.createElement("i").style;
  for (const each of fragment.querySelectorAll("[data-css]")) {
    given.cssText = each.dataset.css;
    each.removeAttribute("data-css");
    if (given.display === "none" || given.maxHeight === "0px") {
      each.remove(); // as in what a newsletter has lists of messages show
      continue;
    }
    for (const name of given) {
      const value = given.getPropertyValue(name);
      if (WORN.test(name) && !/url\(|^-/.test(value)) each.style.setProperty(name, value);
    }
  }
  return fragment;
}

/** What Squire notes of a selection, in the midst of the text. */
const NOTE = "input[type=hidden]:is(#squire-selection-start, #squire-selection-end)";
const OF_OURS = {
  ...OPTIONS,
  FORBID_TAGS: OPTIONS.FORBID_TAGS.filter((name) => name !== "input"),
  FORBID_ATTR: OPTIONS.FORBID_ATTR.filter((name) => name !== "id"),
  ADD_ATTR: [...OPTIONS.ADD_ATTR, "target"],
};

/** Markup that was in the editor before, for its own way back: what was let in, and what the editor made of it. */
export function again(html) {
  const fragment = DOMPurify.sanitize(aside(html), OF_OURS);
  for (const each of fragment.querySelectorAll(`input:not(${NOTE})`)) each.remove();
  for (const each of fragment.querySelectorAll(`[id]:not(${NOTE})`)) each.removeAttribute("id");
  return dressed(document.importNode(fragment, true));
}

/** A remote image becomes a link to it: a page of ours loads nothing from elsewhere. */
function keepAway(image, source) {
  const link = Object.assign(document.createElement("a"), { href: source, textContent: image.alt || source });
  image.replaceWith(link);
}

/** What the server is sent: images of the message by their content ids. Copied into a document where nothing loads. */
export function styled(root, images) {
  const ids = new Map(Object.entries(images).map(([id, link]) => [link, id]));
  const copy = document.implementation.createHTMLDocument("").importNode(root, true);
  for (const image of copy.querySelectorAll("img")) {
    const id = ids.get(new URL(image.getAttribute("src") ?? "", location.origin).pathname);
    if (id) image.setAttribute("src", `cid:${id}`);
  }
  return copy.innerHTML.replaceAll("\u200b", "");
}

const BLOCKS = "address, blockquote, dd, div, dl, dt, h1, h2, h3, h4, h5, h6, li, ol, p, pre, table, tr, ul";

/** The text of an element, as one would type it: a line for a block, `> ` before what is quoted, a mark before items.
    Not `innerText`, which knows no lines in what is not shown. */
export function plain(root) {
  const text = lines(root).map((line) => (line === "-- " ? line : line.trimEnd())).join("\n");
  return text.replaceAll("\u200b", "").replaceAll("\u00a0", " ").trimEnd();
}

const isBlock = (node) => node.nodeType === Node.ELEMENT_NODE && (node.matches(BLOCKS) || node.querySelector(BLOCKS) !== null);

function lines(block) {
  const found = [];
  let run = "";
  const end = (whole) => {
    const text = run.replace(/\n$/, ""); // the last break of a block only holds it open
    if (text.trim() || whole) found.push(...text.split("\n"));
    run = "";
  };
  for (const child of block.childNodes) {
    if (run && child.nodeName.match(/^T[DH]$/)) run += "\t";
    if (isBlock(child)) end(false), found.push(...lines(child));
    else run += words(child);
  }
  end(!found.length);
  return marked(block, found);
}

function words(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data.replace(/[\t\n\r ]+/g, " ");
  if (node.nodeName === "BR") return "\n";
  if (node.nodeName === "IMG") return node.alt ? `[${node.alt}]` : "";
  return [...node.childNodes].map(words).join("");
}

function marked(block, found) {
  if (block.matches("blockquote")) return found.map((line) => (line.startsWith(">") ? `>${line}` : `> ${line}`));
  if (block.matches(".sig")) return ["-- ", ...found];
  if (!block.matches("li")) return found;
  const first = block.parentNode.nodeName === "OL" ? `${[...block.parentNode.children].indexOf(block) + 1}. ` : "- ";
  return found.map((line, at) => (at ? "  " : first) + line);
}
