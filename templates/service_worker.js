// Between the browser and the server: a page for when there is no connection, and notifications while no page is open.
// Keeps the shell's own files only, never mail; what it takes to write on that page comes with the first message.
const SHELL = {{ shell }};
const CACHE = `shell-${SHELL.version}`;

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));

async function install() {
  const kept = await caches.open(CACHE);
  await kept.addAll([SHELL.offline, ...SHELL.assets]);
  await skipWaiting();
}

async function activate() {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  await registration.navigationPreload?.enable();
  await clients.claim();
}

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate" && request.destination === "document") event.respondWith(page(event));
  else if (isKept(new URL(request.url).pathname)) event.respondWith(asset(request));
});

const isKept = (address) => SHELL.assets.includes(address) || SHELL.writing.includes(address);

async function page(event) {
  const answer = await asked(event).catch(() => null);
  // What stands in front of the server says so in this way that there is none; our own pages have a policy.
  if (answer && (![502, 504].includes(answer.status) || answer.headers.has("Content-Security-Policy"))) return answer;
  return (await caches.match(SHELL.offline)) ?? answer ?? Response.error();
}

const asked = async (event) => (await event.preloadResponse) ?? fetch(event.request);

async function write() {
  const kept = await caches.open(CACHE);
  if (!(await kept.match(SHELL.writing[0]))) await kept.addAll(SHELL.writing);
}

async function asset(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(request)) ?? Response.error();
  }
}

addEventListener("push", (event) => event.waitUntil(pushed(event.data.json())));
// An open page that nobody sees asks for the same; one that came while this began asks to be taken over.
addEventListener("message", (event) => event.waitUntil(told(event.data)));

async function told({ claim, writing, notes }) {
  if (claim) await clients.claim();
  if (writing) await write();
  if (notes) await show(notes);
}

async function pushed({ notes, unread }) {
  await show(notes);
  await self.navigator.setAppBadge?.(unread)?.catch(() => {}); // some systems have no such number
}

/** A page that is in view shows new mail itself. */
async function show(notes) {
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  if (pages.some((each) => each.visibilityState === "visible")) return;
  for (const { title, body, tag, url, mark, token } of notes) {
    const actions = token ? [{ action: "read", title: mark }] : [];
    await registration.showNotification(title, { body, tag, actions, icon: SHELL.icon, data: { url, token } });
  }
}

addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { url, token } = event.notification.data;
  event.waitUntil(event.action === "read" ? read(token, url) : open(url));
});

/** Where that fails, as after the session's end, the message itself says what is to be done. */
async function read(token, url) {
  const options = { method: "POST", body: new URLSearchParams({ token }), redirect: "manual" };
  const answer = await fetch("/notifications/read", options).catch(() => null);
  if (!answer?.ok) await open(url);
}

async function open(url) {
  const [page] = await clients.matchAll({ type: "window" });
  if (!page) return void (await clients.openWindow(url));
  await page.focus();
  await page.navigate(url);
}
