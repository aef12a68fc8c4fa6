// SHA-256 (FIPS 180-4) in plain JavaScript: browsers have their own only over https, county offices use http.
// new Sha256().update(bytes).update(more).hex(); bytes is a Uint8Array of any length.
"use strict";
(() => {
  const K = new Uint32Array(64);
  const START = new Uint32Array(8);
  // The first 32 bits of the fractions of the cube roots (K) and square roots (START) of the first primes.
  const fraction = (x) => ((x - Math.floor(x)) * 4294967296) >>> 0;
  for (let n = 2, found = 0; found < 64; n += 1) {
    let prime = true;
    for (let d = 2; d * d <= n; d += 1) if (n % d === 0) prime = false;
    if (!prime) continue;
    if (found < 8) START[found] = fraction(Math.sqrt(n));
    K[found] = fraction(Math.cbrt(n));
    found += 1;
  }

  class Sha256 {
    constructor() {
      this.state = Uint32Array.from(START);
      this.block = new Uint8Array(64);
      this.filled = 0;
      this.length = 0; // bytes; exact up to 2^53
      this.words = new Uint32Array(64);
    }

    update(bytes) {
      this.length += bytes.length;
      let at = 0;
      while (at < bytes.length) {
        const take = Math.min(64 - this.filled, bytes.length - at);
        this.block.set(bytes.subarray(at, at + take), this.filled);
        this.filled += take;
        at += take;
        if (this.filled === 64) this.mix();
      }
      return this;
    }

    hex() {
      const bits = this.length;
      const tail = new Uint8Array((this.filled < 56 ? 64 : 128) - this.filled);
      tail[0] = 0x80;
      const view = new DataView(tail.buffer);
      view.setUint32(tail.length - 8, Math.floor(bits / 0x20000000));
      view.setUint32(tail.length - 4, (bits << 3) >>> 0);
      this.update(tail);
      return Array.from(this.state, (word) => word.toString(16).padStart(8, "0")).join("");
    }

    mix() {
      const w = this.words;
      const view = new DataView(this.block.buffer);
      for (let i = 0; i < 16; i += 1) w[i] = view.getUint32(i * 4);
      const turn = (x, n) => (x >>> n) | (x << (32 - n));
      for (let i = 16; i < 64; i += 1) {
        const s0 = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >>> 3);
        const s1 = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >>> 10);
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
      }
      let [a, b, c, d, e, f, g, h] = this.state;
      for (let i = 0; i < 64; i += 1) {
        const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
        const one = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
        const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
        const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
      }
      [a, b, c, d, e, f, g, h].forEach((value, i) => { this.state[i] += value; });
      this.filled = 0;
    }
  }
  window.Sha256 = Sha256;
})();
