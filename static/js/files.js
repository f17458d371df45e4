// Previews of attachments open over the message; what shows them is loaded with the first one. An attachment that is dragged
// out of the window is saved where it is dropped, in browsers that can do that.

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-viewer]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const { view } = await import("./viewer.js");
  view(link);
});

document.addEventListener("dragstart", ({ target, dataTransfer }) => {
  const file = target.closest?.("#reader .file");
  if (!file) return;
  const address = file.querySelector("button[formaction]").formAction;
  const name = file.querySelector(".file-name").textContent.replaceAll(":", "_"); // which parts what follows
  dataTransfer.effectAllowed = "copy";
  dataTransfer.setData("DownloadURL", `application/octet-stream:${name}:${address}`);
  dataTransfer.setData("text/uri-list", address);
});
