// Compares a file with the digests of the kept ones, here in the browser: nothing is sent anywhere.
"use strict";
(() => {
  const box = document.querySelector("[data-compare]");
  if (!box) return;
  box.querySelector("[data-chooser]").hidden = false; // without script there is nothing to choose a file for
  const field = box.querySelector("input[type=file]");
  const result = box.querySelector("[data-result]");
  const kept = new Map(Array.from(box.querySelectorAll("[data-digest]"), (e) => [e.dataset.digest, e.textContent]));
  const SLICE = 1 << 20;
  let turn = 0;

  const say = (kind, text) => {
    result.className = `mark mark--${kind}`;
    const words = document.createElement("span");
    words.textContent = text;
    result.replaceChildren(document.querySelector(`[data-icon=${kind}]`).content.cloneNode(true), words);
  };

  const compare = async (file) => {
    const mine = (turn += 1);
    const hash = new window.Sha256();
    try {
      for (let at = 0; at < file.size; at += SLICE) {
        hash.update(new Uint8Array(await file.slice(at, at + SLICE).arrayBuffer()));
        if (mine !== turn) return; // another file was chosen meanwhile
        say("info", `正在计算，${Math.min(100, Math.round(((at + SLICE) / file.size) * 100))}%`);
      }
    } catch {
      say("stop", "请重新选一次文件：浏览器读不到它。");
      return;
    }
    const label = kept.get(hash.hex());
    if (label) say("ok", `一致：“${file.name}”就是留存的${label}，一个字节也没有改动。`);
    else say("stop", `不一致：“${file.name}”不是留存的这一份，或者被改动过。`);
  };

  field.addEventListener("change", () => { if (field.files[0]) compare(field.files[0]); });
  for (const kind of ["dragover", "drop"]) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      if (kind === "drop" && event.dataTransfer.files[0]) compare(event.dataTransfer.files[0]);
    });
  }
})();
