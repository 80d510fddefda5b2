"""Limits on what comes in, and the header fields on all that goes out (OWASP ASVS 5.0, V3.4 and V4)."""

from flask import Flask, Response, request

from registry.errors import TooLarge

MOST_BODY_BYTES = 256 * 1024
MOST_HEADER_CHARS = 16 * 1024

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_HTTPS = "max-age=31536000; includeSubDomains"


def body_within(limit: int) -> bytes:
    """The body of the running request. Raises: TooLarge.

    Werkzeug ends a body of unstated length silently at its limit, so its limit is one byte more.
    """
    request.max_content_length = limit + 1
    body = request.get_data()
    if len(body) > limit:
        raise TooLarge(f"a body here has at most {limit:,} bytes")
    return body


def fixed_headers(public_url: str) -> list[tuple[str, str]]:
    """The header fields that everything bears which this registry sends."""
    https = [("Strict-Transport-Security", _HTTPS)] if public_url.startswith("https://") else []
    return [*HEADERS.items(), *https]


def install_security(app: Flask, public_url: str) -> None:
    """Sets the limits and the header fields of this application. The API uses no cookies and no sessions."""
    app.config["MAX_CONTENT_LENGTH"] = MOST_BODY_BYTES
    fixed = fixed_headers(public_url)

    def limit_headers() -> None:
        for name, value in request.environ.items():
            if name.startswith("HTTP_") and len(value) > MOST_HEADER_CHARS:
                raise TooLarge(
                    f"a header field holds at most {MOST_HEADER_CHARS:,} characters",
                    field=name[5:].replace("_", "-").title(),
                    code="header-too-large",
                )

    def finish(response: Response) -> Response:
        for name, value in fixed:
            response.headers.setdefault(name, value)  # a page has a policy of its own
        return response

    app.before_request(limit_headers)
    app.after_request(finish)
