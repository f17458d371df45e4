// Previews of attachments open over the message; what shows them is loaded with the first one.

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-viewer]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const { view } = await import("./viewer.js");
  view(link);
});
