// This browser's service worker, and its subscription to be told while no page is open. The one place that knows both.
import { registerWorker } from "./trusted.js";

/** How this browser tells of new mail: `push`, `page` (only while one is open), or nothing. */
export const way = () => localStorage.getItem("notifications");

export const isAble = () => "serviceWorker" in navigator && "Notification" in window;

/** The service worker, once it is at work. */
export async function worker() {
  await registerWorker();
  return navigator.serviceWorker.ready;
}

/**
 * Subscribe, and tell the server where; whether a push service is there. Without one the open page has to do: for good
 * when there never was one, else until the next page asks again. Fails when the server does.
 */
export async function turnOn(key) {
  const subscription = await subscribe(key);
  if (subscription) await post("/settings/notifications/device", values(subscription));
  if (subscription || way() !== "push") localStorage.setItem("notifications", subscription ? "push" : "page");
  return Boolean(subscription);
}

export async function turnOff() {
  const subscription = await (await worker()).pushManager?.getSubscription();
  await post("/settings/notifications/forget");
  await subscription?.unsubscribe();
  localStorage.removeItem("notifications");
}

/** With the page's own form, which has what the server's check asks for. Fails when the server does. */
export async function post(address, fields = {}) {
  const body = new FormData(document.getElementById("act"));
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  const response = await fetch(address, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
  if (!response.ok || response.redirected) throw new Error(`${response.status} for ${address}`);
  return response;
}

async function subscribe(key) {
  const { pushManager } = await worker();
  const held = await pushManager?.getSubscription();
  if (held && text(held.options.applicationServerKey) === key) return held;
  try {
    await held?.unsubscribe(); // of a key that is not ours any more: nothing came by it, and it stands in the way
    return await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  } catch {
    return null;
  }
}

const values = (subscription) => ({
  endpoint: subscription.endpoint,
  key: text(subscription.getKey("p256dh")),
  secret: text(subscription.getKey("auth")),
});

/** base64url without padding. */
function text(octets) {
  const words = String.fromCharCode(...new Uint8Array(octets ?? []));
  return btoa(words).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
