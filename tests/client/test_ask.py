"""Asking: an answer or an error, never anything in between that could read as permission."""

import json
from collections.abc import Callable
from dataclasses import replace

import httpx2
import pytest

from registry.client.ask import Asked, Asset, fetch_keys
from registry.errors import (
    Forbidden,
    InvalidInput,
    RegistryError,
    TooLarge,
    Unauthenticated,
    Unavailable,
    VerificationFailed,
)
from registry.signing.keys import generate
from tests.client.conftest import DENIED, Partner

QUESTION = Asked("generative-training", [Asset([DENIED])])


class Between(httpx2.BaseTransport):
    """Stands between client and application: sees every request, may answer in its place."""

    def __init__(
        self,
        application: httpx2.BaseTransport,
        answer: Callable[[int, httpx2.Request], httpx2.Response | None],
        change: Callable[[bytes], bytes] = bytes,
    ) -> None:
        self.application, self.answer, self.change = application, answer, change
        self.seen: list[httpx2.Request] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(request)
        instead = self.answer(len(self.seen), request)
        if instead is not None:
            return instead
        response = self.application.handle_request(request)
        body = self.change(response.read())
        headers = [(k, v) for k, v in response.headers.items() if k != "content-length"]
        return httpx2.Response(response.status_code, headers=headers, content=body)


def failing(
    times: int, with_: Callable[[], httpx2.Response]
) -> Callable[..., httpx2.Response | None]:
    return lambda number, request: with_() if number <= times else None


def away() -> httpx2.Response:
    raise httpx2.ConnectError("nobody there")


def test_a_verified_answer_comes_back_with_its_exchange(partner: Partner) -> None:
    with partner.client() as client:
        verified = partner.asker().ask(QUESTION, client)
    assert verified.answer["results"][0]["decision"] == "deny"
    assert json.loads(verified.exchange.body) == verified.answer


@pytest.mark.parametrize(
    "trouble", [lambda: httpx2.Response(503), lambda: httpx2.Response(429), away]
)
def test_trouble_that_passes_is_waited_out_each_time_with_a_fresh_nonce(
    partner: Partner, trouble: Callable[[], httpx2.Response]
) -> None:
    between = Between(partner.application, failing(2, trouble))
    with partner.client(between) as client:
        verified = partner.asker().ask(QUESTION, client)
    assert verified.answer["results"][0]["permitted"] is False
    signatures = {request.headers["signature-input"] for request in between.seen}
    assert len(signatures) == len(between.seen) == 3


def test_pauses_between_attempts_grow(partner: Partner) -> None:
    pauses: list[float] = []
    asker = replace(partner.asker(), pause=pauses.append, attempts=4)
    between = Between(partner.application, failing(9, lambda: httpx2.Response(503)))
    with partner.client(between) as client, pytest.raises(Unavailable):
        asker.ask(QUESTION, client)
    assert pauses == sorted(pauses)
    assert len(pauses) == 3
    assert pauses[0] > 0


@pytest.mark.parametrize("trouble", [lambda: httpx2.Response(503), away])
def test_trouble_that_stays_is_an_error(
    partner: Partner, trouble: Callable[[], httpx2.Response]
) -> None:
    between = Between(partner.application, failing(9, trouble))
    with partner.client(between) as client, pytest.raises(Unavailable, match="3 attempts"):
        partner.asker().ask(QUESTION, client)
    assert len(between.seen) == 3


@pytest.mark.parametrize("status", [200, 201, 204, 301, 404, 500])
def test_an_unsigned_answer_is_an_error_whatever_it_says(partner: Partner, status: int) -> None:
    permission = {"usage": "generative-training", "results": [{"index": 0, "permitted": True}]}
    between = Between(
        partner.application, failing(9, lambda: httpx2.Response(status, json=permission))
    )
    with partner.client(between) as client, pytest.raises(VerificationFailed):
        partner.asker().ask(QUESTION, client)


def test_an_answer_that_was_changed_on_its_way_is_an_error(partner: Partner) -> None:
    between = Between(
        partner.application,
        lambda number, request: None,
        lambda body: body.replace(b"false", b"true"),
    )
    with partner.client(between) as client, pytest.raises(VerificationFailed):
        partner.asker().ask(QUESTION, client)


def test_an_answer_to_an_earlier_question_is_an_error(partner: Partner) -> None:
    with partner.client() as client:
        old = partner.asker().ask(QUESTION, client).exchange
    replayed = httpx2.Response(200, headers=dict(old.headers), content=old.body)
    between = Between(partner.application, failing(1, lambda: replayed))
    with partner.client(between) as client, pytest.raises(VerificationFailed):
        partner.asker().ask(QUESTION, client)


def test_a_refusal_is_the_registrys_own_words_and_is_not_tried_again(partner: Partner) -> None:
    stranger = generate()
    asker = replace(partner.asker(), signer=stranger, keyid=stranger.kid)
    between = Between(partner.application, lambda number, request: None)
    with partner.client(between) as client, pytest.raises(Unauthenticated, match="key"):
        asker.ask(QUESTION, client)
    assert len(between.seen) == 1


def test_a_question_that_makes_no_sense_names_its_field(partner: Partner) -> None:
    with partner.client() as client, pytest.raises(InvalidInput) as refused:
        partner.asker().ask(Asked("everything", [Asset([DENIED])]), client)
    assert refused.value.field == "usage"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, InvalidInput),
        (401, Unauthenticated),
        (403, Forbidden),
        (413, TooLarge),
        (418, VerificationFailed),
    ],
)
def test_every_refusal_is_an_error_also_without_a_problem_document(
    partner: Partner, status: int, error: type[RegistryError]
) -> None:
    between = Between(partner.application, failing(9, lambda: httpx2.Response(status, text="no")))
    with partner.client(between) as client, pytest.raises(error, match=str(status)):
        partner.asker().ask(QUESTION, client)


def test_a_clock_that_is_wrong_is_named(partner: Partner) -> None:
    with partner.client() as client, pytest.raises(Unauthenticated, match="expired"):
        partner.asker(now=1_700_000_000).ask(QUESTION, client)


def test_keys_are_fetched_or_it_is_an_error(partner: Partner) -> None:
    url = partner.registry.settings.public_url
    for trouble in (lambda: httpx2.Response(404), away):
        between = Between(partner.application, failing(1, trouble))
        with partner.client(between) as client, pytest.raises(Unavailable):
            fetch_keys(url, client)
    with partner.client() as client:
        assert len(fetch_keys(url, client)) == 4


def test_optional_members_are_left_out_of_the_question() -> None:
    assert json.loads(QUESTION.body()) == {
        "usage": "generative-training",
        "items": [{"identifiers": [DENIED]}],
    }
    full = Asked("search", [Asset([DENIED], "r")], as_of="2026-01-01T00:00:00Z", run="x")
    assert json.loads(full.body())["as_of"] == "2026-01-01T00:00:00Z"
