"""A census: plain sums, each dossier once."""

from registry.domain.census import Census
from registry.domain.dossiers import Work
from registry.domain.vocabulary import Preference
from registry.instants import DAY_MS, HOUR_MS, month_of
from registry.web.story import BEGIN, Story

NOW = BEGIN + 100 * HOUR_MS


def counted(story: Story, now: int = NOW) -> Census:
    census = Census(at=now, size=len(story.entries))
    state = story.state()
    for dossier in state.dossiers():
        census.count(dossier)
    return census


def test_works_claims_and_statements_are_counted_once() -> None:
    story = Story()
    proved = story.work("isrc:GBAYE0601498", proved="isrc:GBAYE0601498")
    story.work("isrc:GBAYE0601499")
    story.says(proved, Preference.DENY)
    census = counted(story)
    assert {month: sum(kinds.values()) for month, kinds in census.works.items()} == {
        month_of(BEGIN): 2
    }
    assert census.claims == {"controlled": 1, "declared": 1}
    assert census.standing == {"generative-training": {"deny": 1}}


def test_what_waits_is_made_but_does_not_stand_and_what_was_replaced_neither() -> None:
    story = Story()
    work = story.work("isrc:GBAYE0601498", proved="isrc:GBAYE0601498")
    story.says(work, Preference.DENY)
    story.pass_time(HOUR_MS)
    story.says(work, Preference.ALLOW)
    early, late = counted(story, story.now + HOUR_MS), counted(story, story.now + 4 * DAY_MS)
    assert early.declarations == {month_of(BEGIN): {"generative-training": {"deny": 1, "allow": 1}}}
    assert early.standing == {"generative-training": {"deny": 1}}
    assert late.standing == {"generative-training": {"allow": 1}}


def test_a_word_for_one_platform_is_no_word_for_everybody() -> None:
    story = Story()
    work = story.work("isrc:GBAYE0601498", proved="isrc:GBAYE0601498")
    story.says(work, Preference.DENY, to="P")
    census = counted(story)
    assert census.declarations[month_of(BEGIN)] == {"generative-training": {"deny": 1}}
    assert census.standing == {}


def test_a_no_has_waited_until_the_first_day_on_which_a_platform_was_refused() -> None:
    story = Story()
    work = story.work("isrc:GBAYE0601498")
    story.says(work, Preference.DENY)
    (dossier,) = [each for each in story.state().dossiers() if isinstance(each, Work)]
    said = dossier.declarations[0].at
    day = said - said % DAY_MS
    for days, expected in (
        ([], "not-asked"),
        ([day - DAY_MS], "not-asked"),
        ([day - DAY_MS, day], "same-day"),
        ([day + 2 * DAY_MS], "within-a-week"),
        ([day + 20 * DAY_MS], "within-a-month"),
        ([day + 200 * DAY_MS, day + 300 * DAY_MS], "later"),
    ):
        census = Census(at=NOW, size=0)
        census.count_waits(dossier, {"generative-training": days})
        assert census.waits == {expected: 1}, days
