"""The lane of questions: a plain `POST /v1/verify` goes straight to the desk, past the framework.

It takes nothing but what is plain (the one media type, a stated length, fields of ordinary size) and
leaves the rest to the view of the same path. Both use the same desk and the same table of problems, and
the tests send the same requests through both (tests/api/test_lane.py).
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING

from registry.api.answering import MOST_QUESTION_BYTES, RECEIPT, Asked, Desk
from registry.api.problems import fault_reply, problem_reply
from registry.api.security import MOST_HEADER_CHARS
from registry.errors import RegistryError, Unavailable
from registry.signing.http_signature import SignedRequest

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH = "/v1/verify"
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
        self._target = public_url + PATH
        self._always = list(headers)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        fields = _plain_fields(environ)
        if fields is None:
            return self._app(environ, start_response)
        try:
            status, headers, body = 200, *self._answered(environ, fields)
        except RegistryError as error:
            status, headers, body = problem_reply(error, self._public_url)
        except Exception as error:
            status, headers, body = fault_reply(error, self._public_url)
        start_response(
            _STATUS[status],
            [*headers.items(), ("Content-Length", str(len(body))), *self._always],
        )
        return [body]

    def _answered(
        self, environ: "WSGIEnvironment", fields: dict[str, str]
    ) -> tuple[Mapping[str, str], bytes]:
        length = int(fields["content-length"])
        body = environ["wsgi.input"].read(length)
        if len(body) != length:
            raise Unavailable("the connection broke off within the body; ask again")
        query = environ.get("QUERY_STRING", "")
        target = f"{self._target}?{query}" if query else self._target
        signed, receipt = (
            SignedRequest("POST", target, fields, body),
            RECEIPT in fields.get("accept", ""),
        )
        answer = self._desk.answer(Asked(signed, query, "", receipt))
        return answer.headers, answer.body


def _plain_fields(environ: "WSGIEnvironment") -> dict[str, str] | None:
    """The header fields of a plain question by their lower-case names; None for whatever is for the view to decide."""
    if (
        environ["REQUEST_METHOD"] != "POST"
        or environ.get("PATH_INFO") != PATH
        or environ.get("CONTENT_TYPE") != "application/json"
        or "HTTP_TRANSFER_ENCODING" in environ
        or "HTTP_AUTHORIZATION" in environ
    ):
        return None
    length = environ.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdigit() and len(length) < 9):
        return None
    if not 0 < int(length) <= MOST_QUESTION_BYTES:
        return None
    fields: dict[str, str] = {}
    for name, value in environ.items():
        if name[:5] == "HTTP_":
            if len(value) > MOST_HEADER_CHARS:
                return None
            fields[_NAMES.get(name) or name[5:].lower().replace("_", "-")] = value
    # last, so that no field of another spelling stands in their place
    fields["content-type"] = "application/json"
    fields["content-length"] = length
    return fields
