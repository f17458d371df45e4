// Emoji to choose from, loaded with the first look at them. A screen reader says each in the reader's own language.

import { keep as put, kept as found, own } from "./person.js";

const ACROSS = 9;
const KEPT = 18;
const STORE = own("emoji");
const GROUPS = [
  "😀 😃 😄 😁 😆 😅 🤣 😂 🙂 🙃 😉 😊 😇 🥰 😍 🤩 😘 😗 😋 😛 😜 🤪 🤗 🤭 🤫 🤔 🤨 😐 😏 😒 🙄 😬 😌 😔 😴 😷 🤒 🤧 🥵 🥶 🤯 🤠 🥳 😎 🤓 😕 😟 🙁 😮 😲 😳 🥺 😢 😭 😱 😞 😩 😤 😡",
  "👋 🖐️ ✋ 👌 🤏 ✌️ 🤞 🤟 🤙 👈 👉 👆 👇 ☝️ 👍 👎 ✊ 👊 👏 🙌 🤝 🙏 ✍️ 💪 🧠 👀 👶 🧒 🧑 👩 👨 🧓 🤷 🤦 🙋 💁 🧑‍💻 🧑‍🏫 🧑‍🍳 🏃 💃 👪 ❤️ 🧡 💛 💚 💙 💜 🖤 🤍 💔 💖",
  "🐶 🐱 🐭 🐰 🦊 🐻 🐼 🐨 🐯 🦁 🐮 🐷 🐸 🐔 🐧 🐦 🦆 🦉 🐴 🦄 🐝 🦋 🐌 🐢 🐟 🐬 🐳 🌵 🌲 🌳 🌱 🍀 🍁 🌸 🌻 🌹 ☀️ 🌤️ ☁️ 🌧️ ⛈️ ❄️ 🌈 🌙 ⭐ 🔥 💧 🌊",
  "🍎 🍐 🍊 🍋 🍌 🍉 🍇 🍓 🍒 🍑 🥝 🍅 🥑 🥕 🌽 🥦 🍞 🥐 🧀 🥚 🍳 🥞 🍕 🍔 🍟 🌮 🥗 🍝 🍜 🍣 🍪 🎂 🍰 🍫 🍦 ☕ 🍵 🍺 🍷 🥂",
  "⚽ 🏀 🎾 🏐 🏓 🏸 🥇 🏆 🎯 🎲 🎮 🎨 🎭 🎬 🎵 🎸 🎹 🎤 🚗 🚕 🚌 🚲 🚆 ✈️ 🚀 ⛵ 🏠 🏢 🏥 🏫 ⛪ 🏖️ ⛰️ 🗺️ 🧳",
  "⌚ 📱 💻 🖨️ 📷 📞 📺 🔋 💡 🔦 📕 📚 📝 ✏️ 📎 📌 📁 📅 📈 📉 📊 ✉️ 📧 📦 📫 🔒 🔑 🔨 🛠️ ⚙️ 💰 💳 🎁 🎉 🎈 ✅ ❌ ❓ ❗ ⚠️ ♻️ ➕ ➖ ➡️ ⬅️ ⬆️ ⬇️ 🔔 💬 🆗 💯",
];

/** Fills the menu once; `choose` gets what is chosen. */
export function offer(menu, names, choose) {
  if (!menu.firstChild) fill(menu, names);
  recent(menu, names[0]);
  menu.onclick = ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    keep(button.textContent);
    menu.hidePopover();
    choose(button.textContent);
  };
  menu.onkeydown = (event) => walk(menu, event);
  menu.querySelector("button").focus();
}

function fill(menu, names) {
  menu.append(...GROUPS.map((group, at) => section(names[at + 1], group.split(" "))));
}

function section(name, emoji) {
  const part = Object.assign(document.createElement("div"), { className: "emoji-group", role: "group", ariaLabel: name });
  part.append(...emoji.map((each) => Object.assign(document.createElement("button"), { type: "button", textContent: each, tabIndex: -1 })));
  return part;
}

function recent(menu, name) {
  menu.querySelector("[data-recent]")?.remove();
  const found = kept();
  if (found.length) {
    const part = section(name, found);
    part.dataset.recent = "";
    menu.prepend(part);
  }
}

function walk(menu, event) {
  const forward = getComputedStyle(menu).direction === "rtl" ? -1 : 1;
  const by = { ArrowRight: forward, ArrowLeft: -forward, ArrowDown: ACROSS, ArrowUp: -ACROSS }[event.key];
  const all = [...menu.querySelectorAll("button")];
  const to = { Home: 0, End: all.length - 1 }[event.key] ?? (by && all.indexOf(document.activeElement) + by);
  if (to === undefined) return;
  event.preventDefault();
  all[Math.max(0, Math.min(to, all.length - 1))].focus();
}

function kept() {
  try {
    return JSON.parse(found(STORE) || "[]");
  } catch {
    return []; // not ours
  }
}

function keep(emoji) {
  put(STORE, JSON.stringify([emoji, ...kept().filter((each) => each !== emoji)].slice(0, KEPT)));
}
