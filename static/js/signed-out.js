// Signing out takes everything away. Where a connection is not safe, browsers do not do so because the server says it.
for (const kept of [() => localStorage, () => sessionStorage]) {
  try {
    kept().clear();
  } catch {
    // A browser that keeps nothing.
  }
}
indexedDB?.deleteDatabase("whimbrel");
