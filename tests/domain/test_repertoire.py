"""A work's rows in the lists of whoever claims it: a function of its dossier, in stretches of time."""

import pytest

from registry.domain.declaration import Choice, Wish
from registry.domain.dossiers import Work
from registry.domain.events import Conditions, Subject
from registry.domain.repertoire import (
    OPEN,
    SILENCE,
    STANCES,
    entries_of,
    said_in,
    said_with,
    stance_of,
    title_key,
)
from registry.domain.vocabulary import AI_USAGES, Preference, Usage, WorkKind
from registry.services.declare import declare
from tests.registries import HOUR, STEWARD, Desk

URL = "https://artist.com/x"
ISRC = "isrc:GBAYE0601498"


def work_of(desk: Desk, id: str) -> Work:
    with desk.registry.reading() as uow:
        work = uow.projection.dossier("work", id)
    assert isinstance(work, Work)
    return work


def letters(**said: str) -> str:
    """`letters(search="a")`: what `Entry.said` has, nothing where nothing is given."""
    given = {name.replace("_", "-"): letter for name, letter in said.items()}
    return "".join(given.get(usage.value, "-") for usage in Usage) + "-"


def all_ai(letter: str) -> str:
    return letters(**{usage.value.replace("-", "_"): letter for usage in AI_USAGES})


@pytest.mark.parametrize(
    ("said", "stance"),
    [
        (SILENCE, "nothing"),
        ("d" * 9 + "-", "no-to-all"),
        (all_ai("d"), "no-ai"),
        (all_ai("c"), "ask-first"),
        (all_ai("k"), "with-credit"),
        (all_ai("a"), "yes"),
        ("a" * 9 + "+", "yes"),
        (letters(generative_training="d", voice_likeness="d"), "no-generative-ai"),
        (letters(generative_training="d", voice_likeness="d", search="a"), "no-generative-ai"),
        (letters(generative_training="d"), "mixed"),
        (letters(generative_training="d", voice_likeness="d", ai_input="a"), "mixed"),
        (letters(search="a"), "mixed"),
        (all_ai("d").replace("-", "d", 1), "mixed"),
    ],
)
def test_what_is_said_has_one_word(said: str, stance: str) -> None:
    assert stance_of(said) == stance
    assert stance in STANCES


def test_a_work_speaks_before_the_catalogue_use_by_use() -> None:
    assert said_with("d--------" + "-", "aaaaaaaaa+") == "daaaaaaaa+"
    assert said_with(SILENCE, SILENCE) == SILENCE


def test_titles_are_compared_without_case_accents_and_what_steers() -> None:
    assert title_key("  Über\u202e  Ätna ") == "uber atna"
    assert title_key("\u200b") == ""


def test_everybody_who_claims_a_work_has_a_row_of_their_own(desk: Desk) -> None:
    id, claim = desk.work(URL, ISRC)
    desk.prove(claim, ISRC)
    desk.declare(id, ai_training="deny")
    work = work_of(desk, id)
    (entry,) = entries_of(work)[desk.rightsholder()]
    assert (entry.from_at, entry.until_at) == (0, OPEN)
    assert entry.said == letters(ai_training="d")
    assert (entry.kind, entry.title_key) == (WorkKind.RECORDING, "a song")
    assert (entry.identifiers, entry.bare, entry.bare_texts) == (2, 1, URL)
    assert entry.said_at == work.declarations[0].at


def test_what_starts_and_ends_by_itself_has_its_row_now_already(desk: Desk) -> None:
    id, _ = desk.work(URL)
    start = desk.clock() + HOUR
    desk.declare(id, ai_training="deny", valid_from=start, valid_until=start + HOUR)
    (entries,) = entries_of(work_of(desk, id)).values()
    assert [(each.from_at, each.until_at, each.said[4]) for each in entries] == [
        (0, start, "-"),
        (start, start + HOUR, "d"),
        (start + HOUR, OPEN, "-"),
    ]


def test_a_yes_that_waits_is_no_yes_before_its_time(desk: Desk) -> None:
    id, _ = desk.work(URL)
    desk.declare(id, generative_training="allow", voice_likeness="conditional")
    work = work_of(desk, id)
    effect = work.declarations[0].statements[0].takes_effect_at
    assert effect is not None
    (entries,) = entries_of(work).values()
    assert [each.said for each in entries] == [
        letters(voice_likeness="d"),
        letters(generative_training="a", voice_likeness="c"),
    ]
    assert [each.until_at for each in entries] == [effect, OPEN]


def test_a_credit_line_alone_is_a_yes_with_credit_and_a_contact_asks(desk: Desk) -> None:
    id, _ = desk.work(URL)
    credit = Choice(Preference.CONDITIONAL, Conditions(credit="Ada"))
    both = Choice(Preference.CONDITIONAL, Conditions(credit="Ada", contact="mailto:a@b.example"))
    wish = Wish(preferences={"search": credit, "ai-training": both})
    holder = desk.rightsholder()
    with desk.registry.writing() as ledger:
        declare(ledger, holder, Subject("work", id), wish, STEWARD)
    work = work_of(desk, id)
    later = desk.clock() + 1000 * HOUR
    assert said_in(work.declarations, holder, later) == letters(search="k", ai_training="c")


def test_somebody_by_name_is_noted_beside(desk: Desk) -> None:
    id, _ = desk.work(URL)
    desk.declare(id, to=desk.platform(), ai_training="deny")
    (entries,) = entries_of(work_of(desk, id)).values()
    assert entries[0].said == SILENCE[:-1] + "+"
