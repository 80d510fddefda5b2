"""What a request's covered components are worth (RFC 9421, sections 2.1 and 2.2).

Only what can be rebuilt here is accepted: the derived components of requests, fields as they
arrived, and single members of dictionary fields. Anything else is refused by name rather than
guessed.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, quote, unquote_plus

import http_sf
import msgspec

from registry.errors import SignatureRefused
from registry.signing.signature_fields import Component, Headers, field_value, malformed

_TARGET: Final = re.compile(r"(https?)://([^/?#@\s]+)(/[^?#\s]*)?(\?[^#\s]*)?", re.ASCII)
_METHOD: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,32}")
_DEFAULT_PORT: Final = {"http": ":80", "https": ":443"}


class SignedRequest(msgspec.Struct, frozen=True, gc=False):
    """A request as its signature sees it.

    `target_uri` is the absolute URL that the client addressed, rebuilt from the configured public
    URL and never from the socket; `headers` go by lower-case name to the combined value (several
    lines joined by ", "); `body` is the content as it travelled.
    """

    method: str
    target_uri: str
    headers: Headers
    body: bytes = b""

    def has(self, name: str) -> bool:
        """Whether the request has this header field at all."""
        headers = self.headers
        return (headers(name) if callable(headers) else headers.get(name)) is not None

    def field(self, name: str) -> str | None:
        """A header field's value, or None. Raises SignatureRefused for forbidden characters."""
        return field_value(self.headers, name)


def component_value(component: Component, request: SignedRequest) -> str:
    """The value of one covered component.

    Raises SignatureRefused, naming the component, with code `component-unknown` for one that cannot
    be rebuilt here and `signature-malformed` for one that the request does not have.
    """
    if component.name[0] == "@":
        return _derived(component, request)
    value = field_value(request.headers, component.name)
    if value is None:
        raise malformed(f"the signature covers {component.identifier}, which the request lacks")
    if not component.params:
        return value
    key = component.params.get("key")
    if len(component.params) != 1 or not isinstance(key, str):
        raise _unknown(component)
    return _dictionary_member(value, key, component)


def check_target(uri: str) -> None:
    """Raises SignatureRefused for what is no absolute http or https URL in ASCII."""
    _target_parts(uri)


def _unknown(component: Component) -> SignatureRefused:
    return SignatureRefused(
        f"the covered component {component.identifier} cannot be rebuilt here: leave it out of the "
        "signature",
        code="component-unknown",
    )


def _derived(component: Component, request: SignedRequest) -> str:
    name = component.name
    if name == "@target-uri" and not component.params:
        _target_parts(request.target_uri)
        return request.target_uri
    if name == "@query-param":
        return _query_parameter(component, request)
    if component.params:
        raise _unknown(component)
    if name == "@method":
        if _METHOD.fullmatch(request.method) is None:
            raise malformed("the method is not an HTTP method")
        return request.method
    scheme, authority, path, query = _target_parts(request.target_uri)
    if name == "@authority":
        return authority.lower().removesuffix(_DEFAULT_PORT[scheme])
    derived = {
        "@scheme": scheme,
        "@path": path or "/",
        "@query": query or "?",
        "@request-target": (path or "/") + (query or ""),
    }
    if name not in derived:
        raise _unknown(component)
    return derived[name]


@lru_cache(maxsize=256)
def _target_parts(uri: str) -> tuple[str, str, str | None, str | None]:
    """Scheme, authority, path and query with their marks. Raises SignatureRefused."""
    parts = _TARGET.fullmatch(uri)
    if parts is None or not uri.isascii():
        raise malformed("the target URI must be an absolute http or https URL in ASCII")
    scheme, authority, path, query = parts.groups()
    return scheme, authority, path, query


def _query_parameter(component: Component, request: SignedRequest) -> str:
    # Section 2.2.8: decoded as a form, compared by name, encoded again in one way.
    name = component.params.get("name")
    if len(component.params) != 1 or not isinstance(name, str):
        raise _unknown(component)
    query = request.target_uri.partition("#")[0].partition("?")[2]
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=1000)
        wanted = unquote_plus(name, errors="strict")
    except ValueError as error:
        raise malformed("the query is not an encoded form of at most 1000 fields") from error
    values = [value for key, value in pairs if key == wanted]
    if len(values) != 1:
        raise malformed(
            f"the signature covers {component.identifier}, which must occur exactly once"
        )
    return quote(values[0], safe="*").replace("~", "%7E")


def _dictionary_member(value: str, key: str, component: Component) -> str:
    # Section 2.1.2: the member alone, in the strict serialisation of its value.
    try:
        members = http_sf.parse(value.encode("ascii"), tltype="dictionary")
    except ValueError as error:
        raise malformed(f"the field {component.name} is not a structured dictionary") from error
    if not isinstance(members, Mapping) or key not in members:
        raise malformed(f"the signature covers {component.identifier}, which the request lacks")
    # In a list of one, the member stands alone; http_sf has no function for a lone inner list.
    return str(http_sf.ser([members[key]]))
