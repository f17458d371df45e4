// Starts everything. Each module makes one thing quicker that works as a link or a form without it.
import "./mail-list.js";
import "./mail-frame.js";
import "./mail-toasts.js";
import "./act.js";
import "./drawer.js";
import "./keys.js";
import "./menus.js";
import "./open.js";
import "./tree.js";
import { keepFresh } from "./refresh.js";

keepFresh();
