// Nothing typed is lost: it is kept while it is typed, put back after a reload, a broken line or an ended login,
// and a form is sent only when the server can be reached. Every page works without this file.
//
// Office computers are shared. So it is kept in this tab only (sessionStorage), under its reader, for at most
// LIFE_MS after the last touch, and it goes with a successful send, with the logout and with another reader's login.
// What is kept belongs to one form (its address and its id or place) and to one `seen`, the stamp of what its reader saw.
"use strict";
(() => {
  const PREFIX = "typed:";
  const LIFE_MS = 40 * 60 * 1000; // the login ends after 30 idle minutes; ten more to come back in
  const TYPING_PAUSE_MS = 300;
  const PROBE_MS = 6000;
  // A send that got no answer for so long may be tried again.
  const SUBMIT_PATIENCE_MS = 15000;
  const LOST = "网络断了，已填内容还在，连上后再点。";
  const NEVER_KEPT = ["file", "password", "submit", "button", "reset", "image"];
  // A new paper has no state to be seen yet: its stamp is a random key that makes opening it twice one opening.
  const OPENING_KEY = /^[A-Za-z0-9]{32}$/;

  const page = document.documentElement.dataset;
  const reader = page.reader || "";

  // --- the drawer ----------------------------------------------------------------------------------

  function take(key) {
    try {
      return JSON.parse(sessionStorage.getItem(key));
    } catch (error) {
      return null; // no storage here, or not ours
    }
  }

  function put(key, entry) {
    try {
      sessionStorage.setItem(key, JSON.stringify(entry));
    } catch (error) {
      // Full or forbidden: the page works without it.
    }
  }

  function keys() {
    try {
      return Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
    } catch (error) {
      return [];
    }
  }

  function drop(key) {
    if (key) sessionStorage.removeItem(key);
  }

  function sweep() {
    for (const key of keys()) {
      const entry = take(key);
      const stranger = reader && entry && entry.reader !== reader;
      if (!entry || stranger || Date.now() - entry.at > LIFE_MS) drop(key);
    }
  }

  // --- the fields of a form --------------------------------------------------------------------------

  const isTick = (field) => field.type === "checkbox" || field.type === "radio";

  function isKept(form) {
    // By attribute: buttons called "action" hide the form's own property.
    return (form.getAttribute("method") || "").toLowerCase() === "post" && !form.matches("[data-unmask], [data-logout]")
      && !form.querySelector("[type=password]");
  }

  function fieldsOf(form) {
    return [...form.elements].filter((field) => field.name && !NEVER_KEPT.includes(field.type)
      && (field.type !== "hidden" || field.closest(".pad")));
  }

  function read(form) {
    const values = {};
    for (const field of fieldsOf(form)) {
      const list = (values[field.name] = values[field.name] || []);
      if (!isTick(field)) list.push(field.value);
      else if (field.checked) list.push(field.value);
    }
    return values;
  }

  // Returns the fields that were changed by it.
  function write(form, values) {
    const changed = [];
    const used = {};
    for (const field of fieldsOf(form)) {
      const list = values[field.name];
      if (!list) continue;
      if (isTick(field)) {
        const wanted = list.includes(field.value);
        if (field.checked !== wanted) changed.push(field);
        field.checked = wanted;
        continue;
      }
      used[field.name] = (used[field.name] || 0) + 1;
      const wanted = list[used[field.name] - 1];
      const before = field.value;
      if (wanted === undefined || wanted === before) continue;
      field.value = wanted;
      if (field.value === wanted) changed.push(field);
      else field.value = before; // a choice that is no longer offered
    }
    return changed;
  }

  function keyOf(form) {
    const address = new URL(form.getAttribute("action") || location.pathname, location.href).pathname;
    // Forms without a name of their own go by their place on the page.
    return `${PREFIX}${address}#${form.getAttribute("id") || [...document.forms].filter(isKept).indexOf(form)}`;
  }

  const stampOf = (form) => (form.elements.seen ? form.elements.seen.value : "");

  const keptUnder = new WeakMap();

  function keep(form, more) {
    const key = keyOf(form);
    if (keptUnder.get(form) !== key) drop(keptUnder.get(form));
    keptUnder.set(form, key);
    put(key, { reader, at: Date.now(), seen: stampOf(form), values: read(form), ...more });
  }

  // --- coming back ------------------------------------------------------------------------------------

  const redisplayed = () => document.querySelector("#refusal, [role=alert], [aria-invalid=true]") !== null;
  // After a deed the answer is a redirect, mostly with a message.
  function looksDone() {
    const [arrival] = performance.getEntriesByType("navigation");
    return (arrival && arrival.type === "navigate" && arrival.redirectCount > 0)
      || document.querySelector(".messages .notice--ok") !== null;
  }

  function comeBack() {
    sweep();
    const forms = [...document.forms].filter(isKept);
    if (!reader && keys().length) announceAtLogin();
    for (const key of keys()) {
      const entry = take(key);
      const form = forms.find((each) => keyOf(each) === key);
      // The login page, or one that says that nothing was done: whatever was sent did not arrive.
      if (!reader || "nothingDone" in page) put(key, { ...entry, sent: false });
      else if (form) bringBack(form, key, entry);
      else if (entry.sent) drop(key); // another page came: it was done
    }
  }

  function bringBack(form, key, entry) {
    keptUnder.set(form, key);
    if (entry.sent && redisplayed()) {
      keep(form); // the server gave back what was typed, and says what to mend
      return;
    }
    if (entry.sent && !entry.carry && looksDone()) {
      drop(key);
      return;
    }
    const current = stampOf(form);
    const opening = OPENING_KEY.test(current) && OPENING_KEY.test(entry.seen);
    if (opening) form.elements.seen.value = entry.seen;
    if (!opening && entry.seen !== current && !entry.carry) {
      offer(form, entry);
      return;
    }
    const changed = write(form, entry.values);
    keep(form);
    if (changed.length) announce(form, changed);
    else if (!entry.carry) drop(key);
  }

  function notice(form, text, ...buttons) {
    const box = document.createElement("div");
    box.className = "notice notice--kept";
    box.setAttribute("role", "status");
    const words = document.createElement("p");
    words.textContent = text;
    box.append(words, ...buttons);
    const first = fieldsOf(form)[0];
    // An empty form whose fields stand elsewhere: the words go to the fields.
    const place = form.contains(first) || !first ? form : first.closest(".reason, .field") || first;
    if (place.matches(".reason")) document.querySelector("main").prepend(box);
    else place.before(box);
    return box;
  }

  function button(label, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn btn--small btn--quiet";
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  }

  function announce(form, changed) {
    openAround(changed);
    const box = notice(form, "已恢复您刚才填写的内容。", button("不要，清空重填", () => {
      for (const field of fieldsOf(form)) if (field.closest(".pad")) field.value = "";
      form.reset();
      drop(keptUnder.get(form));
      box.remove();
      tell(changed);
      drop(keptUnder.get(form));
      if (changed[0].type !== "hidden") changed[0].focus();
    }));
    // The other scripts of the page are not there yet.
    document.addEventListener("DOMContentLoaded", () => tell(changed));
  }

  function offer(form, entry) {
    const box = notice(
      form,
      "这一件在您离开以后有变动。您先前填写的内容还留着，看过现在的表，需要的可以填回来。",
      button("填回来", () => {
        const changed = write(form, entry.values);
        openAround(changed);
        tell(changed);
        box.remove();
      }),
      button("不要了", () => {
        drop(keptUnder.get(form));
        box.remove();
      }),
    );
  }

  function openAround(fields) {
    for (const field of fields) {
      for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    }
  }

  function tell(fields) {
    for (const field of fields) field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function announceAtLogin() {
    const form = document.querySelector("form[data-login]");
    if (form) notice(form, "登录已过期。您刚才填写的内容还在，登录后接着填。");
  }

  // --- while typing --------------------------------------------------------------------------------------

  const waiting = new Map();

  function typed(event) {
    const form = event.target.form;
    if (!reader || !form || !isKept(form) || !fieldsOf(form).includes(event.target)) return;
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(() => flush(form), TYPING_PAUSE_MS));
  }

  function flush(form) {
    clearTimeout(waiting.get(form));
    if (waiting.delete(form)) keep(form);
  }

  document.addEventListener("input", typed);
  document.addEventListener("change", typed);
  window.addEventListener("pagehide", () => { for (const form of [...waiting.keys()]) flush(form); });
  // The draft is on the server now (desk.js); only what was typed since is still ours.
  document.addEventListener("desk:saved", (event) => {
    const { form, whole } = event.detail;
    if (whole) {
      clearTimeout(waiting.get(form));
      waiting.delete(form);
      drop(keptUnder.get(form));
    } else {
      keep(form);
    }
  });

  // --- one click, one deed, and only when somebody answers ---------------------------------------------------

  let busy = false;
  let passing = false;

  function say(text, near) {
    let status = document.querySelector("[data-status]");
    if (!status && near) {
      status = document.createElement("p");
      status.className = "actions__state";
      status.setAttribute("role", "status");
      status.dataset.status = "";
      near.append(status);
    }
    if (status && status.textContent !== text) status.textContent = text;
  }

  function release() {
    busy = false;
    for (const each of document.querySelectorAll(".btn--busy")) each.classList.remove("btn--busy");
  }

  // Any answer of the server will do; a gateway that speaks for a dead server is none.
  async function isReachable() {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PROBE_MS);
    const icon = document.querySelector("link[rel=icon]");
    try {
      const answer = await fetch(icon ? icon.href : "/static/icon.svg",
        { method: "HEAD", cache: "no-store", signal: patience.signal });
      return answer.status < 500;
    } catch (error) {
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  async function press(event) {
    const form = event.target;
    if ((form.getAttribute("method") || "").toLowerCase() !== "post" || event.defaultPrevented) return;
    const pressed = event.submitter;
    if (passing) {
      if (reader) keep(form, { sent: true, carry: Boolean(pressed && "stays" in pressed.dataset) });
      return;
    }
    if (busy) {
      event.preventDefault();
      return;
    }
    busy = true;
    if (pressed) pressed.classList.add("btn--busy");
    setTimeout(release, SUBMIT_PATIENCE_MS);
    if (form.matches("[data-logout]")) forgetAll();
    if (!isKept(form)) return; // nothing to lose: off it goes
    event.preventDefault();
    flush(form);
    // Others may have something under way that this send must not overtake.
    const before = [];
    form.dispatchEvent(new CustomEvent("desk:before", { bubbles: true, detail: before }));
    await Promise.allSettled(before);
    if (await isReachable()) {
      passing = true;
      form.requestSubmit(pressed || undefined);
      passing = false;
    } else {
      release();
      say(LOST, form);
    }
  }

  function forgetAll() {
    for (const key of keys()) drop(key);
    for (const timer of waiting.values()) clearTimeout(timer);
    waiting.clear();
    if (others) others.postMessage("logout");
  }

  const others = "BroadcastChannel" in window ? new BroadcastChannel("desk") : null;
  if (others) others.addEventListener("message", () => { for (const key of keys()) drop(key); });

  document.addEventListener("submit", press);
  window.addEventListener("pageshow", release);
  window.addEventListener("offline", () => say(LOST));
  window.addEventListener("online", () => say(""));
  setInterval(sweep, 60 * 1000);
  window.desk = { say, LOST };
  comeBack();
})();
