// A draft that is written in another place as well: its person is told before words collide, and says where it goes on.
import { tab } from "./compose-journal.js";
import { notice } from "./compose-notices.js";
import { post } from "./compose-send.js";
import { documentOf } from "./trusted.js";

const KIND = "elsewhere";
const FETCH = { headers: { "X-Requested-With": "fetch" } };

/** Tells of it on a composer that was just opened. */
export function opened(composer) {
  composer.querySelector(".compose-notices noscript")?.remove(); // the same, where nothing else tells
  if (composer.data.busy && composer.data.tab !== tab) tell(composer);
}

/** It was saved from here: here it goes on. */
export function settled(composer) {
  composer.isBehind = false;
  composer.querySelector(`.notice[data-kind=${KIND}]`)?.remove();
}

/** Another page saved it: whose words stay is for the person to say. The others are kept among the earlier versions. */
export function ask(composer, { saved, revision }) {
  const { words, saver } = composer;
  saver.wait();
  const mine = () => ((composer.revision = revision), saver.go(), composer.changed(true));
  notice(composer, words.elsewhere.replace("{saved}", saved), [[words.mine, mine], [words.theirs, () => renew(composer)]], KIND);
}

function tell(composer) {
  if (composer.querySelector(`.notice[data-kind=${KIND}]`)) return;
  const { words } = composer;
  composer.isBehind = true;
  notice(composer, words.busy, [[words.take, () => renew(composer, true)], [words.close, () => composer.close()]], KIND);
}

/** Goes on with what the server has; what was typed here is kept there. `mine`: the other pages hear that it goes on here. */
async function renew(composer, mine = false) {
  const { address, saver, words } = composer;
  saver.wait();
  const asked = saver.isTouched ? post(address, saver.form(composer.values(), [["do", "keep"]]), words) : fetch(address, FETCH);
  const response = await asked.catch(() => null);
  if (response?.status === 404) return composer.gone();
  if (!response?.ok) return notice(composer, words.offline, [[words.take, () => renew(composer, mine)]], KIND);
  await saver.stop();
  await saver.journal.clear();
  const fresh = await composer.replace(await response.text());
  return mine && fresh.changed(true);
}

/** What the server says of a draft, wherever that stands on this page. */
document.addEventListener("mail:draft", ({ detail: { draft, revision, tab: other, foreign } }) => {
  const composer = document.querySelector(`mail-composer[data-draft="${draft}"]:not([hidden])`);
  if (foreign) composer && notice(composer, composer.words.foreign, [], "foreign");
  else if (composer && other !== tab && revision > composer.revision) tell(composer);
});

/** The earlier versions in an open menu, as they are now. */
export async function versions(composer) {
  if (!composer.dataset.draft) return;
  const response = await fetch(composer.address, FETCH).catch(() => null);
  if (!response?.ok) return;
  const fresh = documentOf(await response.text()).querySelector(".compose-versions");
  if (fresh) composer.querySelector(".compose-versions").replaceWith(document.adoptNode(fresh));
}
