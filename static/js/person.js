// Whose pages these are. What a browser keeps for somebody is under their name, so that nobody else comes to see it.

const NAME = "person";

/** Of this page; where it was made for nobody, as the one without a connection, whoever was here last and is not gone. */
export const person = document.documentElement.dataset.person ?? kept(NAME);

/** What of this person's is called `name` in this browser. */
export const own = (name) => `${name} of ${person}`;

/** What lies in this browser under a name; empty where nothing does, or nothing is kept. */
export function kept(name) {
  try {
    return localStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

/** Has the browser keep it, if it keeps anything; nothing is kept of what is empty. */
export function keep(name, value) {
  try {
    if (value) localStorage.setItem(name, value);
    else localStorage.removeItem(name);
  } catch {
    // Then it takes a connection.
  }
}

if (document.documentElement.dataset.person) keep(NAME, person);
