"""How long to wait: as long as the registry says, and never for ever."""

import pytest

from registry.client.pace import LONGEST_WAIT_SECONDS, Pace, pause_before
from registry.errors import Unavailable


def test_pauses_grow_and_are_no_shorter_than_asked_for() -> None:
    first, later = pause_before(0, None, "it"), pause_before(3, None, "it")
    assert 0.1 <= first <= 0.2 < 5 <= later <= 10
    assert pause_before(0, 30, "it") == 30
    with pytest.raises(Unavailable, match="come back in 61 seconds"):
        pause_before(0, LONGEST_WAIT_SECONDS + 1, "it")


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ('"platform";r=0;t=12', 12),
        ('"platform"; t=12; r=0', 12),
        ('"platform";r=0;t=999999', LONGEST_WAIT_SECONDS),
        ('"platform";r=1;t=12', 0),
        ('"platform";r=0', 0),
        ('"platform";r=-0;t=x', 0),
        ("", 0),
    ],
)
def test_nothing_is_sent_while_no_place_is_left(said: str, wait: float) -> None:
    pace = Pace()
    pace.saw({"ratelimit": said}, 100.0)
    assert pace.wait(100.0) == wait
    assert pace.wait(100.0 + wait) == 0


def test_a_reply_that_came_late_does_not_shorten_the_wait() -> None:
    pace = Pace()
    pace.saw({"ratelimit": '"platform";r=0;t=30'}, 100.0)
    pace.saw({"ratelimit": '"platform";r=0;t=3'}, 101.0)
    pace.saw({"ratelimit": '"platform";r=7;t=3'}, 102.0)
    assert pace.wait(110.0) == 20
