"""Stories make the events that the services make, with their waiting times."""

from registry.domain.events import Declared, WorkRegistered
from registry.domain.vocabulary import Preference
from registry.instants import DAY_MS
from registry.web.story import BEGIN, WAIT, Story


def test_what_loosens_waits_and_what_restricts_does_not() -> None:
    story = Story()
    work = story.work("isrc:GBAYE0601498")
    for preference in Preference:
        story.says(work, preference)
    waits = [
        entry.event.statements[0].takes_effect_at
        for entry in story.entries
        if isinstance(entry.event, Declared)
    ]
    assert dict(zip(Preference, waits, strict=True)) == {
        Preference.ALLOW: BEGIN + WAIT,
        Preference.DENY: None,
        Preference.CONDITIONAL: BEGIN + WAIT,
    }


def test_a_story_is_a_log_in_order_whose_time_never_goes_back() -> None:
    story = Story()
    story.work("isrc:GB-AYE-06-01498")
    story.pass_time(DAY_MS)
    story.location("https://m.example/a")
    assert [entry.seq for entry in story.entries] == list(range(len(story.entries)))
    assert story.entries[-1].at == BEGIN + DAY_MS
    (work,) = [each.event for each in story.entries if isinstance(each.event, WorkRegistered)]
    assert work.identifiers == ("isrc:GBAYE0601498",)
    assert story.state().dossier("work", work.work).id == work.work
