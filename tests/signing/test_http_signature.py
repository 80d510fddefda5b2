"""Signed lookups: what the profile demands, and the code for each thing that is wrong."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import SignatureRefused
from registry.signing.http_signature import (
    ParsedSignature,
    SignedRequest,
    content_digest,
    parse_request_signature,
    verify_request,
)
from registry.signing.keys import generate
from registry.signing.request_profile import read_usual_signature
from tests.signing.lookups import (
    BODY,
    JSON,
    NOW,
    PLATFORM,
    URL,
    hand_signed,
    post,
    profile_params,
    signed_get,
    signed_headers,
    verify,
)

FULL = [
    ('"@method"', "POST"),
    ('"@target-uri"', URL),
    ('"content-type"', JSON),
    ('"content-digest"', content_digest(BODY)),
]
CONTENT = {"content-type": JSON, "content-digest": content_digest(BODY)}


def _refused(request, code, **options):
    with pytest.raises(SignatureRefused) as refused:
        verify(request, **options)
    assert refused.value.code == code
    assert len(refused.value.message) > 20
    return refused.value


def _hand(values=FULL, extra=CONTENT, label="sig1", **changes):
    return post(hand_signed(values, profile_params(**changes), label=label, extra=extra))


@pytest.mark.parametrize("algorithm", ["Ed25519", "ES256"])
def test_a_signed_lookup_verifies_and_says_what_was_signed(algorithm):
    signer = generate(algorithm)
    verified = verify(post(signed_headers(signer)), signer)
    assert verified.keyid == signer.kid
    assert (verified.nonce, verified.label, verified.tag) == ("n-1", "sig1", "consent-registry")
    assert (verified.created, verified.expires) == (NOW, NOW + 300)
    assert verified.base.decode().split("\n") == [
        '"@method": POST',
        f'"@target-uri": {URL}',
        '"content-type": application/json',
        f'"content-digest": {content_digest(BODY)}',
        '"@signature-params": ("@method" "@target-uri" "content-type" "content-digest")'
        f';created={NOW};expires={NOW + 300};nonce="n-1";keyid="{signer.kid}"'
        ';tag="consent-registry"',
    ]
    signer.public.verify(verified.base, verified.signature)


def test_a_lookup_without_a_body_covers_method_and_target():
    assert verify(signed_get()).base.startswith(b'"@method": GET\n"@target-uri": https://')


def test_header_fields_may_come_as_a_function():
    headers = signed_headers()
    assert verify(post(headers.get)).nonce == "n-1"


def test_the_signature_is_read_before_its_key_is_known():
    parsed = parse_request_signature(post(signed_headers()))
    assert isinstance(parsed, ParsedSignature)
    assert (parsed.keyid, parsed.alg) == (PLATFORM.kid, None)


@pytest.mark.parametrize("dropped", [identifier for identifier, _ in FULL])
def test_a_signature_that_leaves_out_a_needed_component_is_refused_by_its_name(dropped):
    request = _hand([pair for pair in FULL if pair[0] != dropped])
    refused = _refused(request, "signature-undercovered")
    assert refused.field == dropped.strip('"')
    assert dropped in refused.message


@pytest.mark.parametrize("dropped", ['"@method"', '"@target-uri"'])
def test_the_same_without_a_body(dropped):
    values = [pair for pair in FULL[:2] if pair[0] != dropped]
    request = post(hand_signed(values, profile_params()), body=b"")
    assert _refused(request, "signature-undercovered").field == dropped.strip('"')


def test_a_component_with_a_parameter_does_not_stand_for_the_whole():
    digest = content_digest(BODY)
    values = [*FULL[:3], ('"content-digest";key="sha-256"', digest.removeprefix("sha-256="))]
    assert _refused(_hand(values), "signature-undercovered").field == "content-digest"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"keyid": None}, "keyid-missing"),
        ({"keyid": ""}, "keyid-missing"),
        ({"nonce": None}, "nonce-missing"),
        ({"nonce": ""}, "nonce-missing"),
        ({"created": None}, "created-missing"),
        ({"expires": None}, "expires-missing"),
        ({"tag": None}, "tag-wrong"),
        ({"tag": "something-else"}, "tag-wrong"),
        ({"tag": "web-bot-auth"}, "tag-wrong"),
        ({"expires": NOW + 301}, "signature-window-too-long"),
        ({"expires": NOW}, "signature-malformed"),
        ({"expires": NOW - 1}, "signature-malformed"),
        ({"nonce": "n" * 257}, "signature-malformed"),
        ({"keyid": "k" * 513}, "signature-malformed"),
        ({"alg": "ecdsa-p256-sha256"}, "signature-algorithm"),
        ({"alg": "hmac-sha256"}, "signature-algorithm"),
        ({"alg": "Ed25519"}, "signature-algorithm"),
        ({"alg": ""}, "signature-algorithm"),
        ({"created": NOW + 31, "expires": NOW + 60}, "signature-not-yet-valid"),
        ({"created": NOW - 331, "expires": NOW - 31}, "signature-expired"),
        ({"surprise": "x"}, "signature-malformed"),
    ],
)
def test_each_parameter_that_is_missing_or_wrong_has_its_own_code(changes, code):
    _refused(_hand(**changes), code)


def test_the_clock_may_differ_by_the_skew_and_no_more():
    verify(_hand(created=NOW + 30, expires=NOW + 330))
    verify(_hand(created=NOW - 330, expires=NOW - 30))
    _refused(_hand(created=NOW + 1, expires=NOW + 9), "signature-not-yet-valid", skew=0)
    _refused(_hand(created=NOW - 9, expires=NOW - 1), "signature-expired", skew=0)


def test_the_algorithm_may_be_named_if_it_is_the_keys():
    assert verify(_hand(alg="ed25519"))
    signer = generate("ES256")
    params = profile_params(signer, alg="ecdsa-p256-sha256")
    assert verify(post(hand_signed(FULL, params, signer, extra=CONTENT)), signer)


@pytest.mark.parametrize(
    "change",
    [
        {"method": "PUT"},
        {"url": URL + "/"},
        {"url": URL + "?as_of=2020-01-01"},
        {"url": URL.replace("https", "http")},
        {"url": URL.replace("registry.", "registri.")},
    ],
)
def test_a_signature_does_not_fit_another_method_or_target(change):
    _refused(post(signed_headers(), **change), "signature-invalid")


def test_a_signature_does_not_fit_another_body_type_or_digest():
    headers = signed_headers()
    _refused(post(headers, body=BODY + b" "), "digest-mismatch")
    _refused(post(headers, body=b""), "digest-mismatch")
    _refused(post({**headers, "content-type": "text/plain"}), "signature-invalid")
    other = {**headers, "content-digest": content_digest(BODY + b" ")}
    _refused(post(other, body=BODY + b" "), "signature-invalid")


def test_a_body_added_to_a_request_that_was_signed_without_one_is_refused():
    get = signed_get()
    request = SignedRequest(get.method, get.target_uri, {**get.headers, **CONTENT}, BODY)
    assert _refused(request, "signature-undercovered").field == "content-type"


def test_a_body_without_a_digest_is_told_which_field_to_send():
    headers = signed_headers()
    del headers["content-digest"]
    assert "Content-Digest" in _refused(post(headers), "digest-missing").message
    del headers["content-type"]
    _refused(post({**headers, "content-digest": "x=1"}), "signature-malformed")


def test_a_signed_digest_of_an_algorithm_that_does_not_count_is_refused():
    values = [*FULL[:3], ('"content-digest"', "md5=:AAAA:")]
    _refused(_hand(values, {**CONTENT, "content-digest": "md5=:AAAA:"}), "digest-missing")


def test_another_key_does_not_verify_whatever_the_keyid_says():
    _refused(post(signed_headers()), "signature-invalid", signer=generate())
    _refused(post(signed_headers()), "signature-invalid", signer=generate("ES256"))


@pytest.mark.parametrize("missing", ["signature", "signature-input"])
def test_a_request_without_one_of_the_two_fields_is_not_signed(missing):
    headers = signed_headers()
    del headers[missing]
    _refused(post(headers), "signature-missing")
    _refused(post({**headers, missing: "  "}), "signature-missing")


@pytest.mark.parametrize(
    "changes",
    [
        {"signature": "sig2=:AAAA:"},
        {"signature": "sig1=:AAAA:, sig2=:AAAA:"},
        {"signature": 'sig1="AAAA"'},
        {"signature": "sig1"},
        {"signature": "sig1=(:AAAA:)"},
        {"signature": "sig1=:AAAA:;a=1"},
        {"signature": "sig1=:AAAA:, sig1=:AAAA:"},
        {"signature": "sig1=:A$:"},
        {"signature": "sig1=:AAAA:,"},
        {"signature": "Sig1=:AAAA:"},
        {"signature": "é"},
        {"signature": "a\nb"},
        {"signature": "x" * 8193},
        {"signature-input": "sig1"},
        {"signature-input": "sig1=1"},
        {"signature-input": 'sig1="@method"'},
        {"signature-input": "sig1=(@method)"},
        {"signature-input": "sig1=(1)"},
        {"signature-input": 'sig1=("@Method")'},
        {"signature-input": 'sig1=("@method" "@method")'},
        {"signature-input": 'sig1=("a b")'},
        {"signature-input": 'sig1=("date";key=1)'},
        {"signature-input": 'sig1=("date";sf=?0)'},
        {"signature-input": "sig1=(" + " ".join(f'"x-{i}"' for i in range(33)) + ")"},
        {"signature-input": 'sig1=("@method");created="1"'},
        {"signature-input": 'sig1=("@method");created=1.5'},
        {"signature-input": 'sig1=("@method");created=?1'},
        {"signature-input": 'sig1=("@method");created=@1'},
        {"signature-input": 'sig1=("@method");keyid=token'},
        {"signature-input": 'sig1=("@method");keyid=1'},
        {"signature-input": 'sig1=("@method");keyid=1;keyid="x"'},
        {"signature-input": 'sig1=("@method");tag="a";tag="consent-registry"'},
        {"signature-input": 'sig1=("@method"'},
        {"signature-input": "l" * 65 + '=("@method")', "signature": "l" * 65 + "=:AAAA:"},
    ],
)
def test_a_field_that_is_not_exactly_as_rfc_9421_writes_it_is_malformed(changes):
    _refused(post({**signed_headers(), **changes}), "signature-malformed")


@pytest.mark.parametrize("signature", [b"", bytes(63), bytes(64), bytes(65), bytes(4000)])
def test_a_signature_of_any_length_is_merely_invalid(signature):
    from registry.signing.signature_fields import byte_sequence

    headers = {**signed_headers(), "signature": f"sig1={byte_sequence(signature)}"}
    _refused(post(headers), "signature-invalid")


def test_more_components_are_fine_if_they_can_be_rebuilt():
    values = [
        *FULL,
        ('"@authority"', "registry.example"),
        ('"@scheme"', "https"),
        ('"@path"', "/v1/verify"),
        ('"@query"', "?"),
        ('"@request-target"', "/v1/verify"),
        ('"user-agent"', "robot/1.0"),
        ('"priority";key="u"', "1"),
    ]
    extra = {**CONTENT, "user-agent": "  robot/1.0 \t", "priority": "i, u=1"}
    assert verify(_hand(values, extra))


@pytest.mark.parametrize(
    ("identifier", "code"),
    [
        ('"@status"', "component-unknown"),
        ('"@signature-params"', "component-unknown"),
        ('"@future"', "component-unknown"),
        ('"@method";req', "component-unknown"),
        ('"@query-param"', "component-unknown"),
        ('"x-here";sf', "component-unknown"),
        ('"x-here";bs', "component-unknown"),
        ('"x-here";tr', "component-unknown"),
        ('"x-here";req', "component-unknown"),
        ('"x-here";key="a";sf', "component-unknown"),
        ('"x-here";key="z"', "signature-malformed"),
        ('"x-text";key="a"', "signature-malformed"),
        ('"x-not-here"', "signature-malformed"),
        ('"@query-param";name="absent"', "signature-malformed"),
        ('"@query-param";name="%FF"', "signature-malformed"),
    ],
)
def test_a_component_that_cannot_be_rebuilt_is_refused_by_name(identifier, code):
    extra = {**CONTENT, "x-here": "a=1", "x-text": '"'}
    refused = _refused(_hand([*FULL, (identifier, "x")], extra), code)
    if code == "component-unknown":
        assert identifier in refused.message


def test_a_query_parameter_is_compared_decoded_and_must_occur_once():
    url = URL + "?a=x%20y+z&b=~%2A*&c=1&c=2&d="
    values = [
        ('"@method"', "GET"),
        ('"@target-uri"', url),
        ('"@query-param";name="a"', "x%20y%20z"),
        ('"@query-param";name="b"', "%7E**"),
        ('"@query-param";name="d"', ""),
    ]
    headers = hand_signed(values, profile_params())
    assert verify(SignedRequest("GET", url, headers))
    headers = hand_signed([*values, ('"@query-param";name="c"', "1")], profile_params())
    _refused(SignedRequest("GET", url, headers), "signature-malformed")


@pytest.mark.parametrize(
    "url",
    [
        "/v1/verify",
        "ftp://a/",
        "https://",
        "https://u@a/",
        "https://a/ b",
        "https://a/é",
        "https://a/#f",
    ],
)
def test_a_target_that_is_no_plain_http_url_is_malformed(url):
    values = [('"@method"', "GET"), ('"@target-uri"', url.encode("ascii", "replace").decode())]
    request = SignedRequest("GET", url, hand_signed(values, profile_params()))
    _refused(request, "signature-malformed")


def test_a_method_cannot_carry_a_line_of_the_base():
    values = [('"@method"', "GET"), ('"@target-uri"', URL)]
    headers = hand_signed(values, profile_params())
    _refused(SignedRequest('GET\n"x": y', URL, headers), "signature-malformed")


def test_the_authority_is_lower_case_without_the_default_port():
    url = "https://Registry.Example:443/x"
    values = [('"@method"', "GET"), ('"@target-uri"', url), ('"@authority"', "registry.example")]
    assert verify(SignedRequest("GET", url, hand_signed(values, profile_params())))
    url = "http://registry.example:8080"
    values = [
        ('"@method"', "GET"),
        ('"@target-uri"', url),
        ('"@authority"', "registry.example:8080"),
        ('"@path"', "/"),
    ]
    assert verify(SignedRequest("GET", url, hand_signed(values, profile_params())))


def test_a_gateways_signature_beside_ours_does_no_harm_and_two_of_ours_are_ambiguous():
    ours = signed_headers()
    gateway = hand_signed([('"@method"', "POST")], {"keyid": "gw", "tag": "gateway"}, label="gw")
    both = {**ours, **{n: f"{gateway[n]}, {ours[n]}" for n in ("signature", "signature-input")}}
    assert verify(post(both)).label == "sig1"
    twice = hand_signed(FULL, profile_params(), label="sig2")
    both = {**ours, **{n: f"{ours[n]}, {twice[n]}" for n in ("signature", "signature-input")}}
    _refused(post(both), "signature-ambiguous")


def test_a_label_is_free_and_comes_back():
    assert verify(_hand(label="my-label_1.*")).label == "my-label_1.*"


# ---- Web Bot Auth ----

AGENT = '"https://bot.example"'


def _bot(values, *, method="GET", url=URL + "?id=x", extra=None, body=b"", **changes):
    params = profile_params(tag="web-bot-auth", **changes)
    return SignedRequest(method, url, hand_signed(values, params, extra=extra), body)


@pytest.mark.parametrize(
    "values",
    [
        [('"@target-uri"', URL + "?id=x")],
        [('"@authority"', "registry.example"), ('"@target-uri"', URL + "?id=x")],
        [('"@target-uri"', URL + "?id=x"), ('"signature-agent"', AGENT)],
    ],
)
def test_a_get_in_the_form_of_web_bot_auth_is_accepted(values):
    extra = {"signature-agent": AGENT} if '"signature-agent"' in dict(values) else None
    assert verify(_bot(values, extra=extra)).tag == "web-bot-auth"


def test_a_signature_agent_may_be_a_dictionary_of_which_one_member_is_covered():
    values = [('"@target-uri"', URL + "?id=x"), ('"signature-agent";key="a"', AGENT)]
    assert verify(_bot(values, extra={"signature-agent": f"a={AGENT}, b=1"}))


def test_web_bot_auth_needs_its_own_coverage():
    target = [('"@target-uri"', URL + "?id=x")]
    refused = _refused(_bot(target, extra={"signature-agent": AGENT}), "signature-undercovered")
    assert refused.field == "signature-agent"
    _refused(_bot(target, nonce=None), "nonce-missing")
    _refused(_bot(target, expires=NOW + 301), "signature-window-too-long")


@pytest.mark.parametrize("values", [[('"@method"', "GET")], [('"@authority"', "registry.example")]])
def test_a_signature_that_leaves_the_question_open_is_refused(values):
    assert _refused(_bot(values), "signature-undercovered").field == "@target-uri"


def test_web_bot_auth_is_for_gets_without_a_body():
    target = [('"@target-uri"', URL + "?id=x")]
    _refused(_bot(target, method="POST"), "tag-wrong")
    _refused(_bot(target, body=b"x"), "tag-wrong")
    _refused(_bot(target, url="https://other.example/"), "signature-invalid")


# ---- anything at all ----

FIELD_TEXT = st.text('sig1=()"@method;,:A?0. keyidtagcreated-*\\\t\n\0é', max_size=60)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_no_change_of_the_fields_verifies_and_none_raises_anything_else(data):
    headers = signed_headers()
    name = data.draw(st.sampled_from(["signature", "signature-input", "content-digest"]))
    text = headers[name]
    at = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(at, min(len(text), at + 3)))
    headers[name] = text[:at] + data.draw(FIELD_TEXT) + text[end:]
    try:
        verified = verify(post(headers))
    except SignatureRefused:
        return
    # The same in another spelling (white space between members) is the same.
    assert verified.base == verify(post(signed_headers())).base


@settings(max_examples=300, deadline=None)
@given(FIELD_TEXT, FIELD_TEXT, FIELD_TEXT, st.binary(max_size=3))
def test_fields_of_any_content_are_refused_and_nothing_else(inputs, signature, digest, body):
    headers = {
        "signature-input": inputs,
        "signature": signature,
        "content-digest": digest,
        "content-type": digest,
    }
    with pytest.raises(SignatureRefused):
        verify(post(headers, body=body))


_USUAL = signed_headers()
_SPELLINGS = [
    _USUAL["signature-input"],
    _USUAL["signature-input"].replace(";nonce=", ';alg="ed25519";nonce='),
    _USUAL["signature-input"].replace('"content-digest")', '"content-digest" "content-length")'),
    _USUAL["signature-input"].replace('"@method" "@target-uri"', '"@target-uri" "@method"'),
    _USUAL["signature-input"].replace("created=", "created=0"),
    _USUAL["signature-input"].replace(f"expires={NOW + 300}", f"expires={NOW + 301}"),
    _USUAL["signature-input"].replace(f"expires={NOW + 300}", f"expires={NOW}"),
    _USUAL["signature-input"].replace('nonce="n-1"', 'nonce=""'),
    _USUAL["signature-input"].replace('nonce="n-1"', f'nonce="{"n" * 256}"'),
    _USUAL["signature-input"].replace('nonce="n-1"', f'nonce="{"n" * 257}"'),
    _USUAL["signature-input"].replace('nonce="n-1"', 'nonce="\\"n"'),
    _USUAL["signature-input"].replace('nonce="n-1"', 'nonce="n\u00e4"'),
    _USUAL["signature-input"].replace("sig1=", "sig2="),
    _USUAL["signature-input"].replace("sig1=", "Sig1="),
    _USUAL["signature-input"].replace('tag="consent-registry"', 'tag="consent-registry";tag="x"'),
    _USUAL["signature-input"].replace('tag="consent-registry"', 'tag="other"'),
    _USUAL["signature-input"] + " ",
    " " + _USUAL["signature-input"],
    _USUAL["signature-input"] + "\n",
    _USUAL["signature-input"] + ", " + _USUAL["signature-input"].replace("sig1", "sig2"),
    "",
]
_SIGNATURES = [
    _USUAL["signature"],
    _USUAL["signature"].replace("==:", "=:"),
    _USUAL["signature"].replace("sig1=:", "sig1=:AAAA"),
    _USUAL["signature"].replace("sig1", "sig2"),
    _USUAL["signature"] + ";a",
    " " + _USUAL["signature"],
    "",
]


def _outcome(request: SignedRequest) -> object:
    """What comes of a request, whichever way it is read: what was verified, or the code of the refusal."""
    try:
        parsed = parse_request_signature(request)
        return verify_request(request, parsed, PLATFORM.public, NOW)
    except SignatureRefused as refused:
        return refused.code, refused.field, refused.message


@pytest.mark.parametrize("signature", _SIGNATURES, ids=range(len(_SIGNATURES)))
@pytest.mark.parametrize("spelling", _SPELLINGS, ids=range(len(_SPELLINGS)))
def test_the_usual_form_is_read_as_those_read_it_who_know_every_form(
    spelling, signature, monkeypatch
):
    request = post({**_USUAL, "signature-input": spelling, "signature": signature})
    quick = _outcome(request)
    usual = read_usual_signature(spelling, signature)
    monkeypatch.setattr("registry.signing.request_profile.read_usual_signature", lambda *_: None)
    assert _outcome(request) == quick
    if usual is not None:
        assert parse_request_signature(request) == usual


@pytest.mark.parametrize(
    "changes",
    [
        {"content-type": None},
        {"content-type": " application/json "},
        {"content-type": "text/plain"},
        {"content-type": "\x7f"},
        {"content-digest": None},
        {"content-digest": "sha-256=:AAAA:"},
        {"content-digest": _USUAL["content-digest"] + " "},
    ],
)
@pytest.mark.parametrize(("method", "url"), [("POST", URL), ("PUT", URL), ("POST", "nowhere")])
def test_what_the_usual_form_covers_is_held_against_the_request_alike(
    changes, method, url, monkeypatch
):
    fields = {name: value for name, value in {**_USUAL, **changes}.items() if value is not None}
    request = post(fields, method=method, url=url)
    quick = _outcome(request)
    monkeypatch.setattr("registry.signing.request_profile.read_usual_signature", lambda *_: None)
    assert _outcome(request) == quick


def test_what_sign_request_writes_is_the_usual_form():
    for headers in (signed_headers(), signed_headers(generate("ES256"))):
        assert read_usual_signature(headers["signature-input"], headers["signature"]) is not None
