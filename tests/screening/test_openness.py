"""What stands open to everybody, and each thing that keeps it from it."""

from collections.abc import Callable

import pytest

from registry.domain.identifiers import parse_identifier
from registry.domain.state import State
from registry.domain.vocabulary import Preference, Usage
from registry.screening.openness import allowed_in, may_stand_open, stands_open
from tests.model.histories import HOUR, Log, catalogue, of_work, parties
from tests.screening.histories import CODES, proven

CODE, OTHER = CODES[:2]
GEN = Usage.GENERATIVE_TRAINING
ALLOW, DENY = Preference.ALLOW, Preference.DENY
URL = "https://artist.com/x"


def is_open(log: Log, code: str = CODE, usage: Usage = GEN) -> bool:
    return stands_open(parse_identifier(code), usage, State(log.entries), log.now, log.now + HOUR)


def test_a_proven_yes_to_everybody_stands_open_in_its_category_and_in_no_other() -> None:
    log = parties()
    proven(log, "r1", CODE)
    assert is_open(log)
    assert not is_open(log, usage=Usage.SEARCH)
    assert not is_open(log, OTHER)


def test_a_url_never_stands_open_because_its_other_spellings_do_not() -> None:
    log = parties()
    proven(log, "r1", CODE, URL)
    assert is_open(log)
    assert not is_open(log, URL)


SPOILERS: dict[str, Callable[[Log, str], object]] = {
    "a no to one platform": lambda log, work: log.declare(
        "r1", of_work(work), {GEN: DENY}, grantee="p1"
    ),
    "a yes to one platform besides": lambda log, work: log.declare(
        "r1", of_work(work), {GEN: ALLOW}, grantee="p1"
    ),
    "a no to one platform, for the catalogue, that is over": lambda log, work: log.declare(
        "r1", catalogue("r1"), {GEN: DENY}, grantee="p1", valid_until=log.now
    ),
    "a no that begins before the snapshot is over": lambda log, work: log.declare(
        "r1", of_work(work), {GEN: DENY}, valid_from=log.now + HOUR - 1
    ),
    "a catalogue's no that begins": lambda log, work: log.declare(
        "r1", catalogue("r1"), {GEN: DENY}, valid_from=log.now + 1
    ),
    "a co-owner who says nothing": lambda log, work: log.claim("r2", of_work(work)),
    "another work with the same code": lambda log, work: log.work("r2", CODE),
    "a no": lambda log, work: log.declare("r1", of_work(work), {GEN: DENY}),
}


@pytest.mark.parametrize("spoiler", SPOILERS)
def test_what_could_make_it_a_no_to_anybody_at_any_time_keeps_it_from_standing_open(
    spoiler: str,
) -> None:
    log = parties()
    SPOILERS[spoiler](log, proven(log, "r1", CODE))
    assert not is_open(log)


def test_a_no_that_begins_when_the_snapshot_is_over_does_not() -> None:
    log = parties()
    work = proven(log, "r1", CODE)
    log.declare("r1", of_work(work), {GEN: DENY}, valid_from=log.now + HOUR)
    assert is_open(log)


def test_only_works_that_somebody_ever_said_yes_to_are_worth_a_look() -> None:
    log = parties()
    plain = log.work("r1", OTHER)
    work = proven(log, "r1", CODE)
    log.declare("r2", catalogue("r2"), {Usage.SEARCH: ALLOW, GEN: DENY})
    log.claim("r2", of_work(plain))
    state = State(log.entries)
    catalogues = {"r2": allowed_in(state.dossier("rightsholder", "r2").declarations)}  # type: ignore[union-attr]
    assert may_stand_open(state.dossier("work", work), catalogues) == {GEN}  # type: ignore[arg-type]
    assert may_stand_open(state.dossier("work", plain), catalogues) == {Usage.SEARCH}  # type: ignore[arg-type]
    assert may_stand_open(state.dossier("work", plain), {}) == set()  # type: ignore[arg-type]
