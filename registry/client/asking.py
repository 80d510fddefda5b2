"""The core of the client, without input or output: a question's way to a verified answer, in numbered steps.

1. sign, with a nonce that is used once;  2. send, and again after trouble that passes, each time signed anew;
3. the answer's signature, by keys that are trusted;  4. that it answers this very question, item by item;
5. that it is good now;  6. that its log continues the log known before;  7. the log's own signature, where its key is
pinned. Whatever fails raises. Sources: RFC 9421, RFC 9110 (Retry-After), docs/platforms.md.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from registry.client.answers import Answers, Receipt, Result, Validity
from registry.client.heads import Head, continues
from registry.client.pace import Pace, pause_before
from registry.client.packed_question import is_packed, packed
from registry.client.policy import Policy
from registry.client.published import PublishedKeys
from registry.client.question import MOST_QUESTION_BYTES, VERIFY, Asked, signed_question
from registry.client.verify import RECEIPT, Exchange, verify_answer, verify_checkpoint
from registry.client.wire import Flow, Lost, Pause, Reply, Request, refusal, retry_after
from registry.errors import TooLarge, Unavailable, VerificationFailed
from registry.instants import parse_rfc3339
from registry.signing.http_signature import response_keyid
from registry.signing.keys import Signer

DID_DOCUMENT: Final = "/.well-known/did.json"
SKEW_MS: Final = 30_000
_TRY_AGAIN: Final = frozenset({429, 502, 503, 504})
_SIGN_ANEW: Final = "signature-before-nonces"
_MOST_DOCUMENT_BYTES: Final = 1024 * 1024
_STALE_SECONDS: Final = 1.5


@dataclass(frozen=True, slots=True)
class Way:
    """How one client asks. `now` gives ms since 1970, `elapsed` seconds since whenever, and nobody sets it. `sandbox`:
    with a test key, so that only answers from there will do. `packed`: questions that are not small travel as zstd."""

    url: str
    signer: Signer
    keyid: str
    now: Callable[[], int]
    attempts: int = 4
    elapsed: Callable[[], float] = time.monotonic
    sandbox: bool = False
    packed: bool = False
    pace: Pace = field(default_factory=Pace)

    @property
    def log_url(self) -> str:
        return f"{self.url}/log"


@dataclass(slots=True)
class Trust:
    """What a client holds to be true of a registry; it only ever becomes more.

    `pinned` keys are never fetched again. `log_keys` are verifier keys of the log; `head` is the newest that was
    proved.
    """

    keys: PublishedKeys | None
    log_keys: Sequence[str] = ()
    head: Head | None = None
    platform: str | None = None
    pinned: bool = field(init=False)

    def __post_init__(self) -> None:
        self.pinned = self.keys is not None

    def saw(self, head: Head) -> None:
        """A head that was proved; an older one, of a slower question, changes nothing."""
        if self.head is None or head.size > self.head.size:
            self.head = head


def sent_until_answered(
    request: Callable[[], Request], attempts: int, now: Callable[[], int], what: str
) -> Flow[tuple[Request, Reply]]:
    """A request, made anew for each attempt, until it is answered by something else than trouble that passes.

    Raises: Unavailable when the attempts are used up, or the registry asks for a longer wait than a minute.
    """
    trouble = "nothing was sent"
    for attempt in range(attempts):
        this = request()
        reply = yield this
        wait = None
        if isinstance(reply, Reply):
            anew = reply.status == 401 and refusal(401, reply.body).code == _SIGN_ANEW
            if reply.status not in _TRY_AGAIN and not anew:
                return this, reply
            trouble = f"status {reply.status}"
            wait = retry_after(reply.headers, now() // 1000)
        elif isinstance(reply, Lost):
            trouble = reply.why
        if attempt + 1 < attempts:
            yield Pause(pause_before(attempt, wait, what))
    times = "1 attempt" if attempts == 1 else f"{attempts} attempts"
    raise Unavailable(f"{what} gave no answer in {times} ({trouble})")


def verified(
    asked: Asked, way: Way, trust: Trust, *, evidence: bool = True, receipt: bool = False
) -> Flow[tuple[dict[str, Any], Exchange]]:
    """Steps 1 to 4: the answer's members, and the exchange to file.

    Raises: Unavailable, Unauthenticated, Forbidden, InvalidInput or TooLarge for what the registry refuses,
    VerificationFailed for an answer that does not hold.
    """
    answer, exchange, _ = yield from _verified(
        asked, way, trust, evidence=evidence, receipt=receipt
    )
    return answer, exchange


def _verified(
    asked: Asked, way: Way, trust: Trust, *, evidence: bool, receipt: bool
) -> Flow[tuple[dict[str, Any], Exchange, float]]:
    """As `verified`; and when the question that was answered was sent, by `way.elapsed`."""
    body = asked.body()
    if len(body) > MOST_QUESTION_BYTES:
        raise TooLarge(f"a question has at most {MOST_QUESTION_BYTES:,} bytes, not {len(body):,}")
    body = packed(body) if way.packed else body
    target = way.url + VERIFY + ("" if evidence else "?evidence=none")
    sent_at = way.elapsed()

    def request() -> Request:
        nonlocal sent_at
        sent_at = way.elapsed()
        headers = signed_question(target, body, way.signer, way.keyid, way.now() // 1000)
        if receipt:
            headers["accept"] = RECEIPT
        if is_packed(body):
            headers["content-encoding"] = "zstd"
        return Request("POST", target, headers, body)

    if wait := way.pace.wait(way.elapsed()):
        yield Pause(wait)
    sent, reply = yield from sent_until_answered(
        request, way.attempts, way.now, f"the registry at {way.url}"
    )
    way.pace.saw(reply.headers, way.elapsed())
    if reply.status != 200:
        raise refusal(reply.status, reply.body)
    exchange = Exchange("POST", target, sent.headers, body, reply.status, reply.headers, reply.body)
    keys = yield from _keys_for(exchange, way, trust)
    answer = verify_answer(exchange, keys, now=way.now() // 1000, sandbox=way.sandbox)
    if receipt and reply.headers.get("content-type") != RECEIPT:
        raise VerificationFailed("the answer is no receipt though one was asked for")
    return answer, exchange, sent_at


def _keys_for(exchange: Exchange, way: Way, trust: Trust) -> Flow[PublishedKeys]:
    """The keys to hold an answer against: the pinned ones; else those that the registry publishes, fetched once and
    again when an answer names one that is not among them."""
    keys = trust.keys
    if keys is None or (not trust.pinned and response_keyid(exchange.headers) not in keys):
        keys = trust.keys = yield from published_keys(way.url, way.attempts, way.now)
    return keys


def published_keys(url: str, attempts: int, now: Callable[[], int]) -> Flow[PublishedKeys]:
    """The keys that a registry publishes now, trusted as far as the connection is.

    Raises: Unavailable, VerificationFailed.
    """
    document = url + DID_DOCUMENT
    _, reply = yield from sent_until_answered(
        lambda: Request("GET", document, most=_MOST_DOCUMENT_BYTES), attempts, now, document
    )
    if reply.status != 200:
        raise Unavailable(f"{document} answered with status {reply.status}")
    return PublishedKeys.read(reply.body)


def answered(
    asked: Asked,
    first: int,
    way: Way,
    trust: Trust,
    policy: Policy,
    *,
    evidence: bool,
    receipts: bool,
) -> Flow[list[Answers]]:
    """All seven steps; where question or answer is too large, in halves. `first` is the number of the first item.

    Raises: as `verified`.
    """
    known = trust.head
    try:
        answer, exchange, sent_at = yield from _verified(
            asked, way, trust, evidence=evidence, receipt=receipts
        )
    except TooLarge:
        parts: list[Answers] = []
        for half in asked.halves():
            number = first + sum(map(len, parts))
            parts += yield from answered(
                half, number, way, trust, policy, evidence=evidence, receipts=receipts
            )
        return parts
    validity = _good_now(answer, asked, way, sent_at)
    _same_asker(answer, trust)
    head = Head.of_answer(answer.get("checkpoint"))
    yield from _follow(head, known, way, trust)
    if validity is not None:
        validity.check()  # the log may have taken its time
    results = [
        Result(first + index, asset, policy.accepts(members), members, validity)
        for index, (asset, members) in enumerate(zip(asked.items, answer["results"], strict=True))
    ]
    kept = []
    if receipts:
        token = exchange.body.decode("ascii")
        kept.append(Receipt(first, len(results), exchange.question, token))
    return [
        Answers(
            asked.usage,
            policy,
            results,
            parse_rfc3339(answer["answered_at"]),
            None if validity is None else validity.until,
            answer["platform"],
            head,
            kept,
            () if validity is None else (validity,),
        )
    ]


def _good_now(answer: dict[str, Any], asked: Asked, way: Way, sent_at: float) -> Validity | None:
    """Step 5. How long the answer counts. Raises: VerificationFailed."""
    try:
        answered_at = parse_rfc3339(answer["answered_at"])
        until = answer["valid_until"]
        if asked.as_of is not None:
            if until is not None or parse_rfc3339(answer["as_of"]) != parse_rfc3339(asked.as_of):
                raise VerificationFailed("the answer is about another moment than the question")
            return None
        if answer.get("as_of") is not None or until is None:
            raise VerificationFailed("the answer is about the past, the question is about now")
        valid_until = parse_rfc3339(until)
    except KeyError as error:
        raise VerificationFailed(f"the answer has no {error}") from error
    now = way.now()
    if abs(answered_at - now) > 300_000 + SKEW_MS:
        raise VerificationFailed(
            f"the answer was given {abs(answered_at - now) // 1000} s from this clock's time: compare the clocks"
        )
    validity = Validity(answered_at, valid_until, sent_at, way.now, way.elapsed)
    validity.check()
    return validity


def _same_asker(answer: dict[str, Any], trust: Trust) -> None:
    """Still step 4: it was answered to us. Raises: VerificationFailed."""
    platform = answer.get("platform")
    if not isinstance(platform, str) or trust.platform not in (None, platform):
        raise VerificationFailed(
            f"the answer was given to the platform {platform}, not to {trust.platform or 'one that signed'}"
        )
    trust.platform = platform


def _follow(head: Head, known: Head | None, way: Way, trust: Trust) -> Flow[None]:
    """Steps 6 and 7. Raises: VerificationFailed, Unavailable where the log cannot be read."""
    head.check_after(known)
    proved: Head | None = None
    while trust.head is not None and trust.head != proved:  # others may have asked meanwhile
        proved = trust.head
        older, newer = (proved, head) if proved.size <= head.size else (head, proved)
        yield from continues(older, newer, way.log_url)
    if trust.log_keys and head != proved:
        signed = yield from _signed_after(head, way, trust)
        yield from continues(head, signed, way.log_url)
    trust.saw(head)


def _signed_after(head: Head, way: Way, trust: Trust) -> Flow[Head]:
    """The log's own signed head, once it is as new as the answer's; a cache may keep an older one for a moment."""
    for attempt in range(way.attempts):
        if attempt:
            yield Pause(_STALE_SECONDS)
        _, reply = yield from sent_until_answered(
            lambda: Request("GET", f"{way.log_url}/checkpoint", most=_MOST_DOCUMENT_BYTES),
            way.attempts,
            way.now,
            "the log's checkpoint",
        )
        if reply.status != 200:
            raise Unavailable(f"the log's checkpoint answered with status {reply.status}")
        signed = signed_head(reply.body, trust.log_keys)
        if signed.origin != head.origin or signed.size >= head.size:
            return signed
    raise VerificationFailed(
        f"the answer rests on {head.size} entries, and the log has signed no more than {signed.size}"
    )


def signed_head(note: bytes, log_keys: Sequence[str]) -> Head:
    """The head in a checkpoint that one of these keys of the log signed. Raises: VerificationFailed."""
    refused: VerificationFailed | None = None
    for key in log_keys:
        try:
            found = verify_checkpoint(note.decode("utf-8"), key)
        except VerificationFailed as error:
            refused = error
        except UnicodeDecodeError as error:
            raise VerificationFailed("the log's checkpoint is no text") from error
        else:
            return Head.of_checkpoint(found)
    raise refused or VerificationFailed("no key of the log is pinned")
