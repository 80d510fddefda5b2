"""What this registry says of itself and of its keys."""

from registry.client.published import PublishedKeys
from registry.signing.note import parse_vkey


def test_the_keys_are_published_in_three_forms_that_agree(world):
    did = world.http.get("/.well-known/did.json")
    jwks = world.http.get("/.well-known/jwks.json")
    directory = world.http.get("/.well-known/http-message-signatures-directory")
    assert did.json()["id"].startswith("did:web:127.0.0.1%3A")
    assert len(PublishedKeys.read(did.content)) == len(PublishedKeys.read(jwks.content)) == 4
    assert directory.headers["content-type"] == "application/http-message-signatures-directory+json"
    (answers,) = directory.json()["keys"]
    assert answers["kid"] in [key["kid"] for key in jwks.json()["keys"]]
    response = world.ask_raw(b'{"usage":"search","items":[{"identifiers":["isrc:USRC17607839"]}]}')
    assert f'keyid="{answers["kid"]}"' in response.headers["signature-input"]


def test_the_description_names_what_a_partner_needs(world):
    said = world.http.get("/.well-known/consent-registry").json()
    assert parse_vkey(said["log"]["vkey"]).name == said["origin"] == world.settings.origin
    assert said["log"]["vkeys"] == [said["log"]["vkey"]]
    assert said["versions"].keys() == {"vocabulary", "canonical_form", "host_rules", "rules"}
    assert said["limits"]["items"] == 10_000
    assert len(said["usage_categories"]) == 9
    for url in said["endpoints"].values():
        assert url.startswith(world.url)
