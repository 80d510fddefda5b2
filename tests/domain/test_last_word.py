"""What is one's last word already need not be said again; what was taken back has to be."""

import pytest

from registry.domain.declaration import Wish, statements
from registry.domain.events import Conditions
from registry.domain.last_word import is_last_word
from registry.services.declare import withdraw
from registry.services.find import the_work
from registry.services.settle_loosening import cancel_loosening
from tests.registries import STEWARD, TOKEN, Desk, open_desk


@pytest.fixture
def desk(tmp_path):
    desk = open_desk(tmp_path, f"sqlite:///{tmp_path / 'registry.sqlite3'}")
    yield desk
    desk.registry.close()


def is_said(desk: Desk, work: str, wish: Wish) -> bool:
    with desk.registry.reading() as uow:
        held = the_work(uow, work).declarations
    return is_last_word(statements(wish, desk.clock()), held, desk.rightsholder())


def test_a_use_is_said_until_something_else_is_said_of_it(desk: Desk) -> None:
    work, _ = desk.work("isrc:GBAYE0601498")
    only = Wish(preset="no-generative-ai")
    assert not is_said(desk, work, only)
    desk.declare(work, generative_training="deny", voice_likeness="deny")
    assert is_said(desk, work, only)
    assert not is_said(desk, work, Wish(preset="no-ai"))
    desk.declare(work, search="deny")
    assert is_said(desk, work, only)
    desk.declare(work, generative_training="allow")  # it waits, and is one's last word all the same
    assert not is_said(desk, work, only)


def test_what_is_for_one_platform_or_for_a_time_or_anothers_is_not_said(desk: Desk) -> None:
    work, _ = desk.work("isrc:GBAYE0601498")
    only = Wish(preset="no-generative-ai")
    words = {"generative_training": "deny", "voice_likeness": "deny"}
    desk.declare(work, to=desk.platform(), **words)
    assert not is_said(desk, work, only)
    desk.declare(work, valid_until=desk.clock() + 1_000_000, **words)
    assert not is_said(desk, work, only)


def test_conditions_are_part_of_what_is_said_and_what_is_cancelled_or_withdrawn_is_not(
    desk: Desk,
) -> None:
    work, _ = desk.work("isrc:GBAYE0601498")
    asked = Wish(preset="ask-me-first", conditions=Conditions(contact="mailto:r@example.org"))
    names = (
        "data_mining",
        "ai_training",
        "generative_training",
        "voice_likeness",
        "ai_input",
        "ai_index",
    )
    made = desk.declare(work, actor=TOKEN, **dict.fromkeys(names, "conditional"))
    assert is_said(desk, work, asked)
    other = Wish(preset="ask-me-first", conditions=Conditions(contact="mailto:x@example.org"))
    assert not is_said(desk, work, other)
    with desk.registry.writing() as ledger:
        cancel_loosening(ledger, made.event.declaration, STEWARD)
    assert not is_said(desk, work, asked)


def test_a_no_that_is_being_withdrawn_has_to_be_said_again(desk: Desk) -> None:
    work, _ = desk.work("isrc:GBAYE0601498")
    only = Wish(preset="no-generative-ai")
    made = desk.declare(work, generative_training="deny", voice_likeness="deny")
    assert is_said(desk, work, only)
    with desk.registry.writing() as ledger:
        withdraw(ledger, desk.rightsholder(), made.record.id, TOKEN)  # it waits
    assert not is_said(desk, work, only)
