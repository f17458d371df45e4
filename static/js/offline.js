// The page without a connection: what was being written is there again, and something new can be begun. It is saved and
// sent when there is a connection.
import "./mail-toasts.js";
import "./menus.js";
import { kept } from "./compose-blank.js";
import { begin, reopen } from "./compose.js";

const isWriting = () => document.querySelector(".compose-dock > :not([hidden])") !== null;

const button = document.querySelector("[data-write]");
button.hidden = !kept();
button.addEventListener("click", () => begin("/compose/"));
document.addEventListener("keydown", (event) => {
  const isTyped = event.ctrlKey || event.altKey || event.metaKey || event.target.closest("mail-composer, input, textarea");
  if (event.key === "c" && !isTyped && !button.hidden) event.preventDefault(), begin("/compose/");
});
addEventListener("online", () => isWriting() || location.reload());
if (kept()) reopen();
