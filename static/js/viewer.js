// The viewer of attachments: the section of the page that a link leads to, in a dialog over the message.
// It has an entry of its own in the history, so that Back closes it before it leaves the page.
import { fetchDocument } from "./page.js";

const dialog = document.createElement("dialog");
dialog.className = "viewer-dialog";
dialog.setAttribute("aria-labelledby", "viewer-title");
document.body.append(dialog);

const hasEntry = () => Boolean(history.state?.viewer);
let opener = null;
let wanted = "";

/** Shows what `link` leads to; where that fails, the browser follows the link as it would have. */
export async function view(link) {
  if (!dialog.open) opener = link;
  if (await fill(link.href)) {
    if (!dialog.open) dialog.showModal();
    if (!hasEntry()) history.pushState({ viewer: true }, "");
    dialog.querySelector("h1").focus();
  }
}

async function fill(address) {
  wanted = address;
  try {
    const page = await fetchDocument(address);
    const section = page?.getElementById("viewer");
    if (wanted !== address) return false; // another one was asked for meanwhile
    if (section) dialog.replaceChildren(document.adoptNode(section));
    else if (page) throw new Error(`no viewer at ${address}`);
    return Boolean(section);
  } catch {
    location.assign(address);
    return false;
  }
}

dialog.addEventListener("click", async (event) => {
  if (event.target === dialog) return dialog.close();
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.matches("[data-close]")) {
    event.preventDefault();
    dialog.close();
  } else if (link.matches("[rel=prev], [rel=next]")) {
    event.preventDefault();
    await turn(link);
  }
});

async function turn(link) {
  const kind = link.rel;
  if (!(await fill(link.href))) return;
  (dialog.querySelector(`a[rel=${kind}]`) ?? dialog.querySelector("h1")).focus();
}

const arrows = document.dir === "rtl" ? { ArrowLeft: "next", ArrowRight: "prev" } : { ArrowLeft: "prev", ArrowRight: "next" };

dialog.addEventListener("keydown", (event) => {
  const link = arrows[event.key] && dialog.querySelector(`a[rel=${arrows[event.key]}]`);
  if (!link || event.target.closest("audio, video, pre") || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  turn(link);
});

// What plays stops, since it is taken out of the page.
dialog.addEventListener("close", () => {
  wanted = "";
  dialog.replaceChildren();
  opener?.focus();
  if (hasEntry()) history.back();
});

addEventListener("popstate", () => hasEntry() || dialog.close());
