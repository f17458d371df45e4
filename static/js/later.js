// Modules that no page waits for. Once one has come, what is wanted of it is done in the same turn: a promise of it would
// be kept after a frame that does not show it yet.

/** Gives the module to `act`; what it returns, or a promise of it. */
const later = (load) => {
  let come;
  return (act) => (come ? act(come) : load().then((module) => act((come = module))));
};

export const performing = later(() => import("./perform.js"));
export const undoing = later(() => import("./undo.js"));
export const selecting = later(() => import("./select.js"));
