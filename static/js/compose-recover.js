// What this browser has kept of a message comes back onto the screen, or is offered where something else stands there.
import { tab } from "./compose-journal.js";
import { notice } from "./compose-notices.js";
import { language } from "./locale.js";

/** With what the server does not have; without a server, with what it had as well. */
export async function recover(composer) {
  const { data, words, saver } = composer;
  for (const entry of await saver.journal.entries()) {
    const fill = () => composer.fill(entry.values, entry.images);
    const drop = () => entry.tab === tab || saver.journal.forget(entry.tab);
    if (data.apart) return alone(composer, entry, fill);
    if (entry.saved) {
      if (composer.release) drop(); // no tab that lives has it open
      continue;
    }
    // Nothing that a tab has sent is newer than what it kept here.
    const isNewer = entry.revision >= composer.revision || entry.tab === data.tab;
    if (isNewer) return fill().then(drop);
    const time = new Date(entry.at).toLocaleTimeString(language, { timeStyle: "short" });
    notice(composer, words.kept.replace("{time}", time), [[words.restore, () => fill().then(drop)], [words.drop, drop]]);
  }
  return null;
}

/** There is no server: all that there is is what the browser has kept. */
function alone(composer, entry, fill) {
  if (entry.apart) notice(composer, composer.words.apart, []);
  return fill();
}

/** The message that this was has gone; what stands here may be another one. */
export function orphaned(composer) {
  const { words } = composer;
  const drop = () => (composer.saver.journal.clear(), composer.left());
  notice(composer, words.orphaned, [[words.anew, () => anew(composer)], [words.drop, drop]]);
  return null;
}

/** Another message, of what is typed: all else is the other's. */
function anew(composer) {
  const others = [...composer.querySelectorAll(".compose-files .upload, .compose-quote, .compose-body img")];
  composer.files.leave();
  for (const each of others) each.remove();
  composer.data.images = {};
  composer.begin();
  composer.editor.focus();
  if (others.length) notice(composer, composer.words.left_behind, []);
}
