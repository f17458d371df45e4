// A message on a page of its own: the same composer, without a mailbox under it.
import "./mail-toasts.js";
import "./menus.js";
import "./mail-frame.js";
import "./mail-composer.js";

const composer = document.querySelector("mail-composer");
composer.start();
document.addEventListener("compose:left", () => location.assign("/"));
document.addEventListener("compose:open", ({ detail }) => {
  const { draft } = new DOMParser().parseFromString(detail, "text/html").querySelector("mail-composer").dataset;
  location.assign(`/compose/${draft}/`);
});
