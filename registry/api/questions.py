"""`/v1/verify`: may this be used so? For platforms, signed (RFC 9421) or with a token; for people and small tools,
unsigned, a few times a minute. Every answer is signed with the key of purpose `answers`.
"""

from flask import Response, request

from registry.api.access_tokens import shown_token
from registry.api.answering import MOST_QUESTION_BYTES, RECEIPT, Asked
from registry.api.blueprint import Blueprint, described, require_json
from registry.api.question_schemas import AnswerSchema, QuestionSchema
from registry.api.security import body_within
from registry.api.wired import the_desk, the_registry
from registry.domain.vocabulary import Usage
from registry.signing.http_signature import SignedRequest

questions = Blueprint("questions", __name__, description="May this be used so?")

_ANSWERS = {
    "200": {
        "description": "The answers, signed (Signature-Input, Signature, Content-Digest).",
        "content": {
            "application/json": {"schema": AnswerSchema},
            RECEIPT: {
                "schema": {
                    "type": "string",
                    "description": "the same, as a compact JWS to be filed",
                }
            },
        },
    }
}


def _parameter(
    name: str, about: str, *, required: bool = False, **schema: object
) -> dict[str, object]:
    return {
        "in": "query",
        "name": name,
        "required": required,
        "description": about,
        "schema": {"type": "string", **schema},
    }


_OPTIONS = [
    _parameter("evidence", "none leaves the evidence out", enum=["none", "full"]),
    _parameter("include", "records adds the signed records behind the evidence", enum=["records"]),
]


@questions.route("/v1/verify", methods=["POST"])
@described(
    parameters=_OPTIONS,
    requestBody={"required": True, "content": {"application/json": {"schema": QuestionSchema}}},
    responses=_ANSWERS,
    security=[{"httpSignature": []}, {"accessToken": []}],
)
def post_question() -> Response:
    """Ask about up to 10,000 assets.

    Sign "@method" "@target-uri" "content-type" "content-digest" with created, expires (300 s later at most),
    nonce, keyid (your key's RFC 7638 thumbprint) and tag="consent-registry". Or show an access token.
    """
    require_json(request.mimetype)
    return _answered(body_within(MOST_QUESTION_BYTES))


@questions.route("/v1/verify", methods=["GET"])
@described(
    parameters=[
        _parameter(
            "usage", "the usage category", required=True, enum=[each.value for each in Usage]
        ),
        {
            "in": "query",
            "name": "id",
            "required": True,
            "description": "an identifier of the asset; may be given again",
            "schema": {
                "type": "array",
                "items": {"type": "string"},
                "minItems": 1,
                "maxItems": 100,
            },
        },
        _parameter("as_of", "answer as of then", format="date-time"),
        _parameter("ref", "your own reference", maxLength=200),
        _parameter("run", "your own name for this run", maxLength=200),
        *_OPTIONS,
    ],
    responses=_ANSWERS,
    security=[{"httpSignature": []}, {"accessToken": []}, {}],
)
def get_question() -> Response:
    """Ask about one asset.

    Signed ("@method" "@target-uri"), with an access token, or as anybody 30 times a minute from one address.
    """
    return _answered(b"")


def _answered(body: bytes) -> Response:
    environ = request.environ
    query = environ.get("QUERY_STRING", "")
    target = the_registry().place.public_url + environ.get("PATH_INFO", "")
    headers = request.headers
    answer = the_desk().answer(
        Asked(
            SignedRequest(
                request.method, f"{target}?{query}" if query else target, headers.get, body
            ),
            query,
            environ.get("REMOTE_ADDR", ""),
            RECEIPT in headers.get("accept", ""),
            shown_token(headers.get("authorization")),
        )
    )
    response = Response(answer.body, 200)
    response.headers.update(answer.headers)
    return response
