"""Witnesses as an operator writes them down."""

import pytest

from registry.errors import ConfigurationError
from registry.settings import Settings
from registry.signing.keys import generate
from registry.signing.note import cosigner_vkey, vkey
from registry.witness.known import KnownWitness, parse_witnesses

A, B = (cosigner_vkey(name, generate().public.raw) for name in ("a.example/w", "b.example"))


def test_each_is_a_key_and_an_address() -> None:
    found = parse_witnesses(f" {A} https://a.example/w/ ,\n{B} http://127.0.0.1:8110", "F")
    assert found == (
        KnownWitness(A, "https://a.example/w"),
        KnownWitness(B, "http://127.0.0.1:8110"),
    )
    assert [each.name for each in found] == ["a.example/w", "b.example"]
    assert parse_witnesses("", "F") == ()


@pytest.mark.parametrize(
    "text",
    [
        A,
        f"{A} a.example",
        f"{A} ftp://a.example",
        f"{A} https://a.example?x=1",
        f"{A} https://a.example {B}",
        "w.example https://w.example",
        f"{vkey('a.example', generate().public.raw)} https://a.example",
        f"{A} https://a.example, {A} https://b.example",
    ],
    ids=[
        "no-address",
        "no-scheme",
        "another-scheme",
        "a-query",
        "two-keys",
        "no-key",
        "a-key-of-another-kind",
        "twice",
    ],
)
def test_what_is_no_witness_is_refused_by_the_settings_name(text: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        parse_witnesses(text, "REGISTRY_WITNESSES")
    assert raised.value.field == "REGISTRY_WITNESSES"


def test_more_than_half_make_a_quorum_unless_said_otherwise() -> None:
    two = {"REGISTRY_WITNESSES": f"{A} https://a.example, {B} https://b.example"}
    assert Settings.from_environ({}).witness_quorum == 0
    assert Settings.from_environ(two).witness_quorum == 2
    assert Settings.from_environ({**two, "REGISTRY_WITNESS_QUORUM": "1"}).witness_quorum == 1
    with pytest.raises(ConfigurationError):
        Settings.from_environ({**two, "REGISTRY_WITNESS_QUORUM": "3"})


def test_there_are_not_more_than_a_note_has_room_for() -> None:
    named = [cosigner_vkey(f"w{n}.example", generate().public.raw) for n in range(33)]
    assert (
        len(parse_witnesses(",".join(f"{each} https://w.example" for each in named[:32]), "F"))
        == 32
    )
    with pytest.raises(ConfigurationError, match="33 witnesses"):
        parse_witnesses(",".join(f"{each} https://w.example" for each in named), "F")
