// Verifies a consent record in the visitor's browser with WebCrypto: what docs/auditors.md does offline.
// It trusts nothing of the page: record, proof and keys are fetched again, and the page is held against them.
// Sources: RFC 7515 (JWS), RFC 8037 (Ed25519), RFC 9162 section 2.1.3.2 (inclusion), C2SP signed-note, tlog-proof.

const REFUSED = ["jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256", "crit", "b64", "enc", "zip"];
const ENTRY_TYPES = { ConsentDeclaration: "declaration.issued", ConsentWithdrawal: "withdrawal.issued" };
const text = new TextEncoder();

class DoesNotHold extends Error {}

function must(condition, why) {
  if (!condition) throw new DoesNotHold(why);
}

function bytesOfBase64(value) {
  must(/^[A-Za-z0-9+/]*={0,2}$/.test(value), "base64");
  const bytes = Uint8Array.from(atob(value), (char) => char.charCodeAt(0));
  must(base64(bytes) === value, "base64 that is not canonical");
  return bytes;
}

function bytesOfBase64url(value) {
  must(/^[A-Za-z0-9_-]*$/.test(value), "base64url");
  const padded = value.replaceAll("-", "+").replaceAll("_", "/");
  return bytesOfBase64(padded + "=".repeat((4 - (padded.length % 4)) % 4));
}

function base64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

function hex(bytes) {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function same(left, right) {
  return left.length === right.length && left.every((byte, place) => byte === right[place]);
}

async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

async function signatureHolds(jwk, message, signature) {
  const algorithm = jwk.kty === "OKP" ? { name: "Ed25519" } : { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const { kty, crv, x, y } = jwk;
  const key = await crypto.subtle.importKey("jwk", y ? { kty, crv, x, y } : { kty, crv, x }, algorithm, false, ["verify"]);
  return crypto.subtle.verify(algorithm, key, signature, message);
}

async function fetched(path, accept) {
  const response = await fetch(path, { headers: { Accept: accept }, cache: "no-cache", credentials: "omit" });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response;
}

function readRecord(jws) {
  const parts = jws.split(".");
  must(parts.length === 3, "a JWS has three parts");
  const header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytesOfBase64url(parts[0])));
  const payload = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytesOfBase64url(parts[1])));
  must(header.typ === "vc+jwt" && ["Ed25519", "EdDSA", "ES256"].includes(header.alg), "the header");
  must(!REFUSED.some((name) => name in header), "the header brings a key of its own");
  return { header, payload, signed: text.encode(`${parts[0]}.${parts[1]}`), signature: bytesOfBase64url(parts[2]) };
}

function keyOf(record, did) {
  const kid = record.header.kid;
  must(typeof kid === "string" && kid.startsWith(`${did.id}#`) && record.payload.issuer === did.id, "the issuer");
  must(did.assertionMethod.includes(kid), "the key asserts nothing for this issuer");
  const method = did.verificationMethod.find((each) => each.id === kid);
  must(method, "the key is not listed");
  must(!method.revoked || Date.parse(record.payload.validFrom) < Date.parse(method.revoked), "the key was compromised");
  must((record.header.alg === "ES256") === (method.publicKeyJwk.kty === "EC"), "the algorithm is not the key's");
  return method.publicKeyJwk;
}

function base64url(bytes) {
  return base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// RFC 8785, for texts whose names are ASCII and that hold no numbers
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
  return `{${members.join(",")}}`;
}

// r || s of an ECDSA signature in DER, as authenticators write it (Web Authentication level 3, section 6.5.5)
function plainSignature(der) {
  must(der[0] === 0x30 && der[1] === der.length - 2 && der[1] < 0x80, "the passkey's signature");
  const numbers = [];
  let rest = der.slice(2);
  while (rest.length > 0) {
    must(rest[0] === 2 && rest[1] > 0 && rest.length >= 2 + rest[1], "the passkey's signature");
    const number = rest.slice(2, 2 + rest[1]);
    const short = number[0] === 0 ? number.slice(1) : number;
    must(short.length <= 32, "the passkey's signature");
    numbers.push(joined(new Uint8Array(32 - short.length), short));
    rest = rest.slice(2 + rest[1]);
  }
  must(numbers.length === 2, "the passkey's signature");
  return joined(...numbers);
}

function signedText({ issuer, credentialSubject, consentRecord }, validFrom) {
  const { declaration, rightsholder, subject, grantee, preferences } = credentialSubject;
  must(credentialSubject.type === "ConsentDeclaration" && declaration === consentRecord.recordId, "another record");
  const logged = Date.parse(consentRecord.event.time);
  const begin = validFrom === null ? logged : Math.max(logged, Date.parse(validFrom));
  must(preferences.every((each) => Date.parse(each.validFrom) === begin), "the begin");
  const said = preferences.map(({ usage, preference, conditions, validUntil }) => ({ usage, preference, conditions, validUntil }));
  return canonical({ type: "ConsentDeclaration", version: "1", issuer, declaration, rightsholder, subject, grantee, validFrom, preferences: said });
}

// The declarant's own signature (docs/formats.md): the passkey that the page names signed what this record says.
async function declarantHolds(payload, kid) {
  const own = (payload.evidence ?? []).filter((each) => each.type === "DeclarantSignature");
  must(own.length === 1, "one signature of the declarant's own");
  const { publicKey, validFrom } = own[0];
  const [data, clientData, signature] = ["authenticatorData", "clientDataJSON", "signature"].map((name) => bytesOfBase64url(own[0][name]));
  must(base64url(await sha256(text.encode(canonical(publicKey)))) === kid, "another key");
  const said = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(clientData));
  const { origin, hostname } = new URL(payload.id);
  must(said.type === "webauthn.get" && said.origin === origin && !said.crossOrigin, "made on another page");
  must(said.challenge === base64url(await sha256(text.encode(signedText(payload, validFrom)))), "it signs something else");
  must(data.length >= 37 && same(data.slice(0, 32), await sha256(text.encode(hostname))), "for another host");
  must((data[32] & 5) === 5, "its owner was not verified");
  const message = joined(data, await sha256(clientData));
  must(await signatureHolds(publicKey, message, publicKey.y ? plainSignature(signature) : signature), "the passkey's signature");
}

async function entryOf(jws, record) {
  const consent = record.payload.consentRecord;
  const blind = base64url(await sha256(text.encode(consent.recordId)));
  const digest = base64(await sha256(text.encode(jws)));
  const type = ENTRY_TYPES[record.payload.credentialSubject.type];
  must(type, "the record's type");
  return `{"v":1,"type":"${type}","id":"${blind}","digest":"sha-256=:${digest}:","time":"${consent.event.time}"}`;
}

function readProof(proof) {
  const [head, ...rest] = proof.split("\n\n");
  const lines = head.split("\n");
  must(lines[0] === "c2sp.org/tlog-proof@v1", "the proof's form");
  const index = /^index (0|[1-9][0-9]{0,15})$/.exec(lines[1]);
  must(index, "the proof's index");
  const note = rest.join("\n\n");
  const [body, signatures] = [note.slice(0, note.indexOf("\n\n") + 1), note.slice(note.indexOf("\n\n") + 2)];
  const [origin, size, root] = body.split("\n");
  must(/^[1-9][0-9]{0,15}$/.test(size), "the log's size");
  return { index: Number(index[1]), path: lines.slice(2).map(bytesOfBase64), body, signatures, origin, size: Number(size), root: bytesOfBase64(root) };
}

const half = (number) => Math.floor(number / 2);

async function leadsTo(leaf, { index, size, path, root }) {
  must(index < size, "the entry lies beyond the log");
  let [place, last, hash] = [index, size - 1, leaf];
  for (const sibling of path) {
    must(last !== 0, "the proof is too long");
    if (place % 2 === 1 || place === last) {
      hash = await sha256(joined([1], sibling, hash));
      while (place !== 0 && place % 2 === 0) [place, last] = [half(place), half(last)];
    } else {
      hash = await sha256(joined([1], hash, sibling));
    }
    [place, last] = [half(place), half(last)];
  }
  must(last === 0 && same(hash, root), "the proof does not lead to the log's root");
}

async function checkpointHolds(proof, vkeys) {
  for (const vkey of vkeys) {
    const [name, id, ...rest] = vkey.split("+");
    const key = bytesOfBase64(rest.join("+"));
    if (name !== proof.origin || key[0] !== 1) continue;
    const expected = hex((await sha256(joined(text.encode(`${name}\n`), key))).slice(0, 4));
    must(expected === id, "the verifier key");
    for (const line of proof.signatures.split("\n")) {
      const found = /^— (\S+) (\S+)$/.exec(line);
      if (!found || found[1] !== name) continue;
      const signature = bytesOfBase64(found[2]);
      if (hex(signature.slice(0, 4)) !== id) continue;
      const jwk = { kty: "OKP", crv: "Ed25519", x: base64url(key.slice(1)) };
      must(await signatureHolds(jwk, text.encode(proof.body), signature.slice(4)), "the head's signature");
      return;
    }
  }
  must(false, "no key of the log signed this head");
}

function pageHolds(page, id, subject, consent) {
  must(consent.recordId === id, "another record");
  const said = new Map((subject.preferences ?? subject.ends).map((each) => [each.usage, each.preference ?? ""]));
  const rows = [...page.querySelectorAll("[data-usage]")];
  must(rows.filter((row) => said.has(row.dataset.usage)).length === said.size, "a use is missing on the page");
  for (const row of rows) must(row.dataset.preference === (said.get(row.dataset.usage) ?? ""), "the page shows something else");
  for (const row of rows) {
    const shown = row.querySelector(".verdict use")?.getAttribute("href");
    must(!shown || shown === `#glyph-${row.dataset.preference || "unstated"}`, "the page shows another sign");
  }
}

function digestOnTheSeal(page) {
  const bars = page.querySelector(".seal [stroke-dasharray]").getAttribute("stroke-dasharray").split(" ");
  return bars.filter((_, place) => place % 2 === 0).map((bar) => (Number(bar) - 1).toString(16)).join("");
}

async function verify(page) {
  const id = page.dataset.record;
  const jws = await (await fetched(`/v1/records/${id}`, "application/vc+jwt")).text();
  const did = await (await fetched("/.well-known/did.json", "application/json")).json();
  const description = await (await fetched("/.well-known/consent-registry", "application/json")).json();
  const proofText = await (await fetched(`/v1/records/${id}/proof`, "text/plain")).text();
  let record, proof;
  return {
    key: () => keyOf((record = readRecord(jws)), did),
    signature: async () => {
      record = readRecord(jws);
      must(await signatureHolds(keyOf(record, did), record.signed, record.signature), "the signature");
    },
    digest: async () => {
      const digest = hex(await sha256(text.encode(jws)));
      must(digest === page.dataset.digest && digest === digestOnTheSeal(page), "the digest");
    },
    page: () => pageHolds(page, id, readRecord(jws).payload.credentialSubject, readRecord(jws).payload.consentRecord),
    entry: async () => {
      proof = readProof(proofText);
      const entry = text.encode(await entryOf(jws, readRecord(jws)));
      await leadsTo(await sha256(joined([0], entry)), proof);
    },
    checkpoint: async () => checkpointHolds(proof ?? readProof(proofText), description.log.vkeys),
    declarant: async () => declarantHolds(readRecord(jws).payload, page.dataset.declarant),
  };
}

async function outcomeOf(check) {
  try {
    await check();
    return "yes";
  } catch (error) {
    const cannot = error instanceof DOMException && error.name === "NotSupportedError";
    return cannot ? "unable" : "no";
  }
}

async function run(page, box) {
  const outcome = box.querySelector(".outcome");
  const found = new Set();
  let checks;
  try {
    checks = crypto.subtle ? await verify(page) : {};
  } catch {
    checks = {};
  }
  for (const line of box.querySelectorAll("[data-check]")) {
    const check = checks[line.dataset.check];
    const result = check ? await outcomeOf(check) : "unable";
    line.dataset.result = result;
    line.querySelector("strong").textContent = { yes: "✓ ", no: "✗ ", unable: "– " }[result] + line.dataset[result];
    found.add(result);
  }
  const { failed, unknown, held } = box.dataset;
  outcome.textContent = found.has("no") ? failed : found.has("unable") ? unknown : held;
  outcome.dataset.result = found.has("no") ? "no" : found.has("unable") ? "unable" : "yes";
}

const page = document.querySelector("[data-record]");
const box = page?.querySelector(".checks");
if (box) {
  box.hidden = false;
  box.querySelector("button").addEventListener("click", () => run(page, box));
}
