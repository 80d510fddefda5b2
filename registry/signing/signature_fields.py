"""Signature-Input and Signature (RFC 9421, section 4), read strictly and written canonically.

http_sf parses the structured fields (RFC 9651). What comes out is rebuilt character by character
from what was understood, never copied from the message, so that the signature base says what we
checked.
"""

import re
from base64 import b64decode
from binascii import b2a_base64
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import http_sf
import msgspec

from registry.errors import SignatureRefused

Headers = Mapping[str, str] | Callable[[str], str | None]
"""Header fields: a mapping or a function from the lower-case name to the combined value."""

TAG: Final = "consent-registry"
"""The tag of this registry's profile, on questions and on answers."""
MAX_FIELD_CHARS: Final = 8192
MAX_COMPONENTS: Final = 32
_COMPONENT_NAME: Final = re.compile(r"@?[a-z0-9!#$%&'*+.^_`|~-]{1,64}")
_PLAIN_NAME: Final = r'"@?[a-z0-9-]{1,64}"'
_PLAIN_INPUT: Final = re.compile(
    rf"([a-z][a-z0-9_-]{{0,63}})=(\((?:{_PLAIN_NAME}(?: {_PLAIN_NAME})*)?\)"
    r'((?:;[a-z]{1,16}=(?:0|[1-9][0-9]{0,14}|"[ !#-\[\]-~]*"))*))'
)
_PLAIN_PARAMETER: Final = re.compile(r';([a-z]+)=(?:([0-9]+)|"([^"]*)")')
_PLAIN_SIGNATURE: Final = re.compile(
    r"([a-z][a-z0-9_-]{0,63})=:"
    r"((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?):"
)
NO_PARAMETERS: Final[Mapping[str, str | bool]] = MappingProxyType({})
_INTEGERS: Final = frozenset({"created", "expires"})
_STRINGS: Final = frozenset({"nonce", "alg", "keyid", "tag"})
_BLANK: Final = ("", " ", "\t")
_FIELD_VALUE: Final = re.compile(r"[\t\x20-\x7e]*")


class Component(msgspec.Struct, frozen=True, gc=False):
    """A covered component: its name and parameters, and both as they stand in the base."""

    name: str
    params: Mapping[str, str | bool]
    identifier: str


class RequestSignature(msgspec.Struct, frozen=True, gc=False):
    """Which signature of a request an answer is bound to: its label and its bytes."""

    label: str
    value: bytes


class SignatureInput(msgspec.Struct, frozen=True, gc=False):
    """One signature of a message, parsed but not verified."""

    label: str
    components: tuple[Component, ...]
    params: Mapping[str, int | str]
    params_text: str
    """The value of "@signature-params" in the base."""
    signature: bytes


def malformed(message: str) -> SignatureRefused:
    """A refusal for fields that are no signature at all."""
    return SignatureRefused(message, code="signature-malformed")


def field_value(headers: Headers, name: str) -> str | None:
    """A field's value without white space around it (RFC 9421, section 2.1), or None.

    Raises SignatureRefused for characters that a signature base cannot hold, line ends above all.
    """
    value = headers(name) if callable(headers) else headers.get(name)
    if value is None:
        return None
    if (
        value[:1] not in _BLANK
        and value[-1:] not in _BLANK
        and value.isascii()
        and value.isprintable()
    ):
        return value  # as nearly every field is
    value = value.strip(" \t")
    if _FIELD_VALUE.fullmatch(value) is None:
        raise malformed(f"the field {name} holds characters other than printable ASCII")
    return value


def quoted(text: str) -> str:
    """An RFC 9651 string. Raises ValueError for text that is not printable ASCII."""
    if not text.isascii() or not text.isprintable():
        raise ValueError("a structured field string holds printable ASCII only")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def byte_sequence(data: bytes) -> str:
    """An RFC 9651 byte sequence."""
    return f":{b2a_base64(data, newline=False).decode('ascii')}:"


def params_text(identifiers: Iterable[str], params: Mapping[str, int | str]) -> str:
    """The value of "@signature-params": identifiers, then parameters, each in order."""
    text = "(" + " ".join(identifiers) + ")"
    for name, value in params.items():
        text += f";{name}={value}" if isinstance(value, int) else f";{name}={quoted(value)}"
    return text


def signature_base(values: Iterable[tuple[str, str]], params: str) -> bytes:
    """The signature base (RFC 9421, section 2.5): a line for each component, then params."""
    lines = [f"{identifier}: {value}\n" for identifier, value in values]
    return ("".join(lines) + f'"@signature-params": {params}').encode("ascii")


def read_signatures(headers: Headers) -> list[SignatureInput]:
    """Every signature of a message.

    Raises SignatureRefused: `signature-missing` without the two fields, `signature-malformed` for
    whatever is not exactly as RFC 9421 writes it, labels given twice or in one field only among it.
    """
    input_text = field_value(headers, "signature-input")
    signature_text = field_value(headers, "signature")
    if not input_text or not signature_text:
        raise SignatureRefused(
            "not signed: the fields Signature-Input and Signature (RFC 9421) are needed",
            code="signature-missing",
        )
    plain = read_plain_signature(input_text, signature_text)
    if plain is not None:
        return [plain]
    return read_by_the_book(input_text, signature_text)


def read_by_the_book(input_text: str, signature_text: str) -> list[SignatureInput]:
    """Every signature in the two fields, through http_sf. Raises SignatureRefused."""
    inputs = _dictionary(input_text, "Signature-Input")
    signatures = _dictionary(signature_text, "Signature")
    if inputs.keys() != signatures.keys():
        raise malformed("Signature-Input and Signature must have the same labels")
    return [_signature(label, inputs[label], signatures[label]) for label in inputs]


def read_plain_signature(input_text: str, signature_text: str) -> SignatureInput | None:
    """The one signature of the two fields where both are plain, as nearly all are; None leaves them to
    http_sf, which takes twenty times as long and gives the same.

    Plain: one label, components without parameters, parameters each once, no escapes, no leading zeros,
    padded base64. Such an input has one spelling only: written anew it is the text that was read.
    """
    found, signed = _PLAIN_INPUT.fullmatch(input_text), _PLAIN_SIGNATURE.fullmatch(signature_text)
    if found is None or signed is None or len(input_text) > MAX_FIELD_CHARS:
        return None
    label, text, parameters = found.groups()
    components = _plain_components(text[: len(text) - len(parameters)])
    if label != signed[1] or components is None:
        return None
    params: dict[str, int | str] = {}
    for name, number, value in _PLAIN_PARAMETER.findall(parameters):
        if name in params or name not in (_INTEGERS if number else _STRINGS):
            return None
        params[name] = int(number) if number else value
    try:
        signature = b64decode(signed[2], validate=True)
    except ValueError:
        return None
    return SignatureInput(label, components, params, text, signature)


@lru_cache(maxsize=256)
def _plain_components(text: str) -> tuple[Component, ...] | None:
    """The components in `("…" "…")`, each once; a platform always sends the same few."""
    names = text[1:-1].replace('"', "").split()
    if len(set(names)) != len(names) or len(names) > MAX_COMPONENTS:
        return None
    return tuple(Component(name, NO_PARAMETERS, f'"{name}"') for name in names)


def _dictionary(text: str, field: str) -> dict[str, Any]:
    def refuse(key: str, where: str) -> None:
        raise malformed(f"{field} has the {where} key {key!r} twice")

    if len(text) > MAX_FIELD_CHARS:
        raise malformed(f"{field} is longer than {MAX_FIELD_CHARS} characters")
    try:
        members = http_sf.parse(text.encode("ascii"), tltype="dictionary", on_duplicate_key=refuse)
    except ValueError as error:
        raise malformed(f"{field} is not a structured dictionary (RFC 9651): {error}") from error
    assert isinstance(members, dict)
    return members


def _signature(label: str, member: Any, signature_member: Any) -> SignatureInput:
    if len(label) > 64:
        raise malformed("a signature's label has at most 64 characters")
    signature, signature_params = signature_member
    if not isinstance(signature, bytes) or signature_params:
        raise malformed(f"Signature's member {label!r} must be a byte sequence: {label}=:<base64>:")
    items, params = member
    if not isinstance(items, list):
        raise malformed(f"Signature-Input's member {label!r} must be a list of components")
    if len(items) > MAX_COMPONENTS:
        raise malformed(f"a signature covers at most {MAX_COMPONENTS} components")
    components = tuple(_component(name, item_params) for name, item_params in items)
    if len({(c.name, frozenset(c.params.items())) for c in components}) != len(components):
        raise malformed("a component is covered twice")
    for name, value in params.items():
        _check_parameter(name, value)
    text = params_text([component.identifier for component in components], params)
    return SignatureInput(label, components, params, text, signature)


def _check_parameter(name: str, value: object) -> None:
    # type() and not isinstance(): a bool is an int, and a token is not a string.
    if name in _INTEGERS:
        if type(value) is not int:
            raise malformed(f"the signature parameter {name} must be whole seconds since 1970")
    elif name in _STRINGS:
        if type(value) is not str:
            raise malformed(f"the signature parameter {name} must be a quoted string")
    else:
        raise malformed(
            f"the signature parameter {name} is unknown: known are created, expires, nonce, alg, "
            "keyid and tag"
        )


def _component(name: object, params: Mapping[str, Any]) -> Component:
    if type(name) is not str or _COMPONENT_NAME.fullmatch(name) is None:
        raise malformed("a covered component is a quoted, lower-case name")
    identifier = f'"{name}"'
    for key, value in params.items():
        if value is True:
            identifier += f";{key}"
        elif type(value) is str:
            identifier += f";{key}={quoted(value)}"
        else:
            raise malformed(f"the component {name} has a parameter {key} of an unknown kind")
    return Component(name, params, identifier)
