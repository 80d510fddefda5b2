"""`/api/v2/query/urls`: the lookup that existing opt-out clients already speak (registry.dialects.opt_out_lines).

A platform's plain key stands in for a signature here, and for this call alone: whoever reads it can ask in that
platform's name, and the question is bound to nothing. The answer is signed as every answer is, though those clients
do not look.
"""

from collections.abc import Iterable, Sequence
from itertools import compress

from flask import Response, request

from registry.api.answering import MOST_QUESTION_BYTES
from registry.api.blueprint import Blueprint, described
from registry.api.limits import places_of
from registry.api.security import body_within
from registry.api.signed_reply import reply_signature
from registry.api.watch import note_answer, note_platform
from registry.api.wired import the_desk, the_registry
from registry.bootstrap import Registry
from registry.dialects.opt_out_lines import MOST_LINES, Row, may_be_read, read_lines, write_rows
from registry.domain.vocabulary import Usage
from registry.errors import InvalidInput, TooLarge, Unauthenticated
from registry.services.answer import (
    Answers,
    Inquiry,
    Item,
    answer_within,
    decided,
    met_later,
)
from registry.signing.content_digest import content_digest
from registry.storage.ask_writer import NotedAsk
from registry.storage.lookups import LookupTransaction
from registry.storage.secret_digest import secret_digest

PATH = "/api/v2/query/urls"
_JSON = "application/json"

opt_out_queries = Blueprint("opt_out_queries", __name__, description="As other clients ask")

_ROW = {
    "type": "object",
    "required": ["url", "optOut", "optIn"],
    "properties": {
        "url": {"type": "string", "description": "the line as it was sent"},
        "optOut": {"type": "boolean"},
        "optIn": {"type": "boolean"},
    },
    "additionalProperties": False,
}
_DESCRIPTION = {
    "requestBody": {
        "required": True,
        "content": {
            "text/plain": {
                "schema": {"type": "string", "description": "a URL a line, at most 10,000"}
            }
        },
    },
    "responses": {
        "200": {
            "description": "One row a line, in order.",
            "content": {
                _JSON: {
                    "schema": {
                        "type": "object",
                        "required": ["urls"],
                        "properties": {"urls": {"type": "array", "items": _ROW}},
                        "additionalProperties": False,
                    }
                }
            },
        }
    },
    "security": [{"queryKey": []}],
}


@opt_out_queries.route(PATH, methods=["POST"], strict_slashes=False)
@described(**_DESCRIPTION)
def post_lines() -> Response:
    """Are these URLs opted out of generative training?

    For clients that cannot sign. `optOut`: opted out, or not to be read; `optIn`: permitted to this platform;
    neither: nobody registered it. Send `Authorization: API <key>`.
    """
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype != "text/plain" or charset not in ("utf-8", "us-ascii"):
        raise InvalidInput(
            "send the URLs as Content-Type: text/plain, in UTF-8, one a line",
            field="Content-Type",
            code="unsupported-media-type",
        )
    body = body_within(MOST_QUESTION_BYTES)
    lines = read_lines(body)
    if len(lines) > MOST_LINES:
        raise TooLarge(f"at most {MOST_LINES:,} lines at once; these are {len(lines):,}")
    readable = [may_be_read(line) for line in lines]
    registry = the_registry()
    with registry.lookups.transaction() as transaction:
        platform = _platform_of(transaction, request.headers.get("Authorization"))
        note_platform(platform)
        limits = the_desk().platforms.take(platform, registry.clock(), places_of(len(lines)))
        answers = _answers(registry, transaction, platform, compress(lines, readable))
    registry.released(answers.head)
    decisions = decided(answers)
    note_answer(platform, Usage.GENERATIVE_TRAINING.value, decisions)
    response = _signed(registry, write_rows(_rows(lines, readable, answers)))
    registry.asks.note(
        NotedAsk(
            platform,
            answers.answered_at,
            content_digest(body),
            response.headers["content-digest"],
            Usage.GENERATIVE_TRAINING.value,
            met_later(answers),
            decisions,
        )
    )
    response.headers.extend(limits)
    return response


def _platform_of(transaction: LookupTransaction, authorization: str | None) -> str:
    """Raises: Unauthenticated."""
    scheme, _, secret = (authorization or "").partition(" ")
    secret = secret.strip()
    if scheme.lower() != "api" or not secret:
        raise Unauthenticated(
            "send your platform's plain key as: Authorization: API crq_…", field="Authorization"
        )
    found = transaction.platform_of_query_key(secret_digest(secret))
    if found is None or found[1] is not None:
        raise Unauthenticated("this query key is unknown or was revoked", field="Authorization")
    return found[0]


def _answers(
    registry: Registry, transaction: LookupTransaction, platform: str, lines: Iterable[str]
) -> Answers:
    """The answers about these lines, in order."""
    items = [Item((line,)) for line in lines]
    return answer_within(
        transaction,
        Inquiry(Usage.GENERATIVE_TRAINING, items, platform, with_evidence=False),
        now=registry.clock(),
        max_validity=registry.settings.max_validity,
    )


def _rows(lines: Sequence[str], readable: Sequence[bool], answers: Answers) -> list[Row]:
    """What is said of each line; `answers` are about those that are readable."""
    results = iter(answers.results)
    rows = []
    for line, asked in zip(lines, readable, strict=True):
        answer = next(results).answer if asked else None
        if answer is None:
            rows.append(Row(line, opted_out=True, permitted=False))
        else:
            rows.append(Row(line, answer.opted_out, answer.permitted))
    return rows


def _signed(registry: Registry, body: bytes) -> Response:
    response = Response(body, 200, content_type=_JSON)
    response.headers["Cache-Control"] = "no-store"
    response.headers.extend(
        reply_signature(
            registry,
            200,
            _JSON,
            body,
            method=request.method,
            target_uri=registry.place.public_url + request.path,
            signature=None,
        )
    )
    return response
