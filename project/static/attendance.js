// The month's grid: a tap goes to the next mark, keys fill in and walk, one key fills a whole row. Without this file
// every day is a list to choose from, and 整行 is one, too.
"use strict";
(() => {
  const MARKS = ["v", "r", "s", "p", "x"];
  const cells = [...document.querySelectorAll("select.mark")];
  if (!cells.length) return;
  const rows = [...new Set(cells.map((cell) => cell.closest("tr")))];
  const inRow = (row) => [...row.querySelectorAll("select.mark")];
  const dayOf = (cell) => Number(cell.name.split("_")[1]);

  function set(cell, mark) {
    if (cell.value === mark) return;
    cell.value = mark;
    cell.dispatchEvent(new Event("input", { bubbles: true }));
    cell.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // The days that cannot be changed are counted by what stands in them.
  function count(row) {
    const shut = [...row.querySelectorAll("td.day--shut")].map((day) => day.textContent.trim());
    for (const sum of row.querySelectorAll("[data-sum]")) {
      const open = inRow(row).filter((cell) => cell.value && sum.dataset.sum.includes(cell.value)).length;
      const fixed = sum.dataset.sum === "spl" ? shut.filter((said) => said === "事").length : 0;
      sum.textContent = String(open + fixed);
    }
  }

  // Working days are those that the sheet did not colour as days of rest.
  function fill(row, kind) {
    for (const cell of inRow(row)) {
      const rest = cell.closest("td").classList.contains("day--rest");
      if (kind === "clear") set(cell, rest ? "r" : "");
      else if (kind === "all" && (!cell.value || cell.value === "r")) set(cell, "v");
      else if (kind === "work" && !cell.value) set(cell, "v");
    }
    count(row);
  }

  function go(cell, rowStep, dayStep) {
    const row = cell.closest("tr");
    if (dayStep) {
      const all = inRow(row);
      const next = all[all.indexOf(cell) + dayStep];
      if (next) next.focus();
      return;
    }
    const next = rows[rows.indexOf(row) + rowStep];
    if (!next) return;
    const there = inRow(next);
    (there.find((each) => dayOf(each) >= dayOf(cell)) || there[there.length - 1]).focus();
  }

  const WALK = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

  for (const cell of cells) {
    // A tap means the next mark; the list would be three taps.
    cell.addEventListener("mousedown", (event) => {
      event.preventDefault();
      cell.focus();
      set(cell, ["", ...MARKS][(MARKS.indexOf(cell.value) + 2) % (MARKS.length + 1)]);
    });
    cell.addEventListener("change", () => count(cell.closest("tr")));
    cell.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const { key } = event;
      if (key in WALK) go(cell, ...WALK[key]);
      else if (key === " ") { set(cell, "v"); go(cell, 0, 1); }
      else if (key === "0" || key === "Delete" || key === "Backspace") { set(cell, ""); }
      else if (key >= "1" && key <= String(MARKS.length)) { set(cell, MARKS[Number(key) - 1]); go(cell, 0, 1); }
      else if (key === "Enter") {
        fill(cell.closest("tr"), "work");
        go(cell, 1, 0);
      } else return;
      event.preventDefault();
    });
  }

  for (const row of rows) {
    const list = row.querySelector("select.fill");
    if (list) list.remove();
    for (const button of row.querySelectorAll("button.fill")) {
      button.hidden = false;
      button.addEventListener("click", () => fill(row, button.dataset.fill));
    }
  }
})();
