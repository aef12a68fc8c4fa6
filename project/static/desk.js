// Comforts of the desk. Every page works without this file: nothing here decides or changes anything by itself.
// What is typed is kept by keep.js, which comes before this file; no ID number ever stands in an address.
"use strict";
(() => {
  const AUTOSAVE_MS = 20000;
  const TYPING_PAUSE_MS = 400;
  const ID_NUMBER_LENGTH = 18;
  const LOGGED_OUT = "登录已过期，已填内容还在。点下面的按钮会先请您登录，登录后接着填。";

  const form = document.querySelector("form[data-deed]");
  const { say, LOST } = window.desk;

  // --- asking the server -------------------------------------------------------------------------

  class NoAnswer extends Error {}
  class LoggedOut extends Error {}

  // Posts and returns {ok, body}; `body` is the JSON answer or null.
  async function post(url, data) {
    let response;
    try {
      response = await fetch(url, {
        method: "POST",
        body: data,
        credentials: "same-origin",
        headers: { Accept: "application/json", "X-Requested-With": "fetch" },
      });
    } catch (error) {
      throw new NoAnswer();
    }
    if (response.redirected && new URL(response.url).pathname.startsWith("/login")) throw new LoggedOut();
    const isJson = (response.headers.get("Content-Type") || "").startsWith("application/json");
    return { ok: response.ok && isJson, status: response.status, body: isJson ? await response.json() : null };
  }

  function complain(error) {
    if (error instanceof NoAnswer) say(LOST);
    else if (error instanceof LoggedOut) say(LOGGED_OUT);
    else throw error;
  }

  function typed() {
    const data = new FormData(form);
    for (const [name, value] of [...data.entries()]) {
      if (value instanceof File) data.delete(name); // scans travel once, with the deed itself
    }
    return data;
  }

  // --- ready phrases -----------------------------------------------------------------------------

  for (const row of document.querySelectorAll(".quick")) {
    row.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      const field = row.parentElement.querySelector("textarea");
      if (!button || !field) return;
      field.value = button.textContent.trim();
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    });
  }

  // --- reasons: one panel at a time, Escape closes --------------------------------------------------

  const reasons = [...document.querySelectorAll("details.reason")];
  for (const panel of reasons) {
    // A panel that came open with the page leaves the focus to the refusal above the sheet.
    let pressed = false;
    panel.querySelector("summary").addEventListener("click", () => { pressed = true; });
    panel.addEventListener("toggle", () => {
      if (!panel.open || !pressed) return;
      for (const other of reasons) if (other !== panel) other.open = false;
      panel.querySelector("textarea").focus();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.reason[open], details.unmask[open], details.help[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });

  // --- the full number, shown in its place ---------------------------------------------------------

  const unmask = document.querySelector("form[data-unmask]");
  if (unmask) {
    let isRefused = false;
    unmask.addEventListener("submit", async (event) => {
      const button = event.submitter;
      if (isRefused || !button || !button.closest("[data-masked]")) return;
      event.preventDefault();
      const data = new FormData(unmask);
      data.append(button.name, button.value);
      try {
        const answer = await post(unmask.action, data);
        if (answer.ok) showInFull(button.closest("[data-masked]"), answer.body.value);
        else {
          isRefused = true; // the whole page says why
          unmask.requestSubmit(button);
        }
      } catch (error) {
        complain(error);
      }
    });
  }

  function showInFull(place, value) {
    place.querySelector("[data-full]").textContent = value;
    place.querySelector("details").remove();
  }

  // --- eligibility as soon as the ID number is there -------------------------------------------------

  const idField = form && form.elements.id_number;
  const checksPanel = document.querySelector("[data-checks]");
  if (idField && checksPanel && form.dataset.checkUrl) {
    const typedNumber = () => idField.value.normalize("NFKC").replace(/\s/g, "").toUpperCase();
    // What came with the page is checked already; what keep.js put back is not.
    let asked = idField.value === idField.defaultValue ? typedNumber() : "";
    let timer = 0;
    const ask = async () => {
      const number = typedNumber();
      if (number.length !== ID_NUMBER_LENGTH || number === asked) return;
      asked = number;
      try {
        const answer = await post(form.dataset.checkUrl, typed());
        if (asked !== number || !answer.ok) return;
        checksPanel.innerHTML = answer.body.html;
        for (const cell of document.querySelectorAll("[data-sex]")) cell.textContent = answer.body.sex || "";
        say("");
      } catch (error) {
        asked = "";
        complain(error);
      }
    };
    idField.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, TYPING_PAUSE_MS);
    });
    idField.addEventListener("change", ask);
  }

  // --- drafts save themselves -----------------------------------------------------------------------

  let changes = 0;
  let saved = 0;
  let saving = null;
  const draftButton = document.querySelector('button[form="deed"][value$=".save_draft"]');
  let autosaves = Boolean(form && form.dataset.autosaveUrl && draftButton);

  async function save() {
    const counted = changes;
    const data = typed();
    data.set("action", draftButton.value);
    try {
      const answer = await post(form.dataset.autosaveUrl, data);
      if (!answer.ok) {
        // Refused or overtaken: only the person can settle that, by pressing a button.
        autosaves = false;
        say((answer.body && answer.body.error) || "草稿没有自动保存，请点“保存草稿”。");
        return;
      }
      takeOver(answer.body);
      saved = counted;
      document.dispatchEvent(new CustomEvent("desk:saved", { detail: { form, whole: changes === saved } }));
      say("");
    } catch (error) {
      complain(error);
    }
  }

  // After saving, the form speaks of what is stored now; a new application has an address of its own by now.
  function takeOver(body) {
    form.elements.seen.value = body.seen;
    form.action = form.dataset.autosaveUrl = body.action_url;
    history.replaceState(null, "", body.action_url);
    const title = document.querySelector("[data-say-title]");
    if (title) title.textContent = `已自动保存草稿（${body.saved_at}）`;
  }

  if (form) form.addEventListener("input", () => { changes += 1; });
  // The draft under way would make a send look overtaken by ourselves.
  document.addEventListener("desk:before", (event) => { if (saving) event.detail.push(saving); });
  if (autosaves) {
    setInterval(() => {
      if (!autosaves || saving || changes === saved) return;
      saving = save().finally(() => { saving = null; });
    }, AUTOSAVE_MS);
  }
})();
