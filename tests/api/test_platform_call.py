"""A platform's calls that are no questions: by signature or access token, counted, and answered signed."""

from registry.signing.http_signature import verify_response
from tests.api.client_assertions import assertion, fields
from tests.api.served import Served


def test_an_access_token_does_as_well_and_the_reply_is_signed_without_a_question_to_bind_it_to(
    world: Served,
) -> None:
    granted = world.http.post("/oauth/token", data=fields(assertion(world))).json()
    token = f"Bearer {granted['access_token']}"
    reply = world.http.get("/v1/webhooks", headers={"authorization": token})
    assert reply.json() == {"webhooks": []}
    verify_response(
        status=200,
        headers={name.lower(): value for name, value in reply.headers.items()},
        body=reply.content,
        request_method="GET",
        target_uri=f"{world.url}/v1/webhooks",
        request_signature=None,
        find_key=world.published().finder(),
        now=world.clock.now // 1000,
    )


def test_a_token_and_a_signature_at_once_are_refused(world: Served) -> None:
    granted = world.http.post("/oauth/token", data=fields(assertion(world))).json()
    headers = {
        **world.signed("GET", "/v1/webhooks"),
        "authorization": f"Bearer {granted['access_token']}",
    }
    refused = world.http.get("/v1/webhooks", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (401, "token-and-signature")


def test_a_refusal_is_not_signed_and_says_how_many_calls_are_left_to_whoever_is_known(
    world: Served,
) -> None:
    path = "/v1/webhooks/nothing/replay"
    refused = world.http.post(path, headers=world.signed("POST", path))
    assert refused.status_code == 404
    assert "signature" not in refused.headers
    assert refused.headers["ratelimit"].startswith('"platform";')
