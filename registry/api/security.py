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
_HTTPS = "max-age=31536000"


def install_security(app: Flask, public_url: str) -> None:
    """Sets the limits and the header fields of this application. No cookies, no sessions are used."""
    app.config["MAX_CONTENT_LENGTH"] = MOST_BODY_BYTES
    fixed = list(HEADERS.items())
    if public_url.startswith("https://"):
        fixed.append(("Strict-Transport-Security", _HTTPS))

    def limit_headers() -> None:
        for name, value in request.environ.items():
            if name.startswith("HTTP_") and len(value) > MOST_HEADER_CHARS:
                raise TooLarge(
                    f"a header field holds at most {MOST_HEADER_CHARS:,} characters",
                    field=name[5:].replace("_", "-").title(),
                    code="header-too-large",
                )

    def finish(response: Response) -> Response:
        headers = response.headers
        for name, value in fixed:
            if name not in headers:
                headers[name] = value
        return response

    app.before_request(limit_headers)
    app.after_request(finish)
