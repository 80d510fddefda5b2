"""An outlook says for every moment to come what the rules would say then, if nothing more is said."""

from collections.abc import Iterator

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.dossiers import Dossier, Location, Platform, Rightsholder, Work
from registry.domain.event_body import Sequenced
from registry.domain.events import IdentifierRemovalProposed, LooseningConfirmed
from registry.domain.identifiers import parse_identifier
from registry.domain.locations import covering_keys, parse_location
from registry.domain.operator_events import PlatformAffiliated, PlatformAffiliationEnded
from registry.domain.outlook import Outlook, Span, outlook
from registry.domain.state import State
from registry.domain.vocabulary import Preference, Usage
from tests.model.histories import DAY, HOUR, T0, Log, any_histories, borders, of_work, parties

GEN = Usage.GENERATIVE_TRAINING
URL, ISRC = "https://artist.com/a/y", "isrc:GBAYE0601498"


def seen(log: Log, id: str, now: int = T0) -> Outlook:
    return outlook(next(d for d in State(log.entries).dossiers() if d.id == id), now)


def at(view: Outlook, t: int) -> Span:
    """The span that holds at t."""
    *_, last = (each for each in view.spans if each.since is None or each.since <= t)
    return msgspec.structs.replace(last, since=None)


def said(span: Span) -> list[tuple[str, Preference, bool]]:
    return [(each.usage.value, each.preference, each.pending) for each in span.says]


def test_a_permission_that_waits_is_seen_before_it_takes_effect() -> None:
    log = parties()
    work = log.work("r1", ISRC)
    log.declare("r1", of_work(work), {GEN: Preference.DENY})
    log.declare("r1", of_work(work), {GEN: Preference.ALLOW}, takes_effect_at=T0 + 3 * DAY)
    view = seen(log, work)
    now, later = view.spans
    assert said(now) == [("generative-training", Preference.DENY, False)]
    assert said(later) == [("generative-training", Preference.ALLOW, False)]
    assert later.since == T0 + 3 * DAY


def test_a_work_is_met_by_its_wide_keys_and_lies_under_the_keys_that_cover_its_addresses() -> None:
    log = parties()
    work = log.work("r1", URL, ISRC)
    (span,) = seen(log, work).spans
    url = parse_identifier(URL)
    assert set(span.keys) == {url.wide_key, parse_identifier(ISRC).wide_key}
    assert set(span.covering) == {key for key, _ in covering_keys(url.wide)}
    place = log.location("r1", "https://artist.com/a/")
    (there,) = seen(log, place).spans
    assert there.keys == (parse_location("https://artist.com/a/").key,)
    assert there.keys[0] in span.covering


def test_an_identifier_whose_removal_waits_is_gone_in_the_span_that_follows() -> None:
    log = parties()
    work = log.work("r1", URL, ISRC)
    log.add(IdentifierRemovalProposed("x", work, ISRC, "r1", T0 + 3 * DAY))
    log.add(LooseningConfirmed("x", of_work(work), "steward"))
    now, later = seen(log, work).spans
    assert set(now.keys) - set(later.keys) == {parse_identifier(ISRC).wide_key}
    assert later.since == T0 + 3 * DAY


def test_what_a_platform_belonged_to_stays_noted() -> None:
    log = parties()
    log.add(PlatformAffiliated("p1", "p2"))
    log.add(PlatformAffiliationEnded("p1", "p2"))
    log.add(PlatformAffiliated("p1", "p3"))
    assert seen(log, "p1").parents == (("p2", True), ("p3", False))


def moments_to_try(history: list[Sequenced]) -> Iterator[int]:
    for border in borders(history):
        yield from (border - 1, border, border + 1, border + HOUR)


@given(data=st.data(), history=any_histories())
@settings(max_examples=60)
def test_the_span_of_a_later_moment_is_what_is_seen_at_that_moment(
    data: st.DataObject, history: list[Sequenced]
) -> None:
    now = history[-1].at
    later = [t for t in moments_to_try(history) if t >= now] or [now]
    dossiers: list[Dossier] = list(State(history).dossiers())
    for t in data.draw(st.lists(st.sampled_from(later), min_size=1, max_size=4)):
        for dossier in dossiers:
            view, then = outlook(dossier, now), outlook(dossier, t)
            assert (view.kind, view.id, view.holders) == (then.kind, then.id, then.holders)
            if isinstance(dossier, Platform):
                assert not view.spans
                continue
            assert isinstance(dossier, Work | Location | Rightsholder)
            assert at(view, t) == at(then, t)
            assert [s.since for s in view.spans] == sorted(
                {s.since for s in view.spans}, key=lambda since: since or 0
            )
