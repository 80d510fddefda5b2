"""Who may see what is for operators alone: a bearer of REGISTRY_METRICS_TOKEN, or, where none is set, this machine.

A proxy on this machine speaks from a loopback address too. So whatever bears a field that proxies add is not from
here; a proxy that adds none should not pass these paths on (docs/operators.md).
"""

import hmac
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from registry.errors import Forbidden, Unauthenticated

_OF_PROXIES = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


def authenticate_operator(environ: Mapping[str, Any], token: str | None) -> None:
    """Lets an operator's program through.

    Raises: Unauthenticated without the token that is set, Forbidden for strangers where none is.
    """
    if token is not None:
        scheme, _, given = str(environ.get("HTTP_AUTHORIZATION") or "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(
            given.strip().encode(), token.encode()
        ):
            raise Unauthenticated(
                "this is for operators; send: Authorization: Bearer and the metrics token",
                field="Authorization",
            )
    elif not _is_from_here(environ):
        raise Forbidden("this is for operators, on the registry's own machine")


def _is_from_here(environ: Mapping[str, Any]) -> bool:
    try:
        here = ip_address(str(environ.get("REMOTE_ADDR") or "")).is_loopback
    except ValueError:
        here = False
    return here and not any(environ.get(name) for name in _OF_PROXIES)
