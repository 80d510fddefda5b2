// Two implementations of RFC 9421 that know nothing of the registry: http-message-signatures and http-message-sig.
//
// Standard input: {"with", "url", "body", "kid", "jwk": private, "answerKeys": [JWK], "now": ms, "nonce"}.
// Signs a question with the one that is named, posts it, and verifies the answer's signature with both, over
// everything that docs/formats.md says it covers; then with one byte of the answer's digest changed. Prints what it saw.
import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import * as sig from "http-message-sig";
import signatures from "http-message-signatures";

const { createSigner, createVerifier, httpbis } = signatures;
const given = JSON.parse(readFileSync(0, "utf8"));
const NAMES = { OKP: "ed25519", EC: "ecdsa-p256-sha256" };
const TAG = "consent-registry";
const seconds = Math.floor(given.now / 1000);
const components = ["@method", "@target-uri", "content-type", "content-digest"];
const parameters = { created: seconds, expires: seconds + 300, keyid: given.kid, tag: TAG };
const digest = (bytes) => `sha-256=:${createHash("sha256").update(bytes).digest("base64")}:`;
const unsigned = {
  "content-type": "application/json",
  "content-digest": digest(given.body),
};

async function signedByHttpMessageSignatures(nonce) {
  const key = createPrivateKey({ key: given.jwk, format: "jwk" });
  const { headers } = await httpbis.signMessage(
    {
      key: createSigner(key, NAMES[given.jwk.kty], given.kid),
      name: "sig1",
      fields: components,
      params: ["created", "expires", "nonce", "keyid", "tag"],
      paramValues: {
        created: new Date(given.now),
        expires: new Date(given.now + 300_000),
        nonce,
        tag: TAG,
      },
    },
    { method: "POST", url: given.url, headers: unsigned },
  );
  return headers;
}

async function signedByHttpMessageSig(nonce) {
  const key = await crypto.subtle.importKey("jwk", given.jwk, "Ed25519", false, ["sign"]);
  const fields = await sig.createSignature(
    { kind: "request", method: "POST", targetUri: given.url, fields: asFields(unsigned) },
    {
      label: "sig1",
      components,
      parameters: { ...parameters, nonce },
      signer: sig.webcrypto.signer(key),
    },
  );
  return { ...unsigned, Signature: fields.signature, "Signature-Input": fields.signatureInput };
}

const asFields = (headers) => Object.entries(headers).map(([name, value]) => ({ name, value }));

async function verifiedByHttpMessageSignatures(asked, answered) {
  const found = await httpbis.verifyMessage(
    {
      keyLookup: async ({ keyid }) => {
        const jwk = given.answerKeys.find((each) => each.kid === keyid);
        const key = jwk && createPublicKey({ key: jwk, format: "jwk" });
        return key ? { id: keyid, verify: createVerifier(key, "ed25519") } : null;
      },
      notAfter: seconds + 60,
      requiredParams: ["created", "keyid", "tag"],
      requiredFields: ["@status", "content-type", "content-digest", "@method", "@target-uri", "signature"],
    },
    { status: answered.status, headers: answered.headers },
    { method: "POST", url: given.url, headers: asked },
  );
  return found === true;
}

async function verifiedByHttpMessageSig(asked, answered) {
  const bound = (name) => sig.component(name, { req: true });
  const verified = await sig.verifySignature(
    {
      kind: "response",
      status: answered.status,
      fields: asFields(answered.headers),
      request: { kind: "request", method: "POST", targetUri: given.url, fields: asFields(asked) },
    },
    {
      policy: {
        algorithms: ["ed25519"],
        requiredComponents: [
          "@status",
          "content-type",
          "content-digest",
          bound("@method"),
          bound("@target-uri"),
          sig.component("signature", { req: true, key: "sig1" }),
        ],
        requiredParameters: ["created", "keyid", "tag"],
        now: seconds,
        maxAge: 300,
        clockSkew: 30,
        validate: ({ parameters }) => parameters.tag === TAG,
      },
      resolveVerifier: async ({ parameters }) => {
        const jwk = given.answerKeys.find((each) => each.kid === parameters.keyid);
        const key = await crypto.subtle.importKey("jwk", jwk, "Ed25519", false, ["verify"]);
        return sig.webcrypto.verifier(key);
      },
    },
  );
  return verified.algorithm === "ed25519";
}

async function holds(verify, asked, answered) {
  try {
    return await verify(asked, answered);
  } catch {
    return false;
  }
}

const sign = {
  "http-message-signatures": signedByHttpMessageSignatures,
  "http-message-sig": signedByHttpMessageSig,
}[given.with];
const asked = await sign(given.nonce);
const response = await fetch(given.url, { method: "POST", body: given.body, headers: asked });
const body = await response.text();
const answered = { status: response.status, headers: Object.fromEntries(response.headers) };
const bent = {
  digest: { ...answered, headers: { ...answered.headers, "content-digest": digest("another") } },
  status: { ...answered, status: 404 },
};
const others = { ...asked, Signature: asked.Signature.replace(/:.{4}/, ":AAAA") };
const verifiers = {
  "http-message-signatures": verifiedByHttpMessageSignatures,
  "http-message-sig": verifiedByHttpMessageSig,
};
const seen = {};
for (const [name, verify] of Object.entries(verifiers)) {
  seen[name] = {
    whole: await holds(verify, asked, answered),
    digest: await holds(verify, asked, bent.digest),
    status: await holds(verify, asked, bent.status),
    question: await holds(verify, others, answered),
  };
}
console.log(
  JSON.stringify({
    status: response.status,
    body,
    digestHolds: answered.headers["content-digest"] === digest(body),
    seen,
  }),
);
