"""Registering and claiming: canonical, bounded, by somebody who exists, and nobody takes from another."""

import pytest

from registry.domain.events import Subject
from registry.domain.vocabulary import Decision, Role, WorkKind
from registry.errors import Conflict, Forbidden, InvalidInput, NotFound, RegistryError, TooLarge
from registry.services.register_work import (
    MOST_CLAIMS,
    MOST_IDENTIFIERS,
    MOST_LINKS,
    NewLocation,
    NewWork,
    add_identifiers,
    claim_subject,
    propose_identifier_removal,
    register_location,
    register_work,
)
from registry.services.settle_loosening import confirm_loosening
from tests.registries import DAY, STEWARD, TOKEN, Desk

ISRC = "isrc:GBAYE0601498"
OTHER = "isrc:USRC17607839"
NOBODY = "01990000-0000-7000-8000-000000000000"
NEW = {
    "title": "A song",
    "kind": WorkKind.RECORDING,
    "role": Role.RECORDING,
    "identifiers": (ISRC,),
}


def test_spellings_of_one_identifier_are_kept_once_and_canonical(desk: Desk) -> None:
    work, _ = desk.work("isrc:gb-aye-06-01498", ISRC)
    with desk.registry.reading() as uow:
        held = uow.projection.dossier("work", work).identifiers  # type: ignore[union-attr]
    assert [each.text for each in held] == [ISRC]


WRONG: list[tuple[dict[str, object], type[RegistryError], str]] = [
    ({"title": " "}, InvalidInput, "title"),
    ({"title": "\u200b\u202e"}, InvalidInput, "title"),
    ({"title": "two\nlines"}, InvalidInput, "title"),
    ({"title": "x" * 501}, InvalidInput, "title"),
    ({"identifiers": ()}, InvalidInput, "identifiers"),
    ({"identifiers": (ISRC, "isrc:USRC1760783")}, InvalidInput, "identifiers[1]"),
    ({"identifiers": (ISRC,) * (MOST_IDENTIFIERS + 1)}, TooLarge, "identifiers"),
    ({"embodies": [NOBODY]}, NotFound, "embodies[0]"),
    ({"part_of": ("no id",)}, NotFound, "part_of[0]"),
]


@pytest.mark.parametrize(("given", "error", "field"), WRONG)
def test_a_work_that_cannot_be_registered_names_the_field_and_leaves_nothing(
    desk: Desk, given: dict[str, object], error: type[RegistryError], field: str
) -> None:
    holder, before = desk.rightsholder(), desk.fsck().events
    with desk.registry.writing() as ledger, pytest.raises(error) as raised:
        register_work(ledger, holder, NewWork(**{**NEW, **given}), TOKEN)  # type: ignore[arg-type]
    assert raised.value.field == field
    assert desk.fsck().events == before


def test_nobody_who_is_not_registered_can_claim_anything(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    with desk.registry.writing() as ledger:
        for act in (
            lambda: register_work(ledger, NOBODY, NewWork(**NEW), STEWARD),  # type: ignore[arg-type]
            lambda: register_location(ledger, NOBODY, NewLocation("https://m.example/"), STEWARD),
            lambda: claim_subject(ledger, NOBODY, Subject("work", work), Role.OTHER, None, STEWARD),
        ):
            with pytest.raises(NotFound) as raised:
                act()
            assert raised.value.field == "rightsholder"


def test_a_work_links_to_at_most_so_many_others(desk: Desk) -> None:
    song, _ = desk.work(ISRC, kind=WorkKind.COMPOSITION)
    holder = desk.rightsholder()
    new = NewWork(**NEW, embodies=[song] * (MOST_LINKS + 1))  # type: ignore[arg-type]
    with desk.registry.writing() as ledger, pytest.raises(TooLarge):
        register_work(ledger, holder, new, TOKEN)


@pytest.mark.parametrize(
    ("embodies", "contains", "inside"),
    [
        (None, None, None),
        ("none", None, "none"),
        ("mine", "none", "mine"),
        ("none", "song", "listed"),
        ((), None, "none"),
    ],
)
def test_what_is_said_of_the_rights_inside_is_kept(
    desk: Desk, embodies: object, contains: object, inside: str | None
) -> None:
    song, _ = desk.work(OTHER, kind=WorkKind.COMPOSITION)
    holder = desk.rightsholder()
    if contains == "song":
        contains = [song]
    with desk.registry.writing() as ledger:
        new = NewWork(**NEW, embodies=embodies, contains=contains)  # type: ignore[arg-type]
        assert register_work(ledger, holder, new, TOKEN).claims[0].inside == inside


@pytest.mark.parametrize(
    "url", ["https://soundcloud.com/", "https://com/", "ftp://x.example/", "x"]
)
def test_a_place_that_nobody_speaks_for_as_a_whole_is_refused(desk: Desk, url: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        desk.location(url)
    assert raised.value.field == "url"


def test_a_second_claim_in_the_same_role_is_a_conflict_and_in_another_is_not(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    holder, subject = desk.rightsholder(), Subject("work", work)
    with desk.registry.writing() as ledger:
        with pytest.raises(Conflict) as raised:
            claim_subject(ledger, holder, subject, Role.RECORDING, None, TOKEN)
        assert raised.value.field == "role"
        claim = claim_subject(ledger, holder, subject, Role.PERFORMANCE, "mine", TOKEN)
        assert claim.role is Role.PERFORMANCE
        with pytest.raises(InvalidInput) as raised_too:
            claim_subject(ledger, holder, subject, Role.OTHER, "listed", TOKEN)
        assert raised_too.value.field == "inside"


def test_claims_on_one_work_are_bounded(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    holders = [desk.rightsholder(f"S{n}") for n in range(MOST_CLAIMS // len(Role) + 1)]
    with desk.registry.writing() as ledger:
        claims = ((holder, role) for holder in holders for role in Role)
        for _ in range(MOST_CLAIMS - 1):
            holder, role = next(claims)
            claim_subject(ledger, holder, Subject("work", work), role, None, TOKEN)
        holder, role = next(claims)
        with pytest.raises(TooLarge):
            claim_subject(ledger, holder, Subject("work", work), role, None, TOKEN)


def test_identifiers_are_added_by_claimants_only_and_adding_twice_changes_nothing(
    desk: Desk,
) -> None:
    work, _ = desk.work(ISRC)
    stranger = desk.rightsholder("Stranger")
    with desk.registry.writing() as ledger:
        with pytest.raises(Forbidden):
            add_identifiers(ledger, stranger, work, [OTHER], TOKEN)
        add_identifiers(ledger, desk.names["R1"], work, [ISRC, OTHER, OTHER], TOKEN)
    size = desk.fsck().events
    with desk.registry.writing() as ledger:
        add_identifiers(ledger, desk.names["R1"], work, [OTHER], TOKEN)
    assert desk.fsck().events == size


def test_a_strangers_claim_takes_no_identifier_away_from_the_others(desk: Desk) -> None:
    work, _ = desk.work(ISRC, OTHER)
    desk.declare(work, generative_training="deny")
    stranger, holder = desk.rightsholder("Stranger"), desk.rightsholder()
    with desk.registry.writing() as ledger:
        claim_subject(ledger, stranger, Subject("work", work), Role.OTHER, "mine", TOKEN)
        proposal = propose_identifier_removal(ledger, stranger, work, OTHER, TOKEN)
        confirm_loosening(ledger, proposal.loosening, STEWARD)
    desk.clock.forward(30 * DAY)
    assert desk.ask(OTHER).answer.decision is Decision.DENY  # type: ignore[union-attr]
    with desk.registry.writing() as ledger:
        mine = propose_identifier_removal(ledger, holder, work, OTHER, TOKEN)
        confirm_loosening(ledger, mine.loosening, STEWARD)
    desk.clock.forward(3 * DAY - 1)
    assert desk.ask(OTHER).opted_out
    desk.clock.forward(DAY)
    assert desk.ask(OTHER).answer.decision is Decision.UNREGISTERED  # type: ignore[union-attr]
    assert desk.ask(ISRC).answer.decision is Decision.DENY  # type: ignore[union-attr]


def test_what_a_work_does_not_have_cannot_be_taken_away(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    holder = desk.rightsholder()
    with desk.registry.writing() as ledger, pytest.raises(NotFound) as raised:
        propose_identifier_removal(ledger, holder, work, OTHER, TOKEN)
    assert raised.value.field == "identifier"
