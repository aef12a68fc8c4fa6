// The words of the bar behind which several pages stand: one open at a time, closed by a click beside it or Escape.
// They open and close without this file, too.
"use strict";
(() => {
  const opened = () => document.querySelectorAll("details.ways[open]");

  document.addEventListener("click", (event) => {
    for (const word of opened()) if (!word.contains(event.target)) word.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const word of opened()) {
      word.open = false;
      word.querySelector("summary").focus();
    }
  });
})();
