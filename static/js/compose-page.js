// A message on a page of its own: the same composer, without a mailbox under it.
import "./mail-toasts.js";
import "./menus.js";
import "./mail-frame.js";
import "./mail-composer.js";
import { documentOf } from "./trusted.js";

const composer = document.querySelector("mail-composer");
composer.start();
document.addEventListener("compose:left", () => location.assign("/"));
document.addEventListener("compose:open", ({ detail }) => {
  const { draft } = documentOf(detail).querySelector("mail-composer").dataset;
  location.assign(`/compose/${draft}/`);
});
