// Sentences with a number in them, one for each kind of number that the page's language tells apart.
import { language } from "./locale.js";

const rules = new Intl.PluralRules(language);

/** Of `data-forms`, `{"1": "1 selected", "2": "{n} selected"}`: the one whose number is of the same kind as `n`. */
export function plural(forms, n) {
  const all = Object.entries(JSON.parse(forms));
  const [, text] = all.find(([number]) => rules.select(Number(number)) === rules.select(n)) ?? all.at(-1);
  return text.replace("{n}", n.toLocaleString(language));
}
