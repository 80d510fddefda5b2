"""What the platform is told in the tour."""

import re

from registry.cli.screen import GLYPHS
from registry.cli.tour.material import media, works
from registry.cli.tour.scenes_asked import NOT_REGISTERED
from tests.cli.tour.conftest import Taken


def test_one_question_and_what_its_answer_rests_on(tour: Taken) -> None:
    scene = tour.scene("asks about one recording")
    assert "⊖ deny   permitted: false" in scene
    assert "signature;req" in scene
    assert "Tour Label says deny" in scene


def test_the_tally_counts_every_item_and_shows_all_five_decisions(tour: Taken) -> None:
    scene = tour.scene("in one signed batch")
    tally = {
        word: int(count)
        for glyph, word, count in re.findall(r"^ +(\S)  (\w+) +(\d+)", scene, re.M)
        if GLYPHS.get(word) == glyph
    }
    assert set(tally) == set(GLYPHS) - {"error"}
    assert sum(tally.values()) == len(works()) + len(list(media())) + len(NOT_REGISTERED)
    assert tally["unregistered"] == len(NOT_REGISTERED)
    assert tally["conditional"] == 1
    assert tally["allow"] == 3


def test_to_tighten_is_immediate_and_leaves_the_past_as_it_was(tour: Taken) -> None:
    rows = tour.scene("changes its mind").splitlines()[1:]
    assert [re.search(r"[⊖○◌]", row)[0] for row in rows] == ["○", "⊖", "○"]  # type: ignore[index]


def test_a_yes_counts_only_confirmed_in_effect_and_proved_and_only_as_spelt(tour: Taken) -> None:
    rows = tour.scene("what it takes until that counts").splitlines()[1:6]
    shown = [re.search(r"[⊖○◌] \w+( \([\w-]+\))?", row)[0] for row in rows]  # type: ignore[index]
    assert shown == [
        "◌ unstated (not-stated)",
        "◌ unstated (not-stated)",
        "◌ unstated (unproven)",
        "○ allow",
        "◌ unstated (unproven)",
    ]
