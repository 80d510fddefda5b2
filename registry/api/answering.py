"""A platform's question and its answer, bytes to bytes: read, ask the service, present, sign.

Knows no Flask: the view and the tests share it. One transaction of the store covers who asks and what is
answered. Whatever is answered is signed with the answers key, bound to the question's signature if it has one.
"""

from base64 import b64encode
from functools import partial
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from registry.api.access_tokens import AccessTokens
from registry.api.anonymous_limit import AnonymousLimit
from registry.api.authentication import Asker, SignedRequests
from registry.api.encodings import SMALL_BYTES, chosen, decoded, encoded
from registry.api.in_turn import InTurn
from registry.api.json_bodies import encode_json
from registry.api.limits import places_of, platform_limit
from registry.api.present_answer import present_answers, records_of
from registry.api.question import AskedQuestion, read_item, read_question
from registry.api.signed_reply import reply_signature
from registry.api.watch import note_answer
from registry.bootstrap import Registry
from registry.domain.vocabulary import parse_usage
from registry.errors import InvalidInput, TokenRefused, TooLarge
from registry.instants import parse_rfc3339
from registry.services.answer import Answers, Inquiry, answer_within, works_met
from registry.services.read_record import read_record
from registry.signing.http_signature import SignedRequest
from registry.signing.jws import sign_jws
from registry.signing.keyring import verification_method
from registry.signing.keys import KeyPurpose
from registry.storage.ask_writer import NotedAsk
from registry.storage.lookups import LookupTransaction

RECEIPT = "application/answer-receipt+jwt"
MOST_QUESTION_BYTES = 4 * 1024 * 1024
"""As it is sent, and unpacked."""
MOST_ANSWER_BYTES = 16 * 1024 * 1024
MOST_RECORDS = 1_000
_OPTIONS = frozenset({"evidence", "include"})


class Options(msgspec.Struct, frozen=True, gc=False):
    """How to answer: with evidence, with the records' JWS, as a self-contained receipt."""

    evidence: bool = True
    records: bool = False
    receipt: bool = False


class Asked(msgspec.Struct, frozen=True, gc=False):
    """Everything of one HTTP request that matters. `query` and `address` as the server gives them; `token` is
    the access token, where one was shown."""

    request: SignedRequest
    query: str
    address: str
    receipt: bool
    token: str | None = None


class SignedAnswer(msgspec.Struct, frozen=True, gc=False):
    """The body to send and every header field that goes with it."""

    body: bytes
    headers: dict[str, str]


class Desk:
    """Answers for one registry. One instance a process, used by all threads."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._signed = SignedRequests(registry)
        self._tokens = AccessTokens(registry)
        self._anonymous = AnonymousLimit(registry.nonces, registry.settings.rate_anonymous)
        self.platforms = platform_limit(registry)
        """The limit of each platform, for whatever it asks here."""
        self._turn = None if registry.lookups.over_a_socket else InTurn()

    def answer(self, asked: Asked) -> SignedAnswer:
        """Answers a POST or a GET, signed or with a token, or within limits a GET of anybody.

        Raises: SignatureRefused, TokenRefused, InvalidInput naming the field, TooLarge, TooManyRequestsError,
        Unavailable where the store is away (never an absence).
        """
        if self._turn is None or _field(asked.request, "content-encoding") is not None:
            return self._answered(asked)
        with self._turn.taken(len(asked.request.body)):
            return self._answered(asked)

    def _answered(self, asked: Asked) -> SignedAnswer:
        request, registry = asked.request, self._registry
        limits: dict[str, str] = {}
        anonymous = request.method != "POST" and asked.token is None and _is_unsigned(request)
        if anonymous:
            limits = self._anonymous.take(asked.address, registry.clock())
        with registry.lookups.transaction() as transaction:
            asker = None if anonymous else self.asking_platform(transaction, asked)
            if request.method == "POST":
                options = _options(asked.query, asked.receipt)
                question, questioned = read_question(_unpacked(request)), request.body
            else:
                question, options = _question_of_query(asked.query, asked.receipt)
                questioned = request.target_uri.encode()
            if asker is not None:
                places = places_of(len(question.items))
                limits = self.platforms.take(asker.platform, registry.clock(), places)
            answers = answer_within(
                transaction,
                Inquiry(
                    question.usage,
                    question.items,
                    None if asker is None else asker.platform,
                    question.as_of,
                    options.evidence,
                ),
                now=registry.clock(),
                max_validity=registry.settings.max_validity,
            )
        registry.released(answers.head)
        note_answer(None if asker is None else asker.platform, question.usage.value, answers)
        digest = f"sha-256=:{b64encode(sha256(questioned).digest()).decode()}:"
        body = self._present(question, answers, asker, digest, options)
        signed = self._sign(request, asker, body, options, limits)
        if asker is not None:
            registry.asks.note(
                NotedAsk(
                    asker.platform,
                    answers.answered_at,
                    digest,
                    signed.headers["content-digest"],
                    question.usage.value,
                    partial(works_met, answers),
                )
            )
        return signed

    def asking_platform(self, transaction: LookupTransaction, asked: Asked) -> Asker:
        """The platform that signed a request, or shows an access token. Raises: SignatureRefused, TokenRefused,
        Unavailable."""
        if asked.token is None:
            return self._signed.asking_platform(transaction, asked.request)
        if not _is_unsigned(asked.request):
            raise TokenRefused(
                "a question is signed or has an access token, not both", code="token-and-signature"
            )
        return self._tokens.asking_platform(transaction, asked.token)

    def _present(
        self,
        question: AskedQuestion,
        answers: Answers,
        asker: Asker | None,
        digest: str,
        options: Options,
    ) -> bytes:
        members = present_answers(
            question,
            answers,
            self._registry.place,
            platform=None if asker is None else asker.platform,
            digest=digest,
            evidence=options.evidence,
        )
        if options.records:
            members["records"] = self._records(answers)
        body = encode_json(members)
        if len(body) > MOST_ANSWER_BYTES:
            raise TooLarge("the answer would be over 16 MiB; ask for fewer items, or evidence=none")
        return body

    def _records(self, answers: Answers) -> dict[str, str]:
        ids = records_of(answers)
        if len(ids) > MOST_RECORDS:
            raise TooLarge(
                f"more than {MOST_RECORDS:,} records lie behind this answer; ask for fewer items"
            )
        with self._registry.reading() as uow:
            base = self._registry.place.public_url
            return {
                f"{base}/v1/records/{id}": read_record(uow, id).body.decode("ascii") for id in ids
            }

    def _sign(
        self,
        request: SignedRequest,
        asker: Asker | None,
        body: bytes,
        options: Options,
        headers: dict[str, str],
    ) -> SignedAnswer:
        content_type = "application/json"
        if options.receipt:
            content_type = RECEIPT
            signer = self._registry.signers()[KeyPurpose.ANSWERS]
            kid = verification_method(self._registry.place.issuer, signer.kid)
            body = sign_jws(body, typ="answer-receipt+jwt", kid=kid, signer=signer).encode()
        packing = _packing(request, body)
        if packing is not None:
            body = encoded(body, packing)
            headers = {**headers, "content-encoding": packing, "vary": "accept-encoding"}
        signature = reply_signature(
            self._registry,
            200,
            content_type,
            body,
            method=request.method,
            target_uri=request.target_uri,
            signature=None if asker is None else asker.signature,
        )
        return SignedAnswer(
            body,
            {"content-type": content_type, "cache-control": "no-store", **signature, **headers},
        )


def _field(request: SignedRequest, name: str) -> str | None:
    headers = request.headers
    return headers(name) if callable(headers) else headers.get(name)


def _is_unsigned(request: SignedRequest) -> bool:
    return _field(request, "signature") is None and _field(request, "signature-input") is None


def _unpacked(request: SignedRequest) -> bytes:
    """The question's body, after its signature held over the bytes as they were sent."""
    return decoded(request.body, _field(request, "content-encoding"), MOST_QUESTION_BYTES)


def _packing(request: SignedRequest, body: bytes) -> str | None:
    """How to pack an answer: only for whoever packed the question too. Libraries ask for gzip and unpack by themselves,
    and then the digest, which is over the bytes as they travel, seems wrong to those who look at what they got."""
    if len(body) < SMALL_BYTES or _field(request, "content-encoding") is None:
        return None
    return chosen(_field(request, "accept-encoding"))


def _options(query: str, receipt: bool, also: frozenset[str] = frozenset()) -> Options:
    """The options in a query. Raises: InvalidInput naming the parameter."""
    if not query:
        return Options(receipt=receipt)
    found = _parameters(query, _OPTIONS | also)
    evidence = _one(found, "evidence")
    if evidence not in (None, "none", "full"):
        raise _bad("evidence", 'evidence is "none" or "full"')
    include = _one(found, "include")
    if include not in (None, "records"):
        raise _bad("include", 'include is "records"')
    if include is not None and evidence == "none":
        raise _bad(
            "include", "records are the evidence's; include=records contradicts evidence=none"
        )
    return Options(evidence != "none", include == "records", receipt)


def _question_of_query(query: str, receipt: bool) -> tuple[AskedQuestion, Options]:
    """A GET's question: one asset. Raises: InvalidInput naming the parameter."""
    known = frozenset({"usage", "id", "as_of", "run", "ref"})
    options = _options(query, receipt, known)
    found = _parameters(query, known | _OPTIONS)
    usage, as_of, run = _one(found, "usage"), _one(found, "as_of"), _one(found, "run")
    if usage is None or "id" not in found:
        name = "usage" if usage is None else "id"
        raise InvalidInput(f"the query needs {name}=…", field=name, code="missing-parameter")
    if run is not None and len(run) > 200:
        raise _bad("run", "run has at most 200 characters")
    item = read_item(found["id"], _one(found, "ref"))
    return (
        AskedQuestion(
            parse_usage(usage),
            (item,),
            None if as_of is None else parse_rfc3339(as_of, field="as_of"),
            run,
            {},
        ),
        options,
    )


def _parameters(query: str, known: frozenset[str]) -> dict[str, list[str]]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=1000)
    except ValueError:
        raise InvalidInput(
            "the query is not an encoded form in UTF-8 of at most 1,000 fields",
            code="bad-parameter",
        ) from None
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in known:
            raise InvalidInput(
                f"the parameter {name[:100]!r} is unknown; known are {', '.join(sorted(known))}",
                field=name[:100],
                code="unknown-parameter",
            )
        found.setdefault(name, []).append(value)
    return found


def _one(found: dict[str, list[str]], name: str) -> Any:
    values = found.get(name)
    if values is None:
        return None
    if len(values) > 1:
        raise _bad(name, f"{name} is given more than once")
    return values[0]


def _bad(name: str, why: str) -> InvalidInput:
    return InvalidInput(why, field=name, code="bad-parameter")
