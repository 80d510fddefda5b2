"""Where the time of a signed single look-up goes: its stages in process, one after the other."""

import secrets
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

import msgspec

from registry.api.answering import Asked, Desk
from registry.api.question import read_question
from registry.bootstrap import Registry
from registry.domain.identifiers import parse_identifier
from registry.domain.matching import Question
from registry.domain.resolution import resolve
from registry.domain.vocabulary import Usage
from registry.signing.http_signature import (
    SignedRequest,
    parse_request_signature,
    sign_request,
    sign_response,
    verify_request,
)
from registry.signing.keys import KeyPurpose, MemorySigner
from registry.storage.glances import tell_at_a_glance


def print_stages(registry: Registry, signer: MemorySigner, questions: Sequence[Any]) -> None:
    """Prints microseconds a stage (median over the questions), and of the whole without the server."""
    target = f"{registry.place.public_url}/v1/verify"
    bodies = [msgspec.json.encode(question) for question in questions]
    answers_key = registry.signers()[KeyPurpose.ANSWERS]
    desk = Desk(registry)
    spent: dict[str, list[float]] = {}
    usage = Usage.GENERATIVE_TRAINING

    def timed(name: str, work: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        result = work()
        spent.setdefault(name, []).append(time.perf_counter() - started)
        return result

    for body in bodies:
        request = _signed(target, body, signer)
        now = registry.clock()
        parsed = timed("signature: parse and profile", lambda: parse_request_signature(request))
        timed(
            "signature: verify", lambda: verify_request(request, parsed, signer.public, now // 1000)
        )
        nonce = secrets.token_urlsafe(12)
        timed(
            "nonce", lambda: registry.nonces.spend(signer.kid, nonce, until=now + 400_000, now=now)
        )
        asked = timed("question: decode", lambda: read_question(body))
        texts = asked.items[0].identifiers
        identifiers = timed(
            "canonical forms", lambda: tuple(parse_identifier(text) for text in texts)
        )
        with registry.lookups.transaction() as transaction:
            timed(
                "store: head and key",
                lambda: (transaction.head(), transaction.platform_of_key(signer.kid)),
            )
            timed(
                "store and rules: at a glance",
                lambda: tell_at_a_glance(
                    transaction,
                    usage,
                    [identifiers],
                    now,
                    max_validity_ms=3_600_000,
                    with_evidence=True,
                ),
            )
            facts = timed("else: dossiers", lambda: transaction.facts(identifiers, None))
        timed("else: rules", lambda: resolve(Question(identifiers, usage, None, now), facts))
        timed(
            "answer: sign",
            lambda: sign_response(
                200,
                "application/json",
                b"x" * 900,
                request_method="POST",
                target_uri=target,
                request_signature=None,
                signer=answers_key,
                keyid=answers_key.kid,
                created=now // 1000,
            ),
        )
        whole = Asked(_signed(target, body, signer), "", "127.0.0.1", False)
        timed("the whole, in process", lambda: desk.answer(whole))
    print("\nwhere the time goes, µs (median)")
    for name, values in spent.items():
        print(f"  {name:32} {1e6 * median(values):8.0f}")


def _signed(target: str, body: bytes, signer: MemorySigner) -> SignedRequest:
    headers = sign_request(
        "POST",
        target,
        body,
        "application/json",
        signer,
        keyid=signer.kid,
        created=int(time.time()),
        nonce=secrets.token_urlsafe(12),
    )
    lower = {name.lower(): value for name, value in headers.items()}
    return SignedRequest("POST", target, {"content-type": "application/json", **lower}, body)
