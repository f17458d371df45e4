// Between the browser and the server: a page for when there is no connection, and notifications while no page is open.
// Keeps the shell's own files only, never mail.
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
  else if (SHELL.assets.includes(new URL(request.url).pathname)) event.respondWith(asset(request));
});

async function page(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return (await caches.match(SHELL.offline)) ?? Response.error();
  }
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
addEventListener("message", (event) => event.waitUntil(event.data.claim ? clients.claim() : show(event.data.notes)));

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
