// Files chosen or dropped become lines in the box of works: title, ISRC and SHA-256. What stands in the box is what is
// sent; the files are not. Without this script the page says what to write instead.

const place = document.querySelector("[data-worker]");
const box = document.getElementById("works");
const input = place.querySelector("input");
const told = place.querySelector("ul");
const worker = new Worker(place.dataset.worker, { type: "module" });
let turn = Promise.resolve();

place.hidden = false;
input.addEventListener("change", () => take(input.files));
place.addEventListener("dragover", (event) => { event.preventDefault(); place.classList.add("over"); });
place.addEventListener("dragleave", () => place.classList.remove("over"));
place.addEventListener("drop", (event) => {
  event.preventDefault();
  place.classList.remove("over");
  take(event.dataTransfer.files);
});

function take(files) {
  for (const file of files) {
    const line = told.appendChild(document.createElement("li"));
    turn = turn.then(() => add(file, line));
  }
  turn = turn.then(() => { input.value = ""; });
}

async function add(file, line) {
  const say = (sentence, percent) => {
    line.textContent = place.dataset[sentence].replace("{percent}", percent).replace("{name}", () => file.name);
  };
  if (file.size === 0) return say("unreadable"); // every empty file has the same fingerprint
  told.parentElement.setAttribute("aria-busy", "true"); // progress is not read aloud, the outcome is
  say("running", 0);
  const found = await ask(file, (done) => say("running", Math.floor((100 * done) / file.size)));
  told.parentElement.removeAttribute("aria-busy");
  if (found.failed) return say("unreadable");
  if (box.value.includes(found.sha256)) return say("there");
  const parts = [titleOf(file, found.tags), isrcOf(found.tags), `sha256:${found.sha256}`];
  box.value = `${box.value.trimEnd()}\n${parts.filter(Boolean).join(", ")}\n`.trimStart();
  box.rows = Math.max(box.rows, box.value.split("\n").length);
  say("added");
}

function ask(file, progress) {
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => ("done" in data ? progress(data.done) : resolve(data));
    worker.onerror = () => resolve({ failed: true });
    worker.postMessage(file);
  });
}

function titleOf(file, tags) {
  const text = tags.title?.trim() || file.name.replace(/\.[^.]+$/, "");
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, " ").trim().slice(0, 500);
}

function isrcOf(tags) {
  const code = (tags.isrc ?? "").toUpperCase().replace(/[\s-]/g, "");
  return /^[A-Z]{2}[A-Z0-9]{3}\d{7}$/.test(code) ? code : "";
}
