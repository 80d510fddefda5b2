"""What will be answered by itself, held against what is answered when the time has come."""

from registry.domain.identifiers import parse_identifier
from registry.domain.vocabulary import Decision, Usage
from registry.services.foresee import foresee
from registry.services.register_work import propose_identifier_removal
from tests.registries import DAY, HOUR, STEWARD, Desk

URL = "https://ada.example/a.mp3"
ISRC = "isrc:GBAYE0601498"
GEN = Usage.GENERATIVE_TRAINING


Told = tuple[int, dict[Usage, Decision]]


def foreseen(desk: Desk, *texts: str, asker: str | None = None) -> list[Told]:
    with desk.registry.lookups.transaction() as transaction:
        found = foresee(
            transaction, [parse_identifier(each) for each in texts], asker, desk.clock()
        )
    return [
        (each.at, {usage: answer.decision for usage, answer in each.answers.items()})
        for each in found
    ]


def test_a_proved_yes_that_waits_is_foreseen_to_the_millisecond(desk: Desk) -> None:
    work, claim = desk.work(URL)
    desk.prove(claim, URL)
    desk.declare(work, generative_training="deny")
    yes = desk.declare(work, generative_training="allow")
    (change,) = foreseen(desk, URL)
    assert change == (yes.takes_effect_at, {GEN: Decision.ALLOW})
    desk.clock.now = change[0] - 1
    assert desk.ask(URL).answer.decision is Decision.DENY  # type: ignore[union-attr]
    desk.clock.forward(1)
    assert desk.ask(URL).answer.decision is Decision.ALLOW  # type: ignore[union-attr]


def test_what_nobody_confirmed_what_is_not_proved_and_what_never_ends_is_not_foreseen(
    desk: Desk,
) -> None:
    work, _ = desk.work(URL)
    desk.declare(work, generative_training="deny")
    assert foreseen(desk, URL) == []
    desk.declare(work, generative_training="allow")  # confirmed, and by word alone
    (change,) = foreseen(desk, URL)
    assert change[1] == {GEN: Decision.UNSTATED}


def test_a_window_that_ends_and_several_moments_come_in_their_order(desk: Desk) -> None:
    work, claim = desk.work(URL)
    desk.prove(claim, URL)
    now = desk.clock()
    desk.declare(work, generative_training="deny", valid_until=now + 10 * DAY)
    desk.declare(work, ai_training="deny", valid_until=now + 2 * HOUR)
    first, second = foreseen(desk, URL)
    assert first == (now + 2 * HOUR, {Usage.AI_TRAINING: Decision.UNSTATED})
    assert second == (now + 10 * DAY, {GEN: Decision.UNSTATED})


def test_a_name_that_goes_is_foreseen_for_whoever_asks_by_it(desk: Desk) -> None:
    work, _ = desk.work(URL, ISRC)
    desk.declare(work, generative_training="deny")
    with desk.registry.writing() as ledger:
        gone = propose_identifier_removal(ledger, desk.rightsholder(), work, ISRC, STEWARD)
    assert foreseen(desk, ISRC) == []
    desk.confirm(gone.loosening)
    (change,) = foreseen(desk, ISRC)
    assert change == (gone.takes_effect_at, dict.fromkeys(Usage, Decision.UNREGISTERED))
    assert foreseen(desk, URL, ISRC) == []


def test_a_platform_that_was_named_is_foreseen_for_itself(desk: Desk) -> None:
    work, claim = desk.work(URL)
    desk.prove(claim, URL)
    platform = desk.platform()
    desk.declare(work, generative_training="deny")
    desk.declare(work, to=platform, generative_training="allow")
    assert foreseen(desk, URL) == []
    (change,) = foreseen(desk, URL, asker=platform)
    assert change[1] == {GEN: Decision.ALLOW}
