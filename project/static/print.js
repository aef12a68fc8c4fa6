// Opens the browser's print window. Without script the browser's own menu does the same.
"use strict";
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
if (document.body.hasAttribute("data-auto-print")) {
  // The pictures of signatures and seals must have arrived before the window opens.
  window.addEventListener("load", () => window.print());
}
