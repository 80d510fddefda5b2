// A client of OAuth 2 that knows nothing of the registry but its address: oauth4webapi.
//
// Standard input: {"issuer", "client", "kid", "jwk": private, "skew": seconds, "question"}. It finds the token
// endpoint, authenticates with private_key_jwt, asks one question with the token, and checks the token as a
// resource server of somebody else's would. Prints what it saw.
import { readFileSync } from "node:fs";
import * as oauth from "oauth4webapi";

const given = JSON.parse(readFileSync(0, "utf8"));
const http = { [oauth.allowInsecureRequests]: true };
const issuer = new URL(given.issuer);

const refused = await fetch(`${given.issuer}/v1/verify`, {
  method: "POST",
  body: given.question,
  headers: { "content-type": "application/json" },
});
const [, address] = /resource_metadata="([^"]+)"/.exec(refused.headers.get("www-authenticate"));
const resource = new URL(`${given.issuer}/v1/verify`);
const described = await oauth.processResourceDiscoveryResponse(
  resource,
  await oauth.resourceDiscoveryRequest(resource, http),
);

const server = await oauth.processDiscoveryResponse(
  issuer,
  await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...http }),
);
const algorithm =
  given.jwk.kty === "OKP" ? { name: "Ed25519" } : { name: "ECDSA", namedCurve: "P-256" };
const key = await crypto.subtle.importKey("jwk", given.jwk, algorithm, false, ["sign"]);
const client = { client_id: given.client, [oauth.clockSkew]: given.skew };
const authenticate = oauth.PrivateKeyJwt({ key, kid: given.kid });

async function fetchToken(parameters) {
  return oauth.processClientCredentialsResponse(
    server,
    client,
    await oauth.clientCredentialsGrantRequest(server, client, authenticate, parameters, http),
  );
}

const token = await fetchToken({ scope: "verify" });
const answer = await oauth.protectedResourceRequest(
  token.access_token,
  "POST",
  resource,
  new Headers({ "content-type": "application/json" }),
  given.question,
  http,
);
const claims = await oauth.validateJwtAccessToken(
  server,
  new Request(resource, { headers: { authorization: `Bearer ${token.access_token}` } }),
  given.issuer,
  { [oauth.clockSkew]: given.skew, signingAlgorithms: ["Ed25519"], ...http },
);
let scopeError = null;
try {
  await fetchToken({ scope: "everything" });
} catch (error) {
  scopeError = error instanceof oauth.ResponseBodyError ? error.error : String(error);
}
console.log(
  JSON.stringify({
    address,
    resource: described.resource,
    type: token.token_type,
    status: answer.status,
    answer: await answer.json(),
    claims,
    scopeError,
  }),
);
