"""A reply is signed for one status, one body and one request."""

import pytest

from registry.api.signed_reply import reply_signature
from registry.errors import VerificationFailed
from registry.signing.http_signature import verify_response
from tests.api.served import Served

BODY = b'{"a":1}'


@pytest.mark.parametrize(
    "changed", [{}, {"status": 201}, {"body": b"{}"}, {"request_method": "POST"}]
)
def test_a_reply_holds_by_the_published_keys_and_only_as_it_was_signed(
    world: Served, changed: dict[str, object]
) -> None:
    target = world.url + "/v1/changes"
    fields = reply_signature(
        world.registry, 200, "application/json", BODY,
        method="GET", target_uri=target, signature=None,
    )  # fmt: skip
    given: dict[str, object] = {"status": 200, "body": BODY, "request_method": "GET", **changed}

    def check() -> None:
        verify_response(
            **given,  # type: ignore[arg-type]
            headers={"content-type": "application/json", **fields},
            target_uri=target,
            request_signature=None,
            find_key=world.published().finder(),
            now=world.clock.now // 1000,
        )

    if changed:
        with pytest.raises(VerificationFailed):
            check()
    else:
        check()
