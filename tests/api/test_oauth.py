"""OAuth 2 over HTTP: what says where tokens are, and a whole exchange with Authlib's own client."""

import pytest
import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey

from registry.api.problems import RESOURCE_METADATA
from registry.client.published import PublishedKeys
from registry.services.register_platform import add_platform_key
from registry.signing.access_token import verify_access_token
from registry.signing.keys import MemorySigner
from tests.api.client_assertions import QUESTION, assertion, fields, refused, send, token
from tests.api.served import STEWARD

SERVER = "/.well-known/oauth-authorization-server"
RESOURCE = "/.well-known/oauth-protected-resource"


class ShortLived(PrivateKeyJWT):
    """Authlib's own makes assertions that live an hour."""

    def __init__(self, kid: str, seconds: int = 60) -> None:
        super().__init__(alg="Ed25519")
        self.kid, self.seconds = kid, seconds

    def sign(self, auth, token_endpoint):
        return private_key_jwt_sign(
            auth.client_secret,
            auth.client_id,
            token_endpoint,
            alg=self.alg,
            header={"kid": self.kid},
            expires_in=self.seconds,
            issued_at=self.at(),
        )


@pytest.fixture
def partner(world):
    """(a key of the platform's, a session that authenticates with it)."""
    private = Ed25519PrivateKey.generate()
    signer = MemorySigner(private)
    with world.registry.writing() as ledger:
        add_platform_key(ledger, world.platform, signer.public.jwk, STEWARD)
    session = OAuth2Session(
        world.platform, OKPKey.import_key(private), token_endpoint_auth_method="private_key_jwt"
    )
    session.trust_env = False
    method = ShortLived(signer.kid)
    method.at = lambda: world.clock.now // 1000
    session.register_client_auth_method(method)
    with session:
        yield session


def test_authlibs_client_gets_a_token_and_asks_with_it(world, partner):
    found = requests.get(world.url + SERVER, timeout=30).json()
    given = partner.fetch_token(found["token_endpoint"], grant_type="client_credentials")
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 600)
    asked = requests.post(
        world.url + "/v1/verify",
        data=QUESTION,
        headers={
            "Content-Type": "application/json",
            "Authorization": f"Bearer {given['access_token']}",
        },
        timeout=30,
    )
    assert asked.status_code == 200
    assert asked.json()["platform"] == world.platform


def test_authlibs_client_is_refused_where_its_assertion_lives_too_long(world, partner):
    method = ShortLived(world.platform_signer.kid, 3600)
    method.at = lambda: world.clock.now // 1000
    partner.register_client_auth_method(method)
    with pytest.raises(OAuthError, match="invalid_client"):
        partner.fetch_token(world.url + "/oauth/token", grant_type="client_credentials")


def test_a_stranger_with_the_published_keys_checks_a_token_with_the_same_code(world):
    keys = PublishedKeys.read(world.http.get("/.well-known/jwks.json").content)
    held = verify_access_token(
        token(world),
        keys.finder(),
        issuer=world.url,
        audience=world.url,
        now=world.clock.now // 1000,
    )
    assert (held.client, held.client_kid) == (world.platform, world.platform_signer.kid)


def test_the_server_says_what_it_takes(world):
    response = world.call("GET", SERVER, token=None)
    found = response.json()
    assert response.headers["access-control-allow-origin"] == "*"
    AuthorizationServerMetadata({**found, "issuer": "https://x.example"}).validate_issuer()
    metadata = AuthorizationServerMetadata(found)
    metadata.validate_grant_types_supported()
    metadata.validate_token_endpoint_auth_methods_supported()
    metadata.validate_token_endpoint_auth_signing_alg_values_supported()
    assert found["issuer"] == world.url
    assert found["token_endpoint"] == world.url + "/oauth/token"
    assert found["grant_types_supported"] == ["client_credentials"]
    assert found["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert found["response_types_supported"] == []
    kids = [key["kid"] for key in requests.get(found["jwks_uri"], timeout=30).json()["keys"]]
    assert len(kids) == 4
    described = world.http.get("/.well-known/consent-registry").json()
    assert described["endpoints"]["token"] == found["token_endpoint"]
    assert described["limits"]["access_token_seconds"] == 600


def test_a_refused_question_leads_to_the_metadata_and_they_to_the_server(world):
    refusal = world.send(QUESTION, {"content-type": "application/json"})
    address = refusal.headers["www-authenticate"].partition('resource_metadata="')[2].rstrip('"')
    assert address == world.url + RESOURCE_METADATA
    found = world.call("GET", address.removeprefix(world.url), token=None).json()
    assert found["resource"] == world.url + "/v1/verify", "RFC 9728, section 3.3"
    assert found["authorization_servers"] == [world.url]
    assert found["bearer_methods_supported"] == ["header"]
    whole = world.call("GET", RESOURCE, token=None).json()
    assert whole == {**found, "resource": world.url}


def test_there_is_nothing_to_get_with_a_get(world):
    response = world.http.get("/oauth/token")
    assert response.status_code == 405
    assert response.headers["content-type"] == "application/problem+json"


def test_a_refusal_leads_to_a_page_that_says_which_check_failed(world):
    response = send(world, fields(assertion(world, aud="https://elsewhere.example")))
    assert refused(response)[2] == "assertion-audience"
    page = requests.get(response.json()["error_uri"], timeout=30)
    assert page.status_code == 200
    assert "audience" in page.text


def test_a_fault_of_ours_says_no_more_than_that(world, monkeypatch):
    def broken(*_, **__):
        raise LookupError("secret")

    monkeypatch.setattr("registry.api.token_desk.sign_access_token", broken)
    response = world.http.post("/oauth/token", data=fields(assertion(world)))
    assert response.status_code == 500
    assert "secret" not in response.text
    assert response.headers["cache-control"] == "no-store"
