"""The 28 examples of the design (1 to 27 and 14b), asked of the slow model, written by hand."""

import pytest

from registry.domain.events import DisputeOpened, LinkConfirmed
from registry.domain.locations import parse_location
from registry.domain.vocabulary import Assurance, LinkKind, Preference, Role, Usage, WorkKind
from registry.errors import InvalidLocation
from tests.model.histories import DAY, T0, WAIT, Log, catalogue, of_location, of_work
from tests.model.oracle import MOST_WORKS, OracleAnswer, answer

ALLOW, DENY, CONDITIONAL = Preference.ALLOW, Preference.DENY, Preference.CONDITIONAL
GEN, SEARCH = Usage.GENERATIVE_TRAINING, Usage.SEARCH
URL, OTHER_URL = "https://artist.com/x", "https://label.net/song"
ISRC, UPC = "isrc:USRC17607839", "upc:036000291452"


def ask(
    log: Log, *identifiers: str, usage: Usage = GEN, asker: str | None = None, at: int | None = None
) -> OracleAnswer:
    return answer(log.entries, identifiers, usage, asker, log.now if at is None else at)


def decided(
    log: Log, *identifiers: str, usage: Usage = GEN, asker: str | None = None, at: int | None = None
) -> str:
    """The decision and its reasons, in a line."""
    found = ask(log, *identifiers, usage=usage, asker=asker, at=at)
    return found.decision + "".join(f" {reason}" for reason in found.reasons)


def proved(log: Log, by: str, work: str, *identifiers: str) -> None:
    for one in identifiers:
        log.grant(by, f"{work}c", of_work(work), identifier=one)


def allowed(log: Log, by: str = "r1", *identifiers: str) -> str:
    """A recording of `by` with an allow for everybody, its first identifier controlled."""
    identifiers = identifiers or (URL,)
    work = log.work(by, *identifiers)
    proved(log, by, work, identifiers[0])
    log.declare(by, of_work(work), {GEN: ALLOW})
    return work


def test_1_nothing_stands() -> None:
    found = ask(Log(), URL)
    assert (found.decision, found.permitted, found.opted_out) == ("unregistered", False, False)


def test_2_a_declared_denial_denies() -> None:
    log = Log()
    log.declare("r1", of_work(log.work("r1", URL)), {GEN: DENY})
    found = ask(log, URL)
    assert (found.decision, found.permitted, found.opted_out) == ("deny", False, True)


def test_3_a_declared_allow_is_unproven() -> None:
    log = Log()
    log.declare("r1", of_work(log.work("r1", URL)), {GEN: ALLOW})
    assert decided(log, URL) == "unstated unproven"


def test_4_and_5_an_allow_holds_by_the_url_that_is_controlled_and_not_by_the_isrc() -> None:
    log = Log()
    allowed(log, "r1", URL, ISRC)
    assert ask(log, URL) == OracleAnswer("allow", (), False, True, False, T0 + 3_600_000)
    assert decided(log, ISRC) == "unstated unproven"
    assert decided(log, URL, ISRC) == "unstated unproven"


def test_6_a_denial_of_training_says_nothing_about_search() -> None:
    log = Log()
    log.declare("r1", of_work(log.work("r1", URL)), {GEN: DENY})
    assert decided(log, URL, usage=SEARCH) == "unstated not-stated"


def test_7_a_work_says_more_than_the_catalogue() -> None:
    log = Log()
    allowed(log)
    log.declare("r1", catalogue("r1"), {GEN: DENY})
    assert decided(log, URL) == "allow"


def test_8_an_unproven_allow_leaves_the_catalogue_to_speak() -> None:
    log = Log()
    log.declare("r1", of_work(log.work("r1", URL)), {GEN: ALLOW})
    log.declare("r1", catalogue("r1"), {GEN: DENY})
    assert decided(log, URL) == "deny"


def test_9_a_work_that_states_only_search_leaves_the_catalogue_to_speak() -> None:
    log = Log()
    log.declare("r1", of_work(log.work("r1", URL)), {SEARCH: ALLOW})
    log.declare("r1", catalogue("r1"), {GEN: DENY})
    assert decided(log, URL) == "deny"


def test_10_one_platform_is_allowed_what_all_others_are_denied() -> None:
    log = Log()
    work = log.work("r1", URL)
    proved(log, "r1", work, URL)
    log.declare("r1", of_work(work), {GEN: DENY})
    log.declare("r1", of_work(work), {GEN: ALLOW}, grantee="p1")
    assert [decided(log, URL, asker=p) for p in ("p1", "p2", None)] == ["allow", "deny", "deny"]


def test_11_one_platform_is_denied_what_all_others_are_allowed() -> None:
    log = Log()
    allowed(log)
    log.declare("r1", catalogue("r1"), {GEN: DENY}, grantee="p1")
    assert decided(log, URL, asker="p1") == "deny"
    assert decided(log, URL, asker="p2") == "allow"
    assert decided(log, URL) == "unstated depends-on-asker"


def composition(log: Log, by: str = "r2") -> str:
    return log.work(
        by, "iswc:T-034.524.680-1", kind=WorkKind.COMPOSITION, role=Role.COMPOSITION, inside=None
    )


def test_12_the_composition_denies_what_the_recording_allows() -> None:
    log = Log()
    song = composition(log)
    log.link("r1", allowed(log), LinkKind.EMBODIES, song)
    log.declare("r2", of_work(song), {GEN: DENY})
    assert decided(log, URL) == "deny"


def test_13_an_allow_that_does_not_say_what_is_inside_is_not_heard() -> None:
    log = Log()
    work = log.work("r1", URL, inside=None)
    proved(log, "r1", work, URL)
    log.declare("r1", of_work(work), {GEN: ALLOW})
    assert decided(log, URL) == "unstated composition-unknown"


def test_14_a_co_owner_is_silent() -> None:
    log = Log()
    log.claim("r2", of_work(allowed(log)))
    assert decided(log, URL) == "unstated co-owner-silent"


def test_14b_the_composer_must_have_confirmed_the_link() -> None:
    log = Log()
    song = composition(log)
    work = allowed(log)
    link = log.link("r1", work, LinkKind.EMBODIES, song)
    log.grant(
        "r2", f"{song}c", of_work(song), identifier="iswc:T0345246801", level=Assurance.ATTESTED
    )
    log.declare("r2", of_work(song), {GEN: ALLOW})
    assert decided(log, URL) == "unstated unproven"
    log.add(LinkConfirmed(link=link, work=work, rightsholder="r2"))
    assert decided(log, URL) == "unstated added-later"
    log.declare("r2", of_work(song), {GEN: ALLOW})
    assert decided(log, URL) == "allow"


def test_15_a_location_covers_whole_segments() -> None:
    log = Log()
    place = log.location("r1", "https://music.label.net/a/")
    log.declare("r1", of_location(place), {GEN: DENY})
    assert decided(log, "https://music.label.net/a/x.mp3") == "deny"
    assert decided(log, "https://music.label.net/abc") == "unregistered"


def test_16_a_location_is_heard_through_a_url_of_the_work() -> None:
    log = Log()
    place = log.location("r1", "https://music.label.net/a/")
    log.declare("r1", of_location(place), {GEN: DENY})
    log.work("r2", "https://music.label.net/a/x.mp3", ISRC)
    assert decided(log, ISRC) == "deny"


def test_17_what_a_later_declaration_does_not_state_stands() -> None:
    log = Log()
    work = log.work("r1", URL)
    log.declare("r1", of_work(work), {GEN: DENY})
    log.declare("r1", of_work(work), {SEARCH: ALLOW})
    assert decided(log, URL) == "deny"


def test_18_a_window_that_ends_lets_the_standing_denial_speak_again() -> None:
    log = Log()
    work = log.work("r1", URL)
    log.declare("r1", of_work(work), {GEN: DENY})
    log.declare(
        "r1", of_work(work), {GEN: DENY}, valid_from=T0 + 10 * DAY, valid_until=T0 + 41 * DAY
    )
    assert decided(log, URL, at=T0 + 50 * DAY) == "deny"


def test_19_a_loosening_waits_and_then_counts_by_its_proof() -> None:
    log = Log()
    work = log.work("r1", URL, ISRC)
    proved(log, "r1", work, URL)
    log.declare("r1", of_work(work), {GEN: DENY})
    log.declare("r1", of_work(work), {GEN: ALLOW}, takes_effect_at=T0 + WAIT)
    assert decided(log, URL, at=T0 + WAIT - 1) == "deny"
    assert decided(log, URL, at=T0 + WAIT) == "allow"
    assert decided(log, ISRC, at=T0 + WAIT) == "unstated unproven"
    assert ask(log, URL, at=T0 + WAIT - 5).valid_until == T0 + WAIT


@pytest.mark.parametrize(
    ("controlled", "expected"), [(True, "conditional"), (False, "deny conditions-unverified")]
)
def test_20_conditions_are_verified_or_they_deny(controlled: bool, expected: str) -> None:
    log = Log()
    work = log.work("r1", URL)
    if controlled:
        proved(log, "r1", work, URL)
    log.declare("r1", of_work(work), {GEN: CONDITIONAL})
    assert decided(log, URL) == expected
    assert ask(log, URL).opted_out


def test_21_the_strictest_of_two_works_decides() -> None:
    log = Log()
    allowed(log)
    log.declare("r2", of_work(log.work("r2", ISRC)), {GEN: DENY})
    assert decided(log, URL, ISRC) == "deny"


def test_22_a_broken_identifier_takes_nothing_from_the_others() -> None:
    log = Log()
    log.declare("r1", of_work(log.work("r1", URL)), {GEN: DENY})
    assert decided(log, "isrc:USRC1760783", URL) == "deny"


def test_beside_a_broken_identifier_nothing_is_permitted_and_nothing_unregistered() -> None:
    log = Log()
    allowed(log)
    assert decided(log, "isrc:USRC1760783", URL) == "unstated unreadable-identifier"
    assert decided(log, "isrc:USRC1760783", OTHER_URL) == "unstated unreadable-identifier"


def test_23_only_a_broken_identifier_is_an_error() -> None:
    found = ask(Log(), "isrc:USRC1760783")
    assert (found.decision, found.permitted, found.opted_out) == ("error", False, True)


def test_24_a_release_speaks_for_its_tracks() -> None:
    log = Log()
    album = log.work("r1", UPC, kind=WorkKind.RELEASE)
    log.declare("r1", of_work(album), {GEN: DENY})
    log.work("r2", ISRC, links=[(LinkKind.PART_OF, album)])
    assert decided(log, ISRC) == "deny"


def test_25_a_host_with_other_peoples_content_cannot_be_claimed() -> None:
    with pytest.raises(InvalidLocation):
        parse_location("https://www.youtube.com/")


def test_26_a_denial_matches_wide() -> None:
    log = Log()
    log.declare("r1", of_work(log.work("r1", URL)), {GEN: DENY})
    assert decided(log, "http://www.artist.com/x/?utm_source=a") == "deny"


def test_27_a_permission_matches_exact() -> None:
    log = Log()
    allowed(log)
    assert decided(log, "https://www.artist.com/X") == "unstated unproven"


# --- Beyond the examples: what the page says and no example shows -------------------------------------


def test_an_open_dispute_silences_an_allow_and_leaves_a_denial() -> None:
    log = Log()
    work = allowed(log)
    log.declare("r1", of_work(work), {Usage.AI_INPUT: DENY})
    log.add(
        DisputeOpened(
            dispute="q", claim=f"{work}c", subject=of_work(work), rightsholder="r1", reason=""
        )
    )
    assert decided(log, URL) == "unstated disputed"
    assert decided(log, URL, usage=Usage.AI_INPUT) == "deny"
    assert ask(log, URL).disputed


def test_whoever_asked_to_be_asked_is_not_heard_as_silent_while_it_waits() -> None:
    log = Log()
    work = log.work("r1", URL)
    log.declare("r1", of_work(work), {GEN: CONDITIONAL}, takes_effect_at=T0 + WAIT)
    assert decided(log, URL) == "deny pending"


@pytest.mark.parametrize(
    ("others", "expected"),
    [(MOST_WORKS - 1, "allow"), (MOST_WORKS, "unstated too-many-links")],
)
def test_more_works_than_the_limit_are_at_best_unstated(others: int, expected: str) -> None:
    log = Log()
    samples = [(LinkKind.CONTAINS, f"nobodys-{number}") for number in range(others)]
    work = log.work("r1", URL, links=samples)
    proved(log, "r1", work, URL)
    log.declare("r1", of_work(work), {GEN: ALLOW})
    assert decided(log, URL) == expected
