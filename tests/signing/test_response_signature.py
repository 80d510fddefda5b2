"""Signed answers: bound to their question, and to every byte of themselves."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.errors import SignatureRefused, VerificationFailed
from registry.signing.http_signature import (
    RequestSignature,
    content_digest,
    request_signature,
    response_keyid,
    sign_response,
    verify_response,
)
from registry.signing.keys import generate
from registry.signing.signature_fields import byte_sequence, read_signatures
from tests.signing.lookups import (
    ANSWER,
    JSON,
    NOW,
    PLATFORM,
    REGISTRY,
    URL,
    answer_headers,
    hand_signed,
    post,
    signed_headers,
    verify,
)


def _find_key(kid):
    if kid != REGISTRY.kid:
        raise VerificationFailed(f"unknown keyid {kid}")
    return REGISTRY.public


def _check(headers, *, asked=None, **changes):
    arguments = {
        "status": 200,
        "body": ANSWER,
        "request_method": "POST",
        "target_uri": URL,
        "request_signature": request_signature(asked or signed_headers()),
        "find_key": _find_key,
        "now": NOW + 1,
        **changes,
    }
    verify_response(headers=headers, **arguments)


def _refused(headers, words=None, **changes):
    with pytest.raises(VerificationFailed, match=words):
        _check(headers, **changes)


def _answer(**options):
    return answer_headers(verify(post(signed_headers())), **options)


def test_an_answer_verifies_for_the_one_who_asked():
    _check(_answer())


def test_the_signature_covers_exactly_what_the_profile_says():
    headers = _answer()
    assert headers["signature-input"] == (
        'sig1=("@status" "content-type" "content-digest" "@method";req "@target-uri";req '
        f'"signature";req;key="sig1");created={NOW};keyid="{REGISTRY.kid}";tag="consent-registry"'
    )
    assert headers["content-digest"] == content_digest(ANSWER)


@pytest.mark.parametrize("algorithm", ["Ed25519", "ES256"])
def test_a_registry_may_sign_with_either_algorithm(algorithm):
    signer = generate(algorithm)
    _check(_answer(signer=signer), find_key=lambda _: signer.public)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": 403},
        {"body": ANSWER.replace(b"deny", b"allo")},
        {"body": b""},
        {"request_method": "GET"},
        {"target_uri": URL + "?x"},
        {"asked": signed_headers(nonce="another")},
        {"asked": signed_headers(generate())},
        {"request_signature": None},
        {"find_key": lambda _: PLATFORM.public},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_an_answer_fits_no_other_status_body_question_or_key(changes):
    _refused(_answer(), **changes)


def test_an_answer_of_another_type_or_digest_is_refused():
    _refused({**_answer(), "content-type": "text/html"})
    _refused({**_answer(), "content-digest": content_digest(b"other")}, "not that of")
    headers = _answer()
    del headers["content-type"]
    _refused(headers, "must cover")
    headers = _answer()
    del headers["content-digest"]
    _refused(headers, "Content-Digest")


def test_an_answer_without_a_signature_or_with_two_is_refused():
    for missing in ("signature", "signature-input"):
        headers = _answer()
        del headers[missing]
        _refused(headers, "not signed")
    a = _answer()
    b = {n: a[n].replace("sig1=", "sig2=", 1) for n in ("signature", "signature-input")}
    _refused({**a, **{n: f"{a[n]}, {b[n]}" for n in b}}, "exactly one signature")


def _pairs():
    signature = verify(post(signed_headers())).signature
    return [
        ('"@status"', "200"),
        ('"content-type"', JSON),
        ('"content-digest"', content_digest(ANSWER)),
        ('"@method";req', "POST"),
        ('"@target-uri";req', URL),
        ('"signature";req;key="sig1"', byte_sequence(signature)),
    ]


def _by_hand(pairs, **changes):
    params = {"created": NOW, "keyid": REGISTRY.kid, "tag": "consent-registry", **changes}
    params = {name: value for name, value in params.items() if value is not None}
    extra = {"content-type": JSON, "content-digest": content_digest(ANSWER)}
    return hand_signed(pairs, params, REGISTRY, extra=extra)


@pytest.mark.parametrize("dropped", range(6))
def test_an_answer_that_leaves_out_a_component_is_refused(dropped):
    pairs = _pairs()
    _check(_by_hand(pairs))
    _check(_by_hand(pairs[::-1]))
    _refused(_by_hand(pairs[:dropped] + pairs[dropped + 1 :]), "must cover")


def test_an_answer_that_covers_something_else_instead_is_refused():
    _refused(_by_hand([*_pairs(), ('"date"', "x")]), "must cover")
    _refused(_by_hand([*_pairs()[:5], ('"signature";req', "x")]), "must cover")


@pytest.mark.parametrize(
    "changes", [{"created": None}, {"keyid": None}, {"tag": None}, {"tag": "x"}, {"keyid": "x"}]
)
def test_an_answer_needs_a_time_a_known_key_and_the_tag(changes):
    _refused(_by_hand(_pairs(), **changes))


def test_an_old_answer_is_refused_unless_it_is_read_from_the_files():
    _check(_answer(), now=NOW + 330)
    _refused(_answer(), "ask again", now=NOW + 331)
    _check(_answer(), now=NOW - 30)
    _refused(_answer(), "future", now=NOW - 31)
    _check(_answer(), now=None)


def test_an_answer_to_an_unsigned_question_is_signed_without_its_signature():
    headers = answer_headers(None)
    _check(headers, request_signature=None)
    _refused(headers, "must cover")


def test_an_answer_without_content_type_is_signed_without_it():
    headers = sign_response(
        204,
        None,
        b"",
        request_method="DELETE",
        target_uri=URL,
        request_signature=RequestSignature("sig1", b"x" * 64),
        signer=REGISTRY,
        keyid=REGISTRY.kid,
        created=NOW,
    )
    arguments = {
        "status": 204,
        "body": b"",
        "request_method": "DELETE",
        "request_signature": RequestSignature("sig1", b"x" * 64),
    }
    _check(headers, **arguments)
    _refused({**headers, "content-type": JSON}, "must cover", **arguments)


def test_the_keyid_can_be_read_before_the_key_is_known():
    assert response_keyid(_answer()) == REGISTRY.kid
    with pytest.raises(VerificationFailed):
        response_keyid({})
    with pytest.raises(VerificationFailed, match="names no keyid"):
        response_keyid(_by_hand(_pairs(), keyid=None))


def test_the_clients_own_signature_is_read_from_its_own_fields():
    verified = verify(post(signed_headers()))
    assert request_signature(signed_headers()) == verified.request_signature
    with pytest.raises(SignatureRefused):
        request_signature({})
    a = signed_headers()
    b = {n: a[n].replace("sig1=", "sig2=", 1) for n in ("signature", "signature-input")}
    with pytest.raises(SignatureRefused, match="several"):
        request_signature({n: f"{a[n]}, {b[n]}" for n in b})


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_change_of_an_answers_fields_verifies_and_none_raises_anything_else(data):
    headers = _answer()
    name = data.draw(st.sampled_from([*headers]))
    text = headers[name]
    at = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(at, min(len(text), at + 3)))
    inserted = data.draw(st.text('sig1=()"@;:A? .,\n\0é', max_size=4))
    headers[name] = text[:at] + inserted + text[end:]
    try:
        _check(headers)
    except VerificationFailed:
        return
    # Another spelling of the same: white space, or base64 without its padding (RFC 9651, 4.2.7).
    assert read_signatures(headers) == read_signatures(_answer())
    if name.startswith("content"):
        assert headers[name].strip(" \t") == text


@pytest.mark.parametrize("url", [URL + "?id=x::", URL + "?id=::&a=;created=0;", URL])
@pytest.mark.parametrize("signed", [True, False])
def test_an_answer_is_bound_to_whatever_address_was_asked(url, signed):
    """Of the base of an answer only what changes is put together anew: an address stays as it is."""
    bound = RequestSignature("sig1", b"s" * 64) if signed else None
    headers = sign_response(
        200,
        JSON,
        ANSWER,
        request_method="GET",
        target_uri=url,
        request_signature=bound,
        signer=REGISTRY,
        keyid=REGISTRY.kid,
        created=NOW,
    )
    about = {
        "request_method": "GET",
        "request_signature": bound,
        "find_key": lambda _: REGISTRY.public,
    }
    answer = {
        "status": 200,
        "headers": {**headers, "content-type": JSON},
        "body": ANSWER,
        "now": NOW,
    }
    verify_response(**answer, **about, target_uri=url)
    with pytest.raises(VerificationFailed):
        verify_response(**answer, **about, target_uri=url + ":")
