"""Which statement stands at a time, by hand and against a count of every moment."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given

from registry.domain.dossiers import (
    Affiliation,
    HeldDeclaration,
    HeldWithdrawal,
    Platform,
    Wait,
)
from registry.domain.events import Statement
from registry.domain.standing import (
    Standing,
    end_of,
    in_force,
    moments,
    names,
    names_for_restriction,
    start_of,
)
from registry.domain.vocabulary import Preference, Usage
from tests.domain.asking import ALLOW, CONDITIONAL, DENY, GEN, SEARCH
from tests.domain.slots import END, USAGES, slots


def declared(
    id: str,
    preference: Preference,
    valid_from: int = 0,
    valid_until: int | None = None,
    *,
    takes_effect_at: int | None = None,
    wait: Wait | None = None,
    usage: Usage = GEN,
    **more: Any,
) -> HeldDeclaration:
    statement = Statement(usage, preference, valid_from, valid_until, takes_effect_at)
    members = {"seq": 0, "at": 0, "digest": "", "rightsholder": "r", **more}
    return HeldDeclaration(wait=wait or Wait(id, 0), statements=[statement], **members)


def said(declarations: Sequence[HeldDeclaration], t: int, usage: Usage = GEN) -> str:
    """Ids and preferences of what is in force, in a line."""
    return " ".join(
        f"{each.declaration.id}:{each.preference}{' pending' if each.pending else ''}"
        for each in in_force(declarations, "r", usage, t)
    )


def test_a_window_holds_its_start_and_not_its_end() -> None:
    slot = [declared("a", DENY, 10, 20)]
    assert [said(slot, t) for t in (9, 10, 19, 20)] == ["", "a:deny", "a:deny", ""]


def test_the_latest_issued_of_those_whose_windows_are_open_wins() -> None:
    slot = [declared("a", ALLOW, 10), declared("b", DENY, 5)]
    assert [said(slot, t) for t in (4, 5, 15)] == ["", "b:deny", "b:deny"]


def test_a_window_that_ends_lets_the_earlier_statement_speak_again() -> None:
    slot = [declared("a", DENY), declared("b", ALLOW, 10, 20)]
    assert [said(slot, t) for t in (9, 10, 20)] == ["a:deny", "b:allow", "a:deny"]


def test_a_category_that_a_later_declaration_does_not_state_stands_as_it_was() -> None:
    slot = [declared("a", DENY), declared("b", ALLOW, usage=SEARCH)]
    assert (said(slot, 5), said(slot, 5, SEARCH)) == ("a:deny", "b:allow")


def test_rightsholders_and_grantees_have_slots_of_their_own() -> None:
    slot = [
        declared("a", DENY),
        declared("b", ALLOW, grantee="p"),
        declared("c", ALLOW, rightsholder="other"),
    ]
    assert said(slot, 5) == "a:deny b:allow"


@pytest.mark.parametrize(
    ("wait", "speaks_from"),
    [
        (Wait("b", 0), 72),
        (Wait("b", 80), 80),
        (Wait("b", None), None),
        (Wait("b", 0, 71), None),
        (Wait("b", 0, 72), 72),
        (Wait("b", 80, 75), None),
    ],
)
def test_what_loosens_speaks_once_confirmed_from_its_time_unless_cancelled_before(
    wait: Wait, speaks_from: int | None
) -> None:
    slot = [declared("a", DENY), declared("b", ALLOW, takes_effect_at=72, wait=wait)]
    for t in (0, 71, 72, 79, 80, 1000):
        loosened = speaks_from is not None and t >= speaks_from
        assert said(slot, t) == ("b:allow" if loosened else "a:deny")


def test_a_conditional_that_waits_speaks_as_a_deny_where_nothing_else_stands() -> None:
    waiting = declared("b", CONDITIONAL, 5, 90, takes_effect_at=72)
    assert [said([waiting], t) for t in (4, 5, 71, 72, 89, 90)] == [
        "", "b:deny pending", "b:deny pending", "b:conditional", "b:conditional", "",
    ]  # fmt: skip
    assert said([declared("a", ALLOW), waiting], 6) == "a:allow"
    unconfirmed = declared("b", CONDITIONAL, takes_effect_at=72, wait=Wait("b"))
    assert said([unconfirmed], 500) == "b:deny pending"
    cancelled = declared("b", CONDITIONAL, takes_effect_at=72, wait=Wait("b", None, 500))
    assert said([cancelled], 10) == "b:deny pending", "to cancel takes back no restriction"


def test_an_allow_that_waits_says_nothing() -> None:
    assert said([declared("b", ALLOW, takes_effect_at=72)], 10) == ""


@pytest.mark.parametrize(
    ("ends_at", "wait", "ended_from"),
    [
        (None, Wait("e"), 50),
        (122, Wait("e", 50), 122),
        (122, Wait("e", 200), 200),
        (122, Wait("e"), None),
        (122, Wait("e", 50, 60), None),
    ],
    ids=["at once", "confirmed", "confirmed late", "never confirmed", "cancelled"],
)
@pytest.mark.parametrize("preference", list(Preference))
def test_a_withdrawal_ends_what_it_names_at_once_or_when_it_takes_effect(
    preference: Preference, ends_at: int | None, wait: Wait, ended_from: int | None
) -> None:
    withdrawal = HeldWithdrawal(wait, 50, {GEN: ends_at}, "")
    slot = [declared("a", preference, withdrawals=[withdrawal])]
    for t in (0, 49, 50, 121, 122, 199, 200, 10_000):
        ended = ended_from is not None and t >= ended_from
        assert said(slot, t) == ("" if ended else f"a:{preference}")


def test_the_first_end_that_comes_counts() -> None:
    withdrawals = [
        HeldWithdrawal(Wait("e"), 50, {GEN: 122}, ""),
        HeldWithdrawal(Wait("f", 60), 60, {GEN: 70, SEARCH: None}, ""),
    ]
    held = declared("a", DENY, 0, 100, withdrawals=withdrawals)
    assert end_of(held, held.statements[0]) == 70


# -- against a count of every moment ------------------------------------------------------------------


def plainly(declarations: Sequence[HeldDeclaration], usage: Usage, t: int) -> set[tuple[str, bool]]:
    """Section 3 of docs/answering.md once more, in the plainest words: (declaration, pending?)."""
    found = set()
    for grantee in (None, "p"):
        mine = [
            (held, statement)
            for held in declarations
            if (held.rightsholder, held.grantee) == ("r", grantee)
            for statement in held.statements
            if statement.usage is usage
        ]
        windows = [(held, s, start_of(held, s), end_of(held, s)) for held, s in mine]
        not_ended = [(held, s, start) for held, s, start, end in windows if end is None or t < end]
        open_now = [held for held, _, start in not_ended if start is not None and start <= t]
        waiting = [
            held
            for held, s, start in not_ended
            if s.preference is CONDITIONAL
            and s.takes_effect_at is not None
            and s.valid_from <= t
            and (start is None or start > t)
        ]
        if open_now:
            found.add((max(open_now, key=lambda held: held.seq).id, False))
        elif waiting:
            found.add((max(waiting, key=lambda held: held.seq).id, True))
    return found


def in_force_at(declarations: Sequence[HeldDeclaration], usage: Usage, t: int) -> set[Any]:
    return {(each.declaration.id, each.pending) for each in in_force(declarations, "r", usage, t)}


@given(slots())
def test_at_every_moment_that_stands_which_the_page_says(slot: list[HeldDeclaration]) -> None:
    for t in range(END + 20):
        for usage in USAGES:
            assert in_force_at(slot, usage, t) == plainly(slot, usage, t)


@given(slots())
def test_nothing_changes_but_at_one_of_the_moments(slot: list[HeldDeclaration]) -> None:
    known = set(moments(slot))
    for t in range(1, END + 20):
        if t not in known:
            for usage in USAGES:
                assert in_force_at(slot, usage, t) == in_force_at(slot, usage, t - 1)


def test_a_conditional_in_an_allows_place_stands_only_as_long_as_that_would() -> None:
    asked = declared("c", CONDITIONAL, 5)
    asked.statements = [Statement(GEN, CONDITIONAL, 5, reach=0)]
    allow = declared("b", ALLOW, 2, 20)
    assert said([declared("a", DENY), allow, asked], 10) == "c:conditional"
    assert said([declared("a", DENY), allow, asked], 20) == "a:deny"
    assert said([allow, asked], 20) == "c:deny pending"
    assert said([asked], 10) == "c:deny pending"


# -- naming -------------------------------------------------------------------------------------------


def to(grantee: str | None, preference: Preference = ALLOW, seq: int = 10) -> Standing:
    held = declared("a", preference, grantee=grantee, seq=seq)
    return Standing(held, held.statements[0], preference)


def asker(*affiliations: Affiliation) -> Platform:
    return Platform("p", "P", "P", affiliations=list(affiliations))


@pytest.mark.parametrize(
    ("affiliations", "permits", "restricts"),
    [
        ([], False, False),
        ([Affiliation("g", 9)], True, True),
        ([Affiliation("g", 11)], False, True),
        ([Affiliation("g", 9, ended=True)], False, True),
        ([Affiliation("g", 5, ended=True), Affiliation("g", 9)], True, True),
        ([Affiliation("g", 5, ended=True), Affiliation("g", 11)], False, True),
        ([Affiliation("h", 9)], False, False),
    ],
    ids=["never", "before", "after", "ended", "again before", "again after", "of another"],
)
def test_a_permission_to_a_group_is_for_who_was_in_it_and_still_is_a_denial_for_who_ever_was(
    affiliations: list[Affiliation], permits: bool, restricts: bool
) -> None:
    assert names(to("g"), asker(*affiliations)) is permits
    assert names_for_restriction(to("g", DENY), asker(*affiliations)) is restricts


def test_everybody_and_nobody_are_not_named() -> None:
    for naming in (names, names_for_restriction):
        assert naming(to("p"), asker())
        assert not naming(to(None), asker())
        assert not naming(to("p"), None)
