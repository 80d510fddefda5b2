"""A platform's question and its answer, bytes to bytes: read, ask the service, present, sign.

Knows no Flask: the view and the tests share it. One transaction of the store covers who asks and what is
answered. Whatever is answered is signed with the answers key, bound to the question's signature if it has one.
"""

import msgspec

from registry.api.access_tokens import AccessTokens
from registry.api.anonymous_limit import AnonymousLimit
from registry.api.authentication import Asker, SignedRequests
from registry.api.encodings import SMALL_BYTES, chosen, decoded, encoded
from registry.api.in_turn import PATIENCE_SECONDS, InTurn
from registry.api.json_bodies import encode_json
from registry.api.limits import places_of, platform_limit
from registry.api.present_answer import present_answers, records_of
from registry.api.question import AskedQuestion, plain_question, read_question
from registry.api.question_query import Options, options_of, question_of
from registry.api.signed_reply import reply_signature
from registry.api.watch import note_answer
from registry.bootstrap import Registry
from registry.errors import TokenRefused, TooLarge
from registry.services.answer import Answers, Inquiry, answer_within, decided, met_later
from registry.services.answer_sandbox import answer_sandbox
from registry.services.ledger import holds_record
from registry.services.read_record import find_record
from registry.signing.content_digest import content_digest
from registry.signing.http_signature import SignedRequest
from registry.signing.jws import sign_jws
from registry.signing.keyring import verification_method
from registry.signing.keys import KeyPurpose
from registry.signing.usual_request import UsualRequest
from registry.storage.ask_writer import NotedAsk
from registry.storage.lookups import LookupTransaction

RECEIPT = "application/answer-receipt+jwt"
MOST_QUESTION_BYTES = 4 * 1024 * 1024
"""As it is sent, and unpacked."""
MOST_ANSWER_BYTES = 16 * 1024 * 1024
MOST_RECORDS = 1_000
_JSON = "application/json"
_USUALLY = Options()


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
        # where the store answers over a socket, others go on meanwhile
        self._turn = InTurn(None if registry.lookups.over_a_socket else PATIENCE_SECONDS)
        self._anonymous = AnonymousLimit(registry.nonces, registry.settings.rate_anonymous)
        self.platforms = platform_limit(registry)
        """The limit of each platform, for whatever it asks here."""

    def answer(self, asked: Asked) -> SignedAnswer:
        """Answers a POST or a GET, signed or with a token, or within limits a GET of anybody.

        Raises: SignatureRefused, TokenRefused, InvalidInput naming the field, TooLarge, TooManyRequestsError,
        Unavailable where the store is away (never an absence).
        """
        request, registry = asked.request, self._registry
        limits: dict[str, str] = {}
        anonymous = request.method != "POST" and asked.token is None and _is_unsigned(request)
        if anonymous:
            limits = self._anonymous.take(asked.address, registry.clock())
        with registry.lookups.transaction() as transaction:
            asker = None if anonymous else self.asking_platform(transaction, asked, sandbox=True)
            if request.method == "POST":
                options = options_of(asked.query, asked.receipt)
                question, questioned = read_question(_unpacked(request)), request.body
            else:
                question, options = question_of(asked.query, asked.receipt)
                questioned = request.target_uri.encode()
            if asker is not None:
                limits = self._places(asker, question)
            answers = self._answers(transaction, question, asker, options)
        registry.released(answers.head)
        digest = content_digest(questioned)
        decisions = self._decisions(question, answers, asker)
        body = self._present(question, answers, asker, digest, options)
        signed = self._sign(request, asker, body, options, limits)
        self._note(question, answers, asker, digest, signed, decisions)
        return signed

    def answer_usual(self, request: UsualRequest, body: bytes) -> SignedAnswer | None:
        """The same for a signed question of the usual form, asked for with evidence and as JSON. None for one in which
        anything is not as it should be: nothing was spent on it, and `answer` says what it is.
        """
        question = plain_question(body)
        if question is None:
            return None
        in_turn = self._turn.take()
        try:
            return self._answer_plainly(request, question)
        finally:
            if in_turn:
                self._turn.give_back()

    def _answer_plainly(
        self, request: UsualRequest, question: AskedQuestion
    ) -> SignedAnswer | None:
        registry = self._registry
        with registry.lookups.transaction() as transaction:
            asker = self._signed.platform_of_usual(transaction, request)
            if asker is None:
                return None
            limits = self._places(asker, question)
            answers = self._answers(transaction, question, asker, _USUALLY)
        registry.released(answers.head)
        decisions = self._decisions(question, answers, asker)
        answer = self._present(question, answers, asker, request.digest, _USUALLY)
        signature = reply_signature(
            registry,
            200,
            _JSON,
            answer,
            method="POST",
            target_uri=request.target_uri,
            signature=asker.signature,
        )
        signed = _signed(answer, _JSON, signature, limits)
        self._note(question, answers, asker, request.digest, signed, decisions)
        return signed

    def _places(self, asker: Asker, question: AskedQuestion) -> dict[str, str]:
        places = places_of(len(question.items))
        return self.platforms.take(asker.platform, self._registry.clock(), places)

    def _answers(
        self,
        transaction: LookupTransaction,
        question: AskedQuestion,
        asker: Asker | None,
        options: Options,
    ) -> Answers:
        inquiry = Inquiry(
            question.usage,
            question.items,
            None if asker is None else asker.platform,
            question.as_of,
            options.evidence,
        )
        return (answer_sandbox if asker is not None and asker.test else answer_within)(
            transaction,
            inquiry,
            now=self._registry.clock(),
            max_validity=self._registry.settings.max_validity,
        )

    def _decisions(
        self, question: AskedQuestion, answers: Answers, asker: Asker | None
    ) -> dict[str, int]:
        """What was decided how often, and noted so of the running request; what is no answer is not counted as one."""
        decisions = {} if asker is not None and asker.test else decided(answers)
        note_answer(None if asker is None else asker.platform, str(question.usage), decisions)
        return decisions

    def _note(
        self,
        question: AskedQuestion,
        answers: Answers,
        asker: Asker | None,
        digest: str,
        signed: SignedAnswer,
        decisions: dict[str, int],
    ) -> None:
        """Keeps what proves that a platform asked."""
        if asker is not None and not asker.test:
            self._registry.asks.note(
                NotedAsk(
                    asker.platform,
                    answers.answered_at,
                    digest,
                    signed.headers["content-digest"],
                    str(question.usage),
                    met_later(answers),
                    decisions,
                )
            )

    def asking_platform(
        self, transaction: LookupTransaction, asked: Asked, *, sandbox: bool = False
    ) -> Asker:
        """Who signed (`sandbox`: also with a test key), or shows a token. Raises: SignatureRefused, TokenRefused."""
        if asked.token is None:
            return self._signed.asking_platform(transaction, asked.request, sandbox=sandbox)
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
            test=asker is not None and asker.test,
        )
        if options.records:
            members.records = self._records(answers)
        body = encode_json(members)
        if len(body) > MOST_ANSWER_BYTES:
            raise TooLarge("the answer would be over 16 MiB; ask for fewer items, or evidence=none")
        return body

    def _records(self, answers: Answers) -> dict[str, str]:
        ids = records_of(answers)
        if len(ids) > MOST_RECORDS:
            raise TooLarge(f"over {MOST_RECORDS:,} records lie behind this; ask for fewer items")
        with self._registry.reading() as uow:
            base = self._registry.place.public_url
            found = (find_record(uow, id) for id in ids)
            return {  # of those that were erased there is nothing to give
                f"{base}/v1/records/{each.id}": each.body.decode("ascii")
                for each in found
                if holds_record(each)
            }

    def _sign(
        self,
        request: SignedRequest,
        asker: Asker | None,
        body: bytes,
        options: Options,
        headers: dict[str, str],
    ) -> SignedAnswer:
        content_type = _JSON
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
        return _signed(body, content_type, signature, headers)


def _signed(
    body: bytes, content_type: str, signature: dict[str, str], headers: dict[str, str]
) -> SignedAnswer:
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
