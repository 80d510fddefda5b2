"""Signature bases against the cases that RFC 9421 and the Web Bot Auth drafts print."""

import json
from pathlib import Path

import pytest

from registry.errors import SignatureRefused
from registry.signing.http_signature import SignedRequest, parse_request_signature
from registry.signing.keys import public_key_from_jwk
from registry.signing.request_components import component_value
from registry.signing.signature_fields import params_text, read_signatures, signature_base

WEB_BOT_AUTH = Path(__file__).parents[1] / "vectors" / "web_bot_auth"
DIGEST = (
    "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwE"
    "mTHWXvJwew==:"
)
# RFC 9421, appendix B.2: test-request.
HEADERS = {
    "host": "example.com",
    "date": "Tue, 20 Apr 2021 02:07:55 GMT",
    "content-type": "application/json",
    "content-digest": DIGEST,
    "content-length": "18",
}
ED25519_KEY = {
    "kty": "OKP",
    "crv": "Ed25519",
    "x": "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs",
}
P256_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA",
    "y": "Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0",
}


def _base(signature_input, signature="sig=:AAAA:", *, method="POST", url=None, headers=HEADERS):
    fields = {**headers, "signature-input": signature_input, "signature": signature}
    request = SignedRequest(
        method, url or "https://example.com/foo?param=Value&Pet=dog", fields, b'{"hello": "world"}'
    )
    [found] = read_signatures(request.headers)
    values = [(c.identifier, component_value(c, request)) for c in found.components]
    return signature_base(values, found.params_text), found.signature


def test_b_2_1_minimal_signature():
    base, _ = _base(
        'sig=();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"'
    )
    assert base.decode() == (
        '"@signature-params": ();created=1618884473;keyid="test-key-rsa-pss"'
        ';nonce="b3k2pp5k7z-50gnwp.yemd"'
    )


def test_b_2_2_selective_covered_components():
    base, _ = _base(
        'sig=("@authority" "content-digest" "@query-param";name="Pet")'
        ';created=1618884473;keyid="test-key-rsa-pss";tag="header-example"'
    )
    assert base.decode() == (
        '"@authority": example.com\n'
        f'"content-digest": {DIGEST}\n'
        '"@query-param";name="Pet": dog\n'
        '"@signature-params": ("@authority" "content-digest" "@query-param";name="Pet")'
        ';created=1618884473;keyid="test-key-rsa-pss";tag="header-example"'
    )


def test_b_2_3_full_coverage():
    inner = (
        '("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" '
        '"content-length");created=1618884473;keyid="test-key-rsa-pss"'
    )
    base, _ = _base(f"sig={inner}")
    assert base.decode() == (
        '"date": Tue, 20 Apr 2021 02:07:55 GMT\n'
        '"@method": POST\n'
        '"@path": /foo\n'
        '"@query": ?param=Value&Pet=dog\n'
        '"@authority": example.com\n'
        '"content-type": application/json\n'
        f'"content-digest": {DIGEST}\n'
        '"content-length": 18\n'
        f'"@signature-params": {inner}'
    )


def test_b_2_4_the_printed_signature_of_a_response_holds_over_our_base():
    digest = (
        "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5"
        "aGgfLQ==:"
    )
    values = [
        ('"@status"', "200"),
        ('"content-type"', "application/json"),
        ('"content-digest"', digest),
        ('"content-length"', "23"),
    ]
    params = {"created": 1618884473, "keyid": "test-key-ecc-p256"}
    base = signature_base(values, params_text([name for name, _ in values], params))
    [found] = read_signatures(
        {
            "signature-input": "sig-b24=()",
            "signature": "sig-b24=:wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDA"
            "Uy5eCdlYUEkLIj+32oiasw==:",
        }
    )
    public_key_from_jwk(P256_KEY, examples=True).verify(base, found.signature)


def test_b_2_6_the_printed_signature_holds_over_our_base():
    base, signature = _base(
        'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")'
        ';created=1618884473;keyid="test-key-ed25519"',
        "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5W"
        "PpBKRCw==:",
    )
    public_key_from_jwk(ED25519_KEY, examples=True).verify(base, signature)


@pytest.mark.parametrize(
    ("target", "component", "line"),
    [
        ("https://www.example.com/path?param=value", '"@method"', '"@method": POST'),
        (
            "https://www.example.com/path?param=value",
            '"@target-uri"',
            '"@target-uri": https://www.example.com/path?param=value',
        ),
        ("https://www.example.com/path", '"@authority"', '"@authority": www.example.com'),
        ("http://www.example.com/path", '"@scheme"', '"@scheme": http'),
        (
            "https://www.example.com/path?param=value",
            '"@request-target"',
            '"@request-target": /path?param=value',
        ),
        ("https://www.example.com/path?param=value", '"@path"', '"@path": /path'),
        (
            "https://www.example.com/path?param=value&foo=bar&baz=bat%2Dman",
            '"@query"',
            '"@query": ?param=value&foo=bar&baz=bat%2Dman',
        ),
        ("https://www.example.com/path?queryString", '"@query"', '"@query": ?queryString'),
        ("https://www.example.com/path", '"@query"', '"@query": ?'),
        (
            "https://www.example.com/path?param=value&foo=bar&baz=batman&qux=",
            '"@query-param";name="qux"',
            '"@query-param";name="qux": ',
        ),
        (
            "https://www.example.com/parameters?var=this%20is%20a%20big%0Amultiline%20value"
            "&bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something",
            '"@query-param";name="var"',
            '"@query-param";name="var": this%20is%20a%20big%0Amultiline%20value',
        ),
        (
            "https://www.example.com/parameters?bar=with+plus+whitespace",
            '"@query-param";name="bar"',
            '"@query-param";name="bar": with%20plus%20whitespace',
        ),
        (
            "https://www.example.com/parameters?fa%C3%A7ade%22%3A%20=something",
            '"@query-param";name="fa%C3%A7ade%22%3A%20"',
            '"@query-param";name="fa%C3%A7ade%22%3A%20": something',
        ),
    ],
)
def test_the_derived_components_of_section_2_2(target, component, line):
    base, _ = _base(f"sig=({component})", url=target)
    assert base.decode().split("\n")[0] == line


@pytest.mark.parametrize(
    ("component", "line"),
    [
        ('"x-ows-header"', '"x-ows-header": Leading and trailing whitespace.'),
        ('"cache-control"', '"cache-control": max-age=60, must-revalidate'),
        ('"x-empty-header"', '"x-empty-header": '),
        ('"example-dict";key="a"', '"example-dict";key="a": 1'),
        ('"example-dict";key="d"', '"example-dict";key="d": ?1'),
        ('"example-dict";key="b"', '"example-dict";key="b": 2;x=1;y=2'),
        ('"example-dict";key="c"', '"example-dict";key="c": (a b c)'),
    ],
)
def test_the_fields_of_section_2_1(component, line):
    headers = {
        "x-ows-header": "   Leading and trailing whitespace.\t ",
        "cache-control": "max-age=60, must-revalidate",
        "x-empty-header": "",
        "example-dict": "a=1, b=2;x=1;y=2, c=(a   b    c), d",
    }
    base, _ = _base(f"sig=({component})", headers=headers)
    assert base.decode().split("\n")[0] == line


def _web_bot_auth():
    for version in ("v1", "v2"):
        for case in json.loads((WEB_BOT_AUTH / f"architecture_{version}.json").read_text()):
            yield pytest.param(case, id=f"{version}-{case['label']}")


def _bot_request(case):
    headers = {"signature-input": case["signature_input"], "signature": case["signature"]}
    if "signature_agent" in case:
        headers["signature-agent"] = case["signature_agent"]
    return SignedRequest("GET", case["target_url"], headers)


@pytest.mark.parametrize("case", list(_web_bot_auth()))
def test_the_printed_signatures_of_web_bot_auth_hold_over_our_base(case):
    request = _bot_request(case)
    [found] = read_signatures(request.headers)
    values = [(c.identifier, component_value(c, request)) for c in found.components]
    base = signature_base(values, found.params_text)
    jwk = {name: case["key"][name] for name in ("kty", "crv", "x")}
    public_key_from_jwk(jwk, examples=True).verify(base, found.signature)


@pytest.mark.parametrize("case", list(_web_bot_auth()))
def test_their_window_of_a_hundred_years_is_refused_all_the_same(case):
    with pytest.raises(SignatureRefused) as refused:
        parse_request_signature(_bot_request(case))
    assert refused.value.code == "signature-window-too-long"
