// Opens the browser's print window. Without script the browser's own menu does the same.
"use strict";
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
if (document.body.hasAttribute("data-auto-print")) {
  // The pictures of signatures and seals must have arrived before the window opens.
  window.addEventListener("load", () => window.print());
}
if (document.querySelector("[data-again]")) {
  // Papers are being made; a page that is being read with a screen reader or left in another tab waits for its reader.
  setInterval(() => { if (document.visibilityState === "visible" && !document.querySelector(":focus-visible")) location.reload(); }, 4000);
}
