"""The lane of questions: a plain `POST /v1/verify` goes straight to the desk, past the framework.

It takes nothing but what is plain (the one media type, a stated length, fields of ordinary size) and
leaves the rest to the view of the same path. Both use the same desk and the same table of problems, and
the tests send the same requests through both (tests/api/test_lane.py).
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from registry.api.answering import MOST_QUESTION_BYTES, RECEIPT, Asked, Desk, SignedAnswer
from registry.api.problems import fault_reply, problem_reply
from registry.api.security import MOST_HEADER_CHARS
from registry.errors import RegistryError, Unavailable
from registry.signing.http_signature import SignedRequest
from registry.signing.usual_request import UsualTarget

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/v1/verify"
USUAL_BYTES = 4096
"""The body of a usual question is no longer: its digest is computed before its signature has held."""
_STATUS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
_NAMES = {
    "HTTP_" + name.upper().replace("-", "_"): name
    for name in (
        *("accept", "accept-encoding", "connection", "content-digest", "host", "signature"),
        *("signature-agent", "signature-input", "user-agent", "x-forwarded-for"),
    )
}
"""Fields that come with most questions, as PEP 3333 names them and as a signature does."""


class QuestionLane:
    """WSGI around WSGI: answers plain questions itself, hands everything else on."""

    def __init__(
        self,
        app: "WSGIApplication",
        desk: Desk,
        public_url: str,
        headers: Iterable[tuple[str, str]],
    ) -> None:
        self._app = app
        self._desk = desk
        self._public_url = public_url
        self._target = UsualTarget(public_url + PATH)
        self._always = list(headers)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        length = _plain_length(environ)
        if length is None:
            return self._app(environ, start_response)
        try:
            body = _body(environ, length)
            answer = self._usually(environ, body) or self._answered(environ, body)
            status, headers, body = 200, answer.headers, answer.body
        except RegistryError as error:
            status, headers, body = problem_reply(error, self._public_url)
        except Exception as error:
            status, headers, body = fault_reply(error, self._public_url)
        start_response(
            _STATUS[status],
            [*headers.items(), ("Content-Length", str(len(body))), *self._always],
        )
        return [body]

    def _usually(self, environ: "WSGIEnvironment", body: bytes) -> SignedAnswer | None:
        """The answer to a small question of the usual form; None, and nothing spent, for any other."""
        if (
            len(body) > USUAL_BYTES
            or environ.get("QUERY_STRING")
            or "HTTP_CONTENT_ENCODING" in environ
            or RECEIPT in environ.get("HTTP_ACCEPT", "")
        ):
            return None
        request = self._target.read(environ, body)
        return None if request is None else self._desk.answer_usual(request, body)

    def _answered(self, environ: "WSGIEnvironment", body: bytes) -> SignedAnswer:
        query = environ.get("QUERY_STRING", "")
        target = f"{self._target.uri}?{query}" if query else self._target.uri
        fields = _fields(environ)
        receipt = RECEIPT in fields.get("accept", "")
        signed = SignedRequest("POST", target, fields, body)
        return self._desk.answer(Asked(signed, query, "", receipt))


def _plain_length(environ: "WSGIEnvironment") -> int | None:
    """How long the body of a plain question is; None for whatever is for the view to decide."""
    if (
        environ["REQUEST_METHOD"] != "POST"
        or environ.get("PATH_INFO") != PATH
        or environ.get("CONTENT_TYPE") != "application/json"
        or "HTTP_TRANSFER_ENCODING" in environ
        or "HTTP_AUTHORIZATION" in environ
    ):
        return None
    text = environ.get("CONTENT_LENGTH") or ""
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        return None
    length = int(text)
    if not 0 < length <= MOST_QUESTION_BYTES:
        return None
    for value in environ.values():
        # of texts that are not fields the view decides as well, and to tell them apart costs more than all of this
        if type(value) is str and len(value) > MOST_HEADER_CHARS:
            return None
    return length


def _body(environ: "WSGIEnvironment", length: int) -> bytes:
    """Raises: Unavailable, OverloadedError."""
    body: bytes = environ["wsgi.input"].read(length)
    if len(body) != length:
        raise Unavailable("the connection broke off within the body; ask again")
    return body


def _fields(environ: "WSGIEnvironment") -> dict[str, str]:
    """The header fields of a plain question by their lower-case names."""
    fields = {
        _NAMES.get(name) or name[5:].lower().replace("_", "-"): value
        for name, value in environ.items()
        if name[:5] == "HTTP_"
    }
    # last, so that no field of another spelling stands in their place
    fields["content-type"] = "application/json"
    fields["content-length"] = environ["CONTENT_LENGTH"]
    return fields
