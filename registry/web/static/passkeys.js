// Passkeys: asks the registry what to ask the authenticator, asks it, and gives back what it answered.
// Source: W3C Web Authentication level 3, sections 5.1.3 and 5.1.4 (JSON forms: 5.1.8 to 5.1.10, done by hand for older
// browsers). Without this script the pages offer the password.

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

async function post(path, fields) {
  const reply = await fetch(path, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { Accept: "application/json" },
  });
  const members = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new Error(members.detail ?? String(reply.status));
  return members;
}

function known(list) {
  return (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));
}

function answerOf(credential) {
  const { response } = credential;
  const members = { clientDataJSON: text(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"])
    if (response[name]) members[name] = text(response[name]);
  const { id, type } = credential;
  return JSON.stringify({ id, rawId: text(credential.rawId), type, response: members, clientExtensionResults: {} });
}

async function make(options) {
  return navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: known(options.excludeCredentials),
    },
  });
}

async function show(options) {
  return navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: known(options.allowCredentials),
    },
  });
}

// Where the device is to sign a text, and not only to show itself: the challenge has to be the digest of the text that is shown.
async function showText(form, begun) {
  if (begun.text === undefined) return;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(begun.text));
  if (text(digest) !== begun.options.challenge) throw new Error(form.dataset.other);
  form.querySelector("[data-text]").textContent = begun.text;
  form.querySelector("details").hidden = false;
}

async function run(form) {
  const fields = Object.fromEntries(new FormData(form));
  const begun = await post(form.dataset.options, fields);
  await showText(form, begun);
  const credential = await (form.dataset.step === "make" ? make : show)(begun.options);
  const done = await post(form.action, { ...fields, ceremony: begun.ceremony, credential: answerOf(credential) });
  location.assign(done.next);
}

for (const form of document.querySelectorAll("form[data-step]")) {
  if (!window.PublicKeyCredential) break;
  form.closest("[hidden]")?.removeAttribute("hidden");
  const said = form.querySelector("[role=alert]");
  const button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    said.textContent = "";
    try {
      await run(form);
    } catch (error) {
      // the browser says the same whether somebody declined or there is no passkey; an address without a name is a SecurityError
      const declined = error instanceof DOMException && error.name !== "SecurityError";
      said.textContent = declined ? form.dataset.declined : error.message;
      button.disabled = false;
    }
  });
}
