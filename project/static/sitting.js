// A list decided at once: how many are chosen, and the progress while the page is open. Without script the page
// reloads itself and 继续办理 does the same work.
"use strict";
(() => {
  const count = document.querySelector("[data-count-of]");
  if (count) {
    const boxes = [...document.querySelectorAll(`input[name="${count.dataset.countOf}"]`)];
    const tell = () => {
      const chosen = boxes.filter((box) => box.checked).length;
      count.textContent = `（${chosen}件）`;
      count.closest("button").disabled = chosen === 0;
    };
    boxes.forEach((box) => box.addEventListener("change", tell));
    tell();
  }

  const form = document.querySelector("form[data-go]");
  if (!form) return;
  const settled = document.querySelector("[data-settled]");
  const bar = document.querySelector("[data-progress]");
  const PAUSE_MS = 400;
  const OFFLINE_PAUSE_MS = 5000;

  async function go() {
    let pause = PAUSE_MS;
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        credentials: "same-origin",
        headers: { Accept: "application/json" },
      });
      if (!answer.ok || answer.redirected) throw new Error("no answer");
      const progress = await answer.json();
      const done = progress.total - progress.waiting;
      settled.textContent = String(done);
      bar.value = done;
      if (progress.waiting === 0) {
        location.reload();
        return;
      }
    } catch (error) {
      pause = OFFLINE_PAUSE_MS; // the work goes on in the background meanwhile
    }
    setTimeout(go, pause);
  }
  go();
})();
