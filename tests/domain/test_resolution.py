"""The 28 examples of the design (1 to 27 and 14b), asked of the rules; and what no act may bring about.

The first table stands beside the one in `answers.md`: a name for what stands, the question, the decision.
"""

from collections.abc import Callable

import pytest

from registry.domain.events import (
    ClaimObjected,
    DisputeDecided,
    DisputeOpened,
    IdentifierAdded,
    LinkConfirmed,
    LinkMade,
    ObjectionAnswered,
)
from registry.domain.locations import parse_location
from registry.domain.matching import MOST_WORKS
from registry.domain.operator_events import PlatformAffiliated, PlatformAffiliationEnded
from registry.domain.resolution import MAX_VALIDITY_MS, resolve
from registry.domain.state import State
from registry.domain.vocabulary import Assurance, LinkKind, Role, Usage, WorkKind
from registry.errors import InvalidLocation
from tests.domain.asking import (
    ALLOW,
    CONDITIONAL,
    DENY,
    GEN,
    ISRC,
    OTHER_URL,
    SEARCH,
    SONG,
    UPC,
    URL,
    ask,
    decided,
    prove,
    question,
)
from tests.model.histories import DAY, T0, WAIT, Log, catalogue, of_location, of_work, parties


def work(log: Log, *said: dict, by: str = "r1", proof: tuple[str, ...] = ()) -> str:  # type: ignore[type-arg]
    """A recording with a URL and an ISRC, proof for some, and what is said of it."""
    made = log.work(by, URL, ISRC)
    prove(log, by, made, *proof)
    for preferences in said:
        log.declare(by, of_work(made), preferences)
    return made


def nothing(log: Log) -> None:
    pass


def a_denied_work(log: Log) -> None:
    work(log, {GEN: DENY})


def an_allowed_work_by_word(log: Log) -> None:
    work(log, {GEN: ALLOW})


def an_allowed_work_whose_url_is_proved(log: Log) -> None:
    work(log, {GEN: ALLOW}, proof=(URL,))


def a_denied_catalogue_and_an_allowed_work_proved(log: Log) -> None:
    log.declare("r1", catalogue("r1"), {GEN: DENY})
    work(log, {GEN: ALLOW}, proof=(URL,))


def a_denied_catalogue_and_an_allowed_work_by_word(log: Log) -> None:
    log.declare("r1", catalogue("r1"), {GEN: DENY})
    work(log, {GEN: ALLOW})


def a_denied_catalogue_and_a_work_that_states_only_search(log: Log) -> None:
    log.declare("r1", catalogue("r1"), {GEN: DENY})
    work(log, {SEARCH: ALLOW})


def a_denied_work_that_is_allowed_to_p1(log: Log) -> None:
    made = work(log, {GEN: DENY}, proof=(URL,))
    log.declare("r1", of_work(made), {GEN: ALLOW}, grantee="p1")


def an_allowed_work_in_a_catalogue_denied_to_p1(log: Log) -> None:
    work(log, {GEN: ALLOW}, proof=(URL,))
    log.declare("r1", catalogue("r1"), {GEN: DENY}, grantee="p1")


def a_composition(log: Log, said: dict) -> str:  # type: ignore[type-arg]
    song = log.work("r2", SONG, kind=WorkKind.COMPOSITION, role=Role.COMPOSITION, inside=None)
    prove(log, "r2", song, SONG, level=Assurance.ATTESTED)
    log.declare("r2", of_work(song), said)
    return song


def an_allowed_recording_of_a_denied_composition(log: Log) -> None:
    song = a_composition(log, {GEN: DENY})
    log.link("r1", work(log, {GEN: ALLOW}, proof=(URL,)), LinkKind.EMBODIES, song)


def an_allowed_recording_with_compositions_not_stated(log: Log) -> None:
    made = log.work("r1", URL, inside=None)
    prove(log, "r1", made, URL)
    log.declare("r1", of_work(made), {GEN: ALLOW})


def an_allowed_work_with_a_silent_co_owner(log: Log) -> None:
    log.claim("r2", of_work(work(log, {GEN: ALLOW}, proof=(URL,))))


def an_allowed_recording_of_an_allowed_composition(log: Log) -> str:
    song = a_composition(log, {GEN: ALLOW})
    made = work(log, {GEN: ALLOW}, proof=(URL,))
    return log.link("r1", made, LinkKind.EMBODIES, song)


def the_same_with_the_link_confirmed(log: Log) -> None:
    link = an_allowed_recording_of_an_allowed_composition(log)
    linked = log.entries[-1].event
    assert isinstance(linked, LinkMade)
    made, song = linked.work, linked.to
    log.add(LinkConfirmed(link=link, work=made, rightsholder="r2"))
    assert (
        decided(log, URL) == "unstated added-later"
    )  # what R2 permitted before reaches no link made later
    log.declare("r2", of_work(song), {GEN: ALLOW})


def a_denied_location(log: Log) -> None:
    place = log.location("r1", "https://music.label.net/a/")
    log.declare("r1", of_location(place), {GEN: DENY})


def a_work_with_a_url_at_a_denied_location(log: Log) -> None:
    a_denied_location(log)
    log.work("r2", "https://music.label.net/a/x.mp3", ISRC)


def a_denial_and_later_words_on_search(log: Log) -> None:
    work(log, {GEN: DENY}, {SEARCH: ALLOW})


def a_standing_denial_and_another_for_a_month(log: Log) -> None:
    made = work(log, {GEN: DENY})
    log.declare(
        "r1", of_work(made), {GEN: DENY}, valid_from=T0 + 10 * DAY, valid_until=T0 + 41 * DAY
    )
    log.now += 50 * DAY


def a_denial_and_an_allow_that_waits(log: Log) -> None:
    made = work(log, {GEN: DENY}, proof=(URL,))
    log.declare("r1", of_work(made), {GEN: ALLOW}, takes_effect_at=T0 + WAIT)


def one_ms_before(log: Log) -> None:
    a_denial_and_an_allow_that_waits(log)
    log.now += WAIT - 1


def on_effect(log: Log) -> None:
    a_denial_and_an_allow_that_waits(log)
    log.now += WAIT


def a_conditional_proved(log: Log) -> None:
    work(log, {GEN: CONDITIONAL}, proof=(URL,))


def a_conditional_by_word(log: Log) -> None:
    work(log, {GEN: CONDITIONAL})


def an_allowed_url_and_somebody_elses_denied_isrc(log: Log) -> None:
    made = log.work("r1", URL)
    prove(log, "r1", made, URL)
    log.declare("r1", of_work(made), {GEN: ALLOW})
    log.declare("r2", of_work(log.work("r2", ISRC)), {GEN: DENY})


def a_track_of_a_denied_release(log: Log) -> None:
    album = log.work("r1", UPC, kind=WorkKind.RELEASE)
    log.declare("r1", of_work(album), {GEN: DENY})
    log.work("r2", ISRC, links=[(LinkKind.PART_OF, album)])


EXAMPLES = [
    ("1", nothing, (URL,), GEN, None, "unregistered"),
    ("2", a_denied_work, (URL,), GEN, None, "deny"),
    ("3", an_allowed_work_by_word, (URL,), GEN, None, "unstated unproven"),
    ("4", an_allowed_work_whose_url_is_proved, (URL,), GEN, None, "allow"),
    ("5", an_allowed_work_whose_url_is_proved, (ISRC,), GEN, None, "unstated unproven"),
    ("5 both", an_allowed_work_whose_url_is_proved, (URL, ISRC), GEN, None, "unstated unproven"),
    ("6", a_denied_work, (URL,), SEARCH, None, "unstated not-stated"),
    ("7", a_denied_catalogue_and_an_allowed_work_proved, (URL,), GEN, None, "allow"),
    ("8", a_denied_catalogue_and_an_allowed_work_by_word, (URL,), GEN, None, "deny"),
    ("9", a_denied_catalogue_and_a_work_that_states_only_search, (URL,), GEN, None, "deny"),
    ("10 P", a_denied_work_that_is_allowed_to_p1, (URL,), GEN, "p1", "allow"),
    ("10 Q", a_denied_work_that_is_allowed_to_p1, (URL,), GEN, "p2", "deny"),
    ("10 nobody", a_denied_work_that_is_allowed_to_p1, (URL,), GEN, None, "deny"),
    ("11 P", an_allowed_work_in_a_catalogue_denied_to_p1, (URL,), GEN, "p1", "deny"),
    ("11 Q", an_allowed_work_in_a_catalogue_denied_to_p1, (URL,), GEN, "p2", "allow"),
    (
        "11 nobody",
        an_allowed_work_in_a_catalogue_denied_to_p1,
        (URL,),
        GEN,
        None,
        "unstated depends-on-asker",
    ),
    ("12", an_allowed_recording_of_a_denied_composition, (URL,), GEN, None, "deny"),
    (
        "13",
        an_allowed_recording_with_compositions_not_stated,
        (URL,),
        GEN,
        None,
        "unstated composition-unknown",
    ),
    (
        "14",
        an_allowed_work_with_a_silent_co_owner,
        (URL,),
        GEN,
        None,
        "unstated co-owner-silent",
    ),
    ("14b confirmed", the_same_with_the_link_confirmed, (URL,), GEN, None, "allow"),
    (
        "14b not confirmed",
        an_allowed_recording_of_an_allowed_composition,
        (URL,),
        GEN,
        None,
        "unstated unproven",
    ),
    ("15 under", a_denied_location, ("https://music.label.net/a/x.mp3",), GEN, None, "deny"),
    ("15 beside", a_denied_location, ("https://music.label.net/abc",), GEN, None, "unregistered"),
    ("16", a_work_with_a_url_at_a_denied_location, (ISRC,), GEN, None, "deny"),
    ("17", a_denial_and_later_words_on_search, (URL,), GEN, None, "deny"),
    ("18", a_standing_denial_and_another_for_a_month, (URL,), GEN, None, "deny"),
    ("19 before", one_ms_before, (URL,), GEN, None, "deny"),
    ("19 after", on_effect, (URL,), GEN, None, "allow"),
    ("19 after, unproven", on_effect, (ISRC,), GEN, None, "unstated unproven"),
    ("20 controlled", a_conditional_proved, (URL,), GEN, None, "conditional"),
    ("20 declared", a_conditional_by_word, (URL,), GEN, None, "deny conditions-unverified"),
    ("21", an_allowed_url_and_somebody_elses_denied_isrc, (URL, ISRC), GEN, None, "deny"),
    ("22", a_denied_work, (URL,), GEN, None, "deny"),  # the error is reported by services.answer
    ("24", a_track_of_a_denied_release, (ISRC,), GEN, None, "deny"),
    ("26", a_denied_work, ("http://www.artist.com/x/?utm_source=a",), GEN, None, "deny"),
    (
        "27",
        an_allowed_work_whose_url_is_proved,
        ("https://www.artist.com/X",),
        GEN,
        None,
        "unstated unproven",
    ),
]


@pytest.mark.parametrize(
    ("standing", "asked", "usage", "asker", "expected"),
    [row[1:] for row in EXAMPLES],
    ids=[row[0] for row in EXAMPLES],
)
def test_the_examples_of_the_design(
    standing: Callable[[Log], object],
    asked: tuple[str, ...],
    usage: Usage,
    asker: str | None,
    expected: str,
) -> None:
    log = parties()
    standing(log)
    assert decided(log, *asked, usage=usage, asker=asker) == expected
    decision = expected.split(maxsplit=1)[0]
    found = ask(log, *asked, usage=usage, asker=asker)
    assert found.permitted == (decision == "allow")
    assert found.opted_out == (decision not in ("allow", "unregistered"))


def test_example_25_a_host_with_other_peoples_content_cannot_be_claimed() -> None:
    with pytest.raises(InvalidLocation) as refused:
        parse_location("https://www.youtube.com/")
    assert refused.value.code == "location-user-content"


# -- how long an answer holds, and as of when ------------------------------------------------------------


def test_an_answer_holds_until_what_it_rests_on_changes_or_an_hour_at_most() -> None:
    log = parties()
    a_denial_and_an_allow_that_waits(log)
    assert ask(log, URL).valid_until == T0 + MAX_VALIDITY_MS
    assert ask(log, URL, at=T0 + WAIT - 7).valid_until == T0 + WAIT
    assert ask(log, OTHER_URL).valid_until == T0 + MAX_VALIDITY_MS


def test_an_answer_as_of_then_uses_only_what_was_logged_by_then() -> None:
    log = parties()
    made = work(log, {GEN: DENY})
    log.now += DAY
    log.add(IdentifierAdded(made, OTHER_URL, "r1"))
    then = State(entry for entry in log.entries if entry.at <= T0)
    assert resolve(question(log, OTHER_URL, at=T0), then).decision == "unregistered"
    assert resolve(question(log, URL, at=T0), then).decision == "deny"
    assert decided(log, OTHER_URL) == "deny"


def test_an_asker_who_was_not_registered_yet_is_named_by_nobody() -> None:
    log = parties()
    an_allowed_work_in_a_catalogue_denied_to_p1(log)
    assert decided(log, URL, asker="somebody-new") == "allow"


# -- attacks: what nobody but the proven rightsholder may bring about ----------------------------------------


def _s1_links_round(log: Log, song: str, made: str) -> None:
    mine = log.work("s1", "https://label.net/own", links=[(LinkKind.CONTAINS, song)])
    log.grant("s1", f"{mine}c", of_work(mine), identifier="https://label.net/own")
    log.declare("s1", of_work(mine), {GEN: ALLOW})
    log.link("s1", made, LinkKind.CONTAINS, mine)


def _s1_claims_both(log: Log, song: str, made: str) -> None:
    for subject in (song, made):
        claim = log.claim("s1", of_work(subject), inside="mine")
        log.grant("s1", claim, of_work(subject), location="https://label.net/")
        log.declare("s1", of_work(subject), {GEN: ALLOW})


def _s1_objects(log: Log, song: str, made: str) -> None:
    for subject in (song, made):
        claim = log.claim("s1", of_work(subject))
        log.add(ClaimObjected(f"{subject}c", of_work(subject), claim, "s1"))
    log.now += 20 * DAY


def _s1_disputes(log: Log, song: str, made: str) -> None:
    for subject, holder in ((song, "r2"), (made, "r1")):
        log.add(DisputeOpened(f"q{subject}", f"{subject}c", of_work(subject), holder, ""))


def _s1_adds_identifiers(log: Log, song: str, made: str) -> None:
    for subject in (song, made):
        log.claim("s1", of_work(subject))
        log.add(IdentifierAdded(subject, "https://label.net/own", "s1"))
    place = log.location("s1", "https://label.net/", sole=True)
    log.grant("s1", f"{place}c", of_location(place), location="https://label.net/")
    log.declare("s1", of_location(place), {GEN: ALLOW})
    log.declare("s1", catalogue("s1"), {GEN: ALLOW})


def _s1_takes_the_host(log: Log, song: str, made: str) -> None:
    for url in ("https://artist.com/", "https://artist.com/x/"):
        place = log.location("s1", url, sole=True)
        log.declare("s1", of_location(place), {GEN: ALLOW})


def _s1_makes_a_release(log: Log, song: str, made: str) -> None:
    album = log.work("s1", UPC, kind=WorkKind.RELEASE)
    log.grant("s1", f"{album}c", of_work(album), identifier=UPC, level=Assurance.ATTESTED)
    log.declare("s1", of_work(album), {GEN: ALLOW})
    for track in (song, made):
        log.link("s1", track, LinkKind.PART_OF, album)


def _p1_joins_and_leaves(log: Log, song: str, made: str) -> None:
    log.add(PlatformAffiliated("p3", "p1"))
    log.add(PlatformAffiliated("p3", "p2"))
    log.add(PlatformAffiliationEnded("p3", "p2"))


ATTACKS = [
    _s1_links_round,
    _s1_claims_both,
    _s1_objects,
    _s1_disputes,
    _s1_adds_identifiers,
    _s1_takes_the_host,
    _s1_makes_a_release,
    _p1_joins_and_leaves,
]
_ORDER = ("deny", "unstated", "conditional", "unregistered", "allow")


def _no_more_permissive(after: str, before: str) -> bool:
    return _ORDER.index(after) <= _ORDER.index(before)


@pytest.mark.parametrize("song_says", [ALLOW, CONDITIONAL, DENY, None])
@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_makes_any_answer_more_permissive(
    attack: Callable[[Log, str, str], None], song_says: object
) -> None:
    def told(log: Log) -> dict[tuple[object, ...], str]:
        state = State(log.entries)
        return {
            (asked, usage, asker): resolve(
                question(log, *asked, usage=usage, asker=asker), state
            ).decision
            for asked in ((URL,), (ISRC,), (SONG,), (UPC,), (URL, ISRC))
            for usage in (GEN, SEARCH)
            for asker in (None, "p1", "p3")
        }

    log = parties()
    song = a_composition(log, {GEN: song_says, SEARCH: DENY} if song_says else {SEARCH: ALLOW})
    made = work(log, {GEN: ALLOW, SEARCH: DENY}, proof=(URL,))
    log.declare("r1", of_work(made), {GEN: ALLOW}, grantee="p1")
    log.declare("r1", catalogue("r1"), {GEN: DENY}, grantee="p2")
    log.link("r1", made, LinkKind.EMBODIES, song)
    before = told(log)
    attack(log, song, made)
    after = told(log)
    for key, decision in after.items():
        if before[key] != "unregistered":  # a stranger may register what nobody had
            assert _no_more_permissive(decision, before[key]), key


def test_an_objection_answered_in_time_leaves_the_denial_standing() -> None:
    log = parties()
    made = work(log, {GEN: DENY}, by="r2")
    mine = log.claim("r1", of_work(made))
    log.grant("r1", mine, of_work(made), identifier=URL, level=Assurance.ATTESTED)
    log.declare("r1", of_work(made), {GEN: ALLOW})
    log.add(ClaimObjected(f"{made}c", of_work(made), mine, "r1"))
    aside = T0 + 14 * DAY
    assert [decided(log, URL, at=t) for t in (aside - 1, aside)] == ["deny", "allow"]
    assert ask(log, URL, at=aside - 1).valid_until == aside
    log.add(ObjectionAnswered(f"{made}c", of_work(made), ("a", "b"), ""))
    assert decided(log, URL, at=aside) == "deny"


def test_a_work_whose_claims_have_all_ended_is_known_and_permits_nothing() -> None:
    log = parties()
    made = work(log, {GEN: ALLOW}, proof=(URL,))
    log.add(DisputeOpened("q", f"{made}c", of_work(made), "r1", ""))
    log.add(DisputeDecided("q", f"{made}c", of_work(made), "r1", True, ("a", "b"), ""))
    assert decided(log, URL) == "unstated not-stated"


# -- too many, and round and round ---------------------------------------------------------------------------


@pytest.mark.parametrize(("works", "expected"), [(MOST_WORKS, "allow"), (MOST_WORKS + 1, None)])
def test_a_chain_of_works_is_followed_to_the_limit_and_no_further(
    works: int, expected: str | None
) -> None:
    log = parties()
    used: str | None = None
    for number in range(works):
        url = URL if number == works - 1 else f"https://artist.com/{number}"
        links = [] if used is None else [(LinkKind.CONTAINS, used)]
        used = log.work("r1", url, links=links)
        prove(log, "r1", used, url)
    log.declare("r1", catalogue("r1"), {GEN: ALLOW})
    assert decided(log, URL) == (expected or "unstated too-many-links")


def test_at_the_limit_whoever_registered_first_is_heard() -> None:
    log = parties()
    for number in range(100):  # from here on ids have three digits, and sort as ids by time do
        log.rightsholder(f"x{number}")
    log.declare("r1", of_work(log.work("r1", ISRC)), {GEN: DENY})
    for _ in range(MOST_WORKS + 3):
        log.work("s1", ISRC)
    assert decided(log, ISRC) == "deny too-many-links"


@pytest.mark.parametrize("kind", [LinkKind.CONTAINS, LinkKind.EMBODIES, LinkKind.PART_OF])
def test_links_that_lead_round_come_to_an_end(kind: LinkKind) -> None:
    log = parties()
    one, two, three = (log.work("r1", f"https://artist.com/{n}", URL) for n in range(3))
    for source, to in ((one, two), (two, three), (three, one), (one, one)):
        log.link("r1", source, kind, to)
    log.declare("r1", of_work(three), {GEN: DENY})
    assert decided(log, "https://artist.com/0") == "deny"


def test_a_mesh_of_works_is_answered_in_a_moment() -> None:
    # Followed naively, 120 works that all lead to each other have more ways than could ever be walked.
    log = parties()
    works = [log.work("s1", f"https://label.net/{n}", kind=WorkKind.RELEASE) for n in range(120)]
    for number, source in enumerate(works):
        for step in range(1, 30):
            kind = LinkKind.PART_OF if number % 2 else LinkKind.CONTAINS
            log.link("s1", source, kind, works[(number + step) % 120])
    log.declare("s1", catalogue("s1"), {GEN: ALLOW})
    found = ask(log, "https://label.net/0")
    assert (found.decision, found.reasons) == ("unstated", ("unproven",))
