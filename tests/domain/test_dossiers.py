"""Dossiers keep what was folded, as bytes that are the same whenever the dossier is."""

import msgspec
import pytest
from hypothesis import given, settings

from registry.domain.dossiers import (
    HeldDeclaration,
    HeldIdentifier,
    HeldLink,
    HeldWithdrawal,
    Location,
    Platform,
    Removal,
    Rightsholder,
    Wait,
    Work,
    decode_dossier,
    encode_dossier,
    find_wait,
)
from registry.domain.event_body import Sequenced
from registry.domain.state import State
from registry.domain.vocabulary import LinkKind, WorkKind
from tests.model.histories import any_histories
from tests.model.profiles import examples


@pytest.mark.parametrize(
    ("confirmed_at", "cancelled_at", "effect"),
    [
        (None, None, None),
        (None, 5, None),
        (10, None, 100),
        (100, None, 100),
        (150, None, 150),
        (10, 99, None),
        (10, 100, 100),
        (150, 120, None),
        (150, 150, 150),
    ],
)
def test_what_waits_takes_effect_at_its_time_once_confirmed_and_unless_cancelled_before(
    confirmed_at: int | None, cancelled_at: int | None, effect: int | None
) -> None:
    assert Wait("x", confirmed_at, cancelled_at).effect(100) == effect
    assert Removal(Wait("x", confirmed_at, cancelled_at), "r", 100, 0).effect() == effect


@given(any_histories())
@settings(max_examples=examples(40), deadline=None)
def test_every_dossier_of_a_history_comes_back_from_its_bytes(history: list[Sequenced]) -> None:
    state = State(history)
    for dossier in state.dossiers():
        body = encode_dossier(dossier)
        assert decode_dossier(body) == dossier
        assert encode_dossier(decode_dossier(body)) == body


def test_a_body_says_what_kind_of_dossier_it_is() -> None:
    kinds = [
        Work("x", WorkKind.TEXT, "Poem"),
        Location("x", "https://artist.com/", False, True, "artist.com/", [1, 2]),
        Rightsholder("x", "Artist"),
        Platform("x", "Tune", "Tune Ltd"),
    ]
    assert [type(decode_dossier(encode_dossier(each))) for each in kinds] == [
        Work,
        Location,
        Rightsholder,
        Platform,
    ]
    with pytest.raises(msgspec.ValidationError):
        decode_dossier(b'{"id": "x", "name": "Artist"}')


def test_two_dossiers_never_share_what_they_hold() -> None:
    one, other = Rightsholder("a", "A"), Rightsholder("b", "B")
    one.declarations.append(HeldDeclaration(Wait("d"), 0, 0, "", "a", []))
    assert other.declarations == []


def test_whatever_waits_is_found_by_its_id() -> None:
    work = Work(
        "w",
        WorkKind.TEXT,
        "Poem",
        identifiers=[HeldIdentifier("doi:10.1/a", 0, removals=[Removal(Wait("i"), "r", 1, 0)])],
        links=[HeldLink("l", LinkKind.CONTAINS, "v", removals=[Removal(Wait("k"), "r", 1, 0)])],
        declarations=[
            HeldDeclaration(
                Wait("d"), 0, 0, "", "r", [], withdrawals=[HeldWithdrawal(Wait("e"), 1, {}, "")]
            )
        ],
    )
    for id in ("i", "k", "d", "e"):
        found = find_wait(work, id)
        assert found is not None
        assert found.id == id
    assert find_wait(work, "l") is None
    assert find_wait(Rightsholder("r", "R", declarations=work.declarations), "i") is None
