// The signature pad: draws what the hand writes and keeps it, with its timing, as JSON in the hidden field.
//   {"w": 340, "h": 96, "strokes": [[[x, y, t], …], …]}   x, y in pixels of the pad, t in ms since the first touch
// The server reads and draws it again (signatures/strokes.py); without this file a scan is uploaded instead.
"use strict";
(() => {
  const MOST_STROKES = 200; // as on the server
  const MOST_POINTS = 8000;
  const LONGEST_MS = 60 * 60 * 1000;
  const NEAREST_PX = 0.8; // points closer than this say nothing new
  const NIB_PX = 3.2;

  class Pad {
    constructor(box) {
      this.box = box;
      this.field = document.getElementById(box.dataset.input);
      this.hint = box.querySelector(".pad__hint");
      if (this.hint) this.hint.textContent = this.hint.dataset.hint;
      this.tools = document.querySelector(`.pad-tools[data-pad="${box.id}"]`);
      this.canvas = document.createElement("canvas");
      this.canvas.setAttribute("aria-hidden", "true");
      // Property by property: the page's security policy forbids style attributes.
      Object.assign(this.canvas.style, { position: "absolute", left: "0", top: "0", width: "100%", height: "100%" });
      Object.assign(box.style, { userSelect: "none", webkitUserSelect: "none", touchAction: "none" });
      box.append(this.canvas);
      this.colour = getComputedStyle(box).getPropertyValue("--stroke").trim() || "#17232e";
      this.pointer = null; // the finger or pen that writes just now
      this.read();
      this.listen();
    }

    // --- what was written --------------------------------------------------------------------------

    // From the hidden field: a page that came back refused shows the same signature again.
    read() {
      let kept = null;
      try {
        kept = JSON.parse(this.field.value);
      } catch (error) {
        // Nothing there yet.
      }
      const strokes = kept && Array.isArray(kept.strokes) ? kept.strokes.filter((s) => Array.isArray(s) && s.length) : [];
      this.width = strokes.length ? kept.w : 0;
      this.height = strokes.length ? kept.h : 0;
      this.strokes = strokes;
      this.pointer = null;
      this.show();
    }

    write() {
      const written = { w: this.width, h: this.height, strokes: this.strokes };
      this.field.value = this.strokes.length ? JSON.stringify(written) : "";
      this.field.dispatchEvent(new Event("input", { bubbles: true }));
      this.show();
    }

    undo() {
      this.strokes.pop();
      this.write();
      this.tell(this.strokes.length ? `已撤回一笔，还有${this.strokes.length}笔。` : "已全部撤回，请重新签字。");
    }

    clear() {
      this.strokes = [];
      this.write();
      this.tell("已清空，请重新签字。");
    }

    points() {
      return this.strokes.reduce((count, stroke) => count + stroke.length, 0);
    }

    // --- writing -------------------------------------------------------------------------------------

    listen() {
      const box = this.box;
      box.addEventListener("pointerdown", (event) => this.down(event));
      box.addEventListener("pointermove", (event) => this.move(event));
      for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
        box.addEventListener(end, (event) => this.up(event));
      }
      // A long press must not open a menu or select the page while somebody signs.
      box.addEventListener("contextmenu", (event) => { if (event.pointerType !== "mouse") event.preventDefault(); });
      box.addEventListener("dragstart", (event) => event.preventDefault());
      new ResizeObserver(() => this.show()).observe(box);
      window.addEventListener("pageshow", (event) => { if (event.persisted) this.read(); });
      if (this.field.form) this.field.form.addEventListener("reset", () => setTimeout(() => this.read()));
      if (!this.tools) return;
      this.button("[data-pad-undo]", () => this.undo());
      this.button("[data-pad-clear]", () => this.clear());
      this.grower = this.button("[data-pad-grow]", () => this.grow(true));
      this.shrinker = this.button("[data-pad-shrink]", () => this.grow(false));
      this.shrinker.hidden = true;
      document.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && this.isGrown()) this.grow(false);
      });
      // Whoever walks on with the keyboard must see where they are.
      document.addEventListener("focusin", ({ target }) => {
        if (this.isGrown() && !this.tools.contains(target) && !box.contains(target)) this.grow(false, target);
      });
      this.scan = this.tools.querySelector("input[type=file]");
      if (this.scan) {
        this.scan.addEventListener("change", () => {
          this.show();
          this.tell(this.scan.files.length ? "已选签字扫描件，以扫描件为准。" : "没有选扫描件，请在签字框内手写。");
        });
      }
    }

    button(selector, act) {
      const button = this.tools.querySelector(selector);
      button.hidden = false;
      button.addEventListener("click", act);
      return button;
    }

    // --- the whole screen ----------------------------------------------------------------------------

    isGrown() {
      return this.box.classList.contains("pad--full");
    }

    // A finger needs more room than the line of a form; what is written keeps its shape in both sizes.
    grow(whole, focus = whole ? this.shrinker : this.grower) {
      this.box.classList.toggle("pad--full", whole);
      this.tools.classList.toggle("pad-tools--full", whole);
      this.grower.hidden = whole;
      this.shrinker.hidden = !whole;
      this.grower.setAttribute("aria-expanded", String(whole));
      focus.focus({ preventScroll: whole });
      if (!whole) this.box.scrollIntoView({ block: "nearest" });
      this.tell(whole ? "签字框已放大，手机横过来更宽。写完点“签好了”。" : "");
    }

    down(event) {
      // The hand that holds the pen often touches the glass first: the pen goes before.
      if (event.pointerType === "pen" && this.pointerType === "touch" && this.pointer !== null) {
        this.strokes.pop();
        this.pointer = null;
      }
      if (this.pointer !== null || event.button !== 0 || !this.box.clientWidth) return;
      if (this.strokes.length >= MOST_STROKES || this.points() >= MOST_POINTS) {
        this.tell("笔画太多了，请点“重签”，写得简单一些。");
        return;
      }
      this.fitToBox();
      this.pointer = event.pointerId;
      this.pointerType = event.pointerType;
      this.box.setPointerCapture(event.pointerId);
      const last = this.strokes.length ? this.strokes[this.strokes.length - 1] : null;
      // The clock runs on after a page came back: the new stroke follows the last one.
      if (!last) this.start = event.timeStamp;
      else if (this.start === undefined) this.start = event.timeStamp - last[last.length - 1][2] - 300;
      this.stroke = [];
      this.strokes.push(this.stroke);
      this.add(event);
      this.useHand();
      this.show();
    }

    move(event) {
      if (event.pointerId !== this.pointer) return;
      const events = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
      for (const each of events.length ? events : [event]) this.add(each);
      this.show();
    }

    up(event) {
      if (event.pointerId !== this.pointer) return;
      this.pointer = null;
      this.write();
      this.tell(`已签字，共${this.strokes.length}笔。`);
    }

    add(event) {
      if (this.points() >= MOST_POINTS) return;
      const frame = this.box.getBoundingClientRect();
      const within = (value, most) => Math.min(most, Math.max(0, Math.round(value * 10) / 10));
      const x = within(event.clientX - frame.left - this.box.clientLeft, this.width);
      const y = within(event.clientY - frame.top - this.box.clientTop, this.height);
      const last = this.stroke[this.stroke.length - 1] || this.lastPoint();
      if (this.stroke.length && Math.hypot(x - last[0], y - last[1]) < NEAREST_PX) return;
      const t = Math.round(event.timeStamp - this.start);
      this.stroke.push([x, y, Math.min(LONGEST_MS, Math.max(t, last ? last[2] : 0))]);
    }

    lastPoint() {
      const before = this.strokes[this.strokes.length - 2];
      return before ? before[before.length - 1] : null;
    }

    // The pad may have another size than when the first strokes were written: bring them to the present one.
    fitToBox() {
      const [width, height] = [this.box.clientWidth, this.box.clientHeight];
      if (this.strokes.length && (this.width !== width || this.height !== height)) {
        const { scale, left, top } = this.view();
        const placed = (value, offset, most) => Math.min(most, Math.max(0, Math.round((value * scale + offset) * 10) / 10));
        this.strokes = this.strokes.map((stroke) =>
          stroke.map(([x, y, t]) => [placed(x, left, width), placed(y, top, height), t]));
      }
      this.width = width;
      this.height = height;
    }

    // Whoever writes by hand after choosing a scan means the hand.
    useHand() {
      if (this.scan && this.scan.value) this.scan.value = "";
    }

    // --- drawing -------------------------------------------------------------------------------------

    // Written in a pad of another size (a phone that was turned): the ink is centred, smaller where it must be.
    view() {
      const [width, height] = [this.box.clientWidth, this.box.clientHeight];
      const points = this.strokes.flat();
      if (!points.length || (this.width === width && this.height === height)) return { scale: 1, left: 0, top: 0 };
      const [xs, ys] = [points.map((point) => point[0]), points.map((point) => point[1])];
      const [x0, x1] = [Math.min(...xs), Math.max(...xs)];
      const [y0, y1] = [Math.min(...ys), Math.max(...ys)];
      const scale = Math.min(1, (0.9 * width) / Math.max(1, x1 - x0), (0.8 * height) / Math.max(1, y1 - y0));
      return { scale, left: (width - (x0 + x1) * scale) / 2, top: (height - (y0 + y1) * scale) / 2 };
    }

    show() {
      if (!this.drawing) {
        this.drawing = requestAnimationFrame(() => {
          this.drawing = 0;
          this.draw();
        });
      }
      const empty = this.strokes.length === 0;
      if (this.hint) this.hint.style.display = empty ? "" : "none";
      if (!this.tools) return;
      for (const button of this.tools.querySelectorAll("[data-pad-undo], [data-pad-clear]")) button.disabled = empty;
    }

    draw() {
      const [width, height] = [this.box.clientWidth, this.box.clientHeight];
      const ratio = window.devicePixelRatio || 1;
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
      const pen = this.canvas.getContext("2d");
      const { scale, left, top } = this.view();
      pen.setTransform(scale * ratio, 0, 0, scale * ratio, left * ratio, top * ratio);
      pen.lineCap = "round";
      pen.lineJoin = "round";
      pen.strokeStyle = pen.fillStyle = this.colour;
      // Chosen instead of the hand, a scan leaves the drawing pale.
      pen.globalAlpha = this.scan && this.scan.value ? 0.25 : 1;
      for (const stroke of this.strokes) drawStroke(pen, stroke);
    }

    tell(text) {
      const status = this.tools && this.tools.querySelector("[data-pad-status]");
      if (status) status.textContent = text;
    }
  }

  // Curves from middle to middle of the touched points; quick lines are thinner.
  function drawStroke(pen, stroke) {
    const [x0, y0] = stroke[0];
    if (stroke.length === 1) {
      pen.beginPath();
      pen.arc(x0, y0, NIB_PX * 0.6, 0, 2 * Math.PI);
      pen.fill();
      return;
    }
    let speed = 0.3;
    let from = [x0, y0];
    for (let i = 1; i < stroke.length; i += 1) {
      const [ax, ay, at] = stroke[i - 1];
      const [bx, by, bt] = stroke[i];
      const to = i === stroke.length - 1 ? [bx, by] : [(ax + bx) / 2, (ay + by) / 2];
      if (bt > at) speed = speed * 0.8 + (Math.hypot(bx - ax, by - ay) / (bt - at)) * 0.2;
      pen.lineWidth = NIB_PX * (1.25 - 0.6 * (speed / (speed + 0.35)));
      pen.beginPath();
      pen.moveTo(from[0], from[1]);
      pen.quadraticCurveTo(ax, ay, to[0], to[1]);
      pen.stroke();
      from = to;
    }
  }

  for (const box of document.querySelectorAll(".pad[data-input]")) new Pad(box);
})();
