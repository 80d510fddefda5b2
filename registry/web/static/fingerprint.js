// A worker: the SHA-256 of a file (FIPS 180-4): of a small one by the browser's own means, of a large one piece by piece, so
// that a file of any size needs a few megabytes; and the title and ISRC that stand in its tags (ID3v2.2 to 2.4; Vorbis comments in FLAC and in Ogg, RFC 3533). The file goes nowhere.

const WHOLE = 64 << 20;
const PIECE = 4 << 20;
const HEAD = 1 << 20;

// the first 32 bits of the fractional parts of the cube (K) and square (H) roots of the first primes
const K = new Int32Array(64);
const H = new Int32Array(8);
for (let n = 2, found = 0; found < 64; n++) {
  let prime = true;
  for (let d = 2; d * d <= n; d++) if (n % d === 0) { prime = false; break; }
  if (!prime) continue;
  const bits = (root) => ((root - Math.floor(root)) * 0x100000000) | 0;
  if (found < 8) H[found] = bits(Math.sqrt(n));
  K[found++] = bits(Math.cbrt(n));
}

export function sha256() {
  const state = H.slice(), w = new Int32Array(64), left = new Uint8Array(64);
  let filled = 0, total = 0;

  function blocks(bytes, from, count) {
    let [h0, h1, h2, h3, h4, h5, h6, h7] = state;
    for (; count > 0; count--, from += 64) {
      for (let i = 0, at = from; i < 16; i++, at += 4) {
        w[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
      }
      for (let i = 16; i < 64; i++) {
        const x = w[i - 15], y = w[i - 2];
        const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
        const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
        w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
      }
      let a = h0, b = h1, c = h2, d = h3, e = h4, f = h5, g = h6, h = h7;
      for (let i = 0; i < 64; i++) {
        const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
        const t1 = (h + s1 + (g ^ (e & (f ^ g))) + K[i] + w[i]) | 0;
        const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
        const t2 = (s0 + ((a & b) | (c & (a | b)))) | 0;
        h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
      }
      h0 = (h0 + a) | 0; h1 = (h1 + b) | 0; h2 = (h2 + c) | 0; h3 = (h3 + d) | 0;
      h4 = (h4 + e) | 0; h5 = (h5 + f) | 0; h6 = (h6 + g) | 0; h7 = (h7 + h) | 0;
    }
    state.set([h0, h1, h2, h3, h4, h5, h6, h7]);
  }

  function update(bytes) {
    total += bytes.length;
    let at = 0;
    if (filled) {
      at = Math.min(64 - filled, bytes.length);
      left.set(bytes.subarray(0, at), filled);
      filled += at;
      if (filled < 64) return;
      blocks(left, 0, 1);
      filled = 0;
    }
    const whole = (bytes.length - at) >>> 6;
    blocks(bytes, at, whole);
    left.set(bytes.subarray(at + whole * 64));
    filled = bytes.length - at - whole * 64;
  }

  function digest() {
    const length = total, end = new Uint8Array(filled < 56 ? 64 - filled : 128 - filled);
    end[0] = 0x80;
    const view = new DataView(end.buffer);
    view.setUint32(end.length - 8, Math.floor(length / 0x20000000));
    view.setUint32(end.length - 4, (length << 3) >>> 0);
    update(end);
    return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  return { update, digest };
}

export async function tagsOf(file) {
  const head = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  const begins = (text, at = 0) => [...text].every((char, i) => head[at + i] === char.charCodeAt(0));
  if (begins("ID3")) return id3(head);
  if (begins("fLaC")) return flac(head);
  if (begins("OggS")) return ogg(head);
  return {};
}

const synchsafe = (b, at) => (b[at] << 21) | (b[at + 1] << 14) | (b[at + 2] << 7) | b[at + 3];
const big = (b, at) => ((b[at] << 24) | (b[at + 1] << 16) | (b[at + 2] << 8) | b[at + 3]) >>> 0;
const little = (b, at) => (b[at] | (b[at + 1] << 8) | (b[at + 2] << 16) | (b[at + 3] << 24)) >>> 0;

function id3(head) {
  const version = head[3], flags = head[5];
  let tag = head.subarray(10, 10 + synchsafe(head, 6));
  if (flags & 0x80 && version < 4) tag = synchronised(tag);
  let at = 0;
  if (flags & 0x40 && version > 2) at = version === 4 ? synchsafe(tag, 0) : 4 + big(tag, 0);
  const short = version === 2, found = {};
  while (at + (short ? 6 : 10) <= tag.length && tag[at]) {
    const name = String.fromCharCode(...tag.subarray(at, at + (short ? 3 : 4)));
    const size = short ? (tag[at + 3] << 16) | (tag[at + 4] << 8) | tag[at + 5]
      : version === 4 ? synchsafe(tag, at + 4) : big(tag, at + 4);
    const marks = short ? 0 : tag[at + 9];
    at += short ? 6 : 10;
    let body = tag.subarray(at, at + size);
    if (version === 4) body = id3v24(body, marks, flags);
    if (name === "TIT2" || name === "TT2") found.title = id3Text(body);
    if (name === "TSRC" || name === "TRC") found.isrc = id3Text(body);
    at += size;
  }
  return found;
}

// a frame's flags (ID3v2.4.0 structure, section 4.1.2): a group, a length before the data, unsynchronisation
function id3v24(body, marks, flags) {
  if (marks & 0x0c) return new Uint8Array(); // compressed or encrypted
  const whole = body.subarray((marks & 0x40 ? 1 : 0) + (marks & 0x01 ? 4 : 0));
  return marks & 0x02 || flags & 0x80 ? synchronised(whole) : whole;
}

const synchronised = (bytes) => bytes.filter((byte, i) => !(byte === 0 && bytes[i - 1] === 0xff));

function id3Text(body) {
  const label = ["windows-1252", "utf-16le", "utf-16be", "utf-8"][body[0]];
  if (!label) return "";
  let text = body.subarray(1);
  const swapped = body[0] === 1 && text[0] === 0xfe && text[1] === 0xff;
  return new TextDecoder(swapped ? "utf-16be" : label).decode(text).split("\0")[0];
}

function flac(head) {
  for (let at = 4; at + 4 <= head.length; ) {
    const kind = head[at] & 0x7f, last = head[at] & 0x80;
    const size = (head[at + 1] << 16) | (head[at + 2] << 8) | head[at + 3];
    if (kind === 4) return comments(head.subarray(at + 4, at + 4 + size));
    if (last) break;
    at += 4 + size;
  }
  return {};
}

// the second packet of a stream holds its comments; a packet goes over as many pages as it needs, between others'
function ogg(head) {
  const streams = new Map(), named = (bytes, from, to) => String.fromCharCode(...bytes.subarray(from, to));
  for (let at = 0; at + 27 <= head.length && named(head, at, at + 4) === "OggS"; ) {
    const serial = big(head, at + 14), sizes = head.subarray(at + 27, at + 27 + head[at + 26]);
    if (!streams.has(serial)) streams.set(serial, { first: null, parts: [] });
    const stream = streams.get(serial);
    at += 27 + sizes.length;
    for (const size of sizes) {
      stream.parts.push(head.subarray(at, at + size));
      at += size;
      if (size === 255 && at < head.length) continue;
      const packet = joined(stream.parts);
      stream.parts = [];
      if (stream.first === null) stream.first = named(packet, 0, 7);
      else if (named(packet, 0, 7) === "\x03vorbis") return comments(packet.subarray(7));
      else if (named(packet, 0, 8) === "OpusTags") return comments(packet.subarray(8));
      else if (stream.first.startsWith("\x7fFLAC") && (packet[0] & 0x7f) === 4) return comments(packet.subarray(4));
    }
  }
  return {};
}

function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return whole;
}

function comments(body) {
  const found = {}, read = new TextDecoder();
  let at = 4 + little(body, 0);
  const count = Math.min(little(body, at), 1_000);
  at += 4;
  for (let i = 0; i < count && at + 4 <= body.length; i++) {
    const size = little(body, at);
    if (at + 4 + size > body.length) break;
    const [name, ...rest] = read.decode(body.subarray(at + 4, at + 4 + Math.min(size, 10_000))).split("=");
    if (/^(title|isrc)$/i.test(name)) found[name.toLowerCase()] ??= rest.join("=");
    at += 4 + size;
  }
  return found;
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

async function digestOf(file) {
  if (file.size <= WHOLE && self.crypto?.subtle) {
    return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer())));
  }
  const hash = sha256();
  for (let at = 0; at < file.size; at += PIECE) {
    hash.update(new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer()));
    postMessage({ done: Math.min(at + PIECE, file.size) });
  }
  return hash.digest();
}

async function fingerprint(file) {
  const digest = await digestOf(file);
  let tags = {};
  try { tags = await tagsOf(file); } catch { /* broken tags: the fingerprint counts */ }
  return { sha256: digest, tags };
}

self.addEventListener("message", async ({ data: file }) => {
  try {
    postMessage(await fingerprint(file));
  } catch {
    postMessage({ failed: true });
  }
});
