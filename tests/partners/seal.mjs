// The seal as docs/formats.md describes it, written from that page alone: digest in hexadecimal → SVG.
// Reads digests from standard input, one a line, and writes the seals as a JSON list.

const BANDS = [[320, 50, 425], [205, 45, 320], [105, 30, 200]];
const whole = (value) => Math.floor(value + 0.5);
const point = (x, y) => `${whole(x)} ${whole(y)}`;

function wave(M, S, L, lean, phase) {
  const half = Math.PI / L;
  let path = "";
  for (let k = 0; k <= 2 * L; k++) {
    const even = k % 2 === 0;
    const r = even ? M + S : M - S;
    const a = k * half + (even ? lean * half : 0) + phase + 0.001;
    const [x, y] = [r * Math.cos(a), r * Math.sin(a)];
    const [dx, dy] = [-0.45 * y * half, 0.45 * x * half];
    if (k === 0) path += `M${point(x, y)}C${point(x + dx, y + dy)}`;
    else path += `${k === 1 ? " " : "S"}${point(x - dx, y - dy)} ${point(x, y)}`;
  }
  return path;
}

function band(bytes, n, name) {
  const b = bytes.slice(8 * n, 8 * n + 8);
  const [m, s, R] = BANDS[n];
  const M = m + (b[4] % 31) - 15;
  const L = 6 + (b[0] % 7) - n;
  const S = s + (b[1] % (R - M - s + 1));
  const path = wave(M, S, L, (0.8 * (b[2] - 128)) / 128, (2 * Math.PI * b[3]) / (256 * L));
  let drawn = `<path d="${path}"/>`;
  const times = n < 2 && b[5] % 2 === 1 ? 4 : 3;
  for (let step = 0; step < times; step++) {
    const id = `s${name}${n}${"abcd"[step]}`;
    const angle = (360 / L / 2 ** (step + 1)).toFixed(4);
    drawn = `<g id="${id}">${drawn}</g><use href="#${id}" transform="rotate(${angle})"/>`;
  }
  return drawn;
}

function seal(hex) {
  const bytes = hex.match(/../g).map((pair) => parseInt(pair, 16));
  const edge = [...hex].map((digit) => `${parseInt(digit, 16) + 1} ${23 - parseInt(digit, 16)}`).join(" ");
  const bands = [0, 1, 2].map((n) => band(bytes, n, hex.slice(0, 8))).join("");
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-500 -500 1000 1000" aria-hidden="true" fill="none" ' +
    'stroke="currentColor" stroke-width="4"><circle r="492"/><circle r="436"/>' +
    `<circle r="464" pathLength="1536" stroke-width="30" stroke-dasharray="${edge}"/>${bands}</svg>`
  );
}

let text = "";
for await (const chunk of process.stdin) text += chunk;
console.log(JSON.stringify(text.split("\n").filter(Boolean).map(seal)));
