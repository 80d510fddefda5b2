"""Steps after which an answer once rose though nobody had said more.

Each is one act that `docs/answering.md` says never loosens, and was a hole in an earlier text of it; the
docstrings say what let the answer rise.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from registry.domain.event_body import Sequenced
from registry.domain.events import (
    AssuranceLapsed,
    ClaimObjected,
    DisputeDecided,
    DisputeOpened,
    IdentifierAdded,
    IdentifierRemovalProposed,
    LinkConfirmed,
    LinkRemovalProposed,
    LooseningConfirmed,
    StatementEnd,
    Subject,
    Withdrawn,
)
from registry.domain.identifiers import parse_identifier
from registry.domain.operator_events import PlatformAffiliated
from registry.domain.vocabulary import Assurance, LinkKind, Preference, Usage, WorkKind
from tests.model.histories import DAY, Asked, Log, catalogue, of_location, of_work, parties

GEN = Usage.GENERATIVE_TRAINING
ALLOW, DENY, CONDITIONAL = Preference.ALLOW, Preference.DENY, Preference.CONDITIONAL
ISRC, OTHER_ISRC, SONG = "isrc:GBAYE0601498", "isrc:USRC17607839", "iswc:T0345246801"
SITE, URL, UNDER_IT = "https://artist.com/", "https://artist.com/x", "https://artist.com/a/y"
UPC, UPC_2, UPC_3 = (
    str(parse_identifier(text))
    for text in ("upc:036000291452", "upc:012345678905", "upc:614141000036")
)


@dataclass
class Step:
    """A log, and the same log after one more act; `asked` of both."""

    log: Log = field(default_factory=parties)
    before: list[Sequenced] = field(default_factory=list)
    asked: Asked = field(init=False)

    @contextmanager
    def asking(self, identifier: str, asker: str | None = None) -> Iterator[None]:
        """What is logged within is the act."""
        self.before = list(self.log.entries)
        self.asked = Asked((identifier,), GEN, asker, self.log.now)
        yield

    def work(
        self,
        by: str,
        *identifiers: str,
        kind: WorkKind = WorkKind.RECORDING,
        said: Preference | None = None,
        links: tuple[tuple[LinkKind, str], ...] = (),
    ) -> str:
        """A work with every identifier attested."""
        work = self.log.work(by, *identifiers, kind=kind, links=links)
        for one in identifiers:
            self.log.grant(by, f"{work}c", of_work(work), identifier=one, level=Assurance.ATTESTED)
        if said is not None:
            self.log.declare(by, of_work(work), {GEN: said})
        return work

    def release(self, by: str, upc: str, *within: str, said: Preference | None = None) -> str:
        links = tuple((LinkKind.PART_OF, other) for other in within)
        return self.work(by, upc, kind=WorkKind.RELEASE, said=said, links=links)

    def withdraw(self, declaration: str, by: str, subject: Subject) -> None:
        """The allow of a declaration ends at once."""
        self.log.add(
            Withdrawn(
                withdrawal=self.log.new("x"),
                declaration=declaration,
                rightsholder=by,
                subject=subject,
                ends=(StatementEnd(usage=GEN),),
                confirmed=True,
            )
        )


# --- Adding ------------------------------------------------------------------------------------------


def a_strangers_claim_brings_back_an_identifier_that_was_gone() -> Step:
    """Not every claimant has removed it any more: it stands, at its old place, and is reached."""
    step = Step()
    release = step.release("r1", UPC)
    step.work("r1", ISRC, links=((LinkKind.PART_OF, release),))
    step.log.declare("r1", of_work(release), {GEN: ALLOW})
    step.log.add(
        IdentifierRemovalProposed(
            loosening="z",
            work=release,
            identifier=UPC,
            rightsholder="r1",
            takes_effect_at=step.log.now,
        )
    )
    step.log.add(LooseningConfirmed(loosening="z", subject=of_work(release), authority="a"))
    with step.asking(ISRC):
        step.log.claim("s1", of_work(release))
    return step


def a_strangers_confirmation_brings_back_a_link_that_was_gone() -> Step:
    """Not everybody who stands by it has removed it any more; whoever did stands by it all the same."""
    step = Step()
    release = step.release("r1", UPC)
    track = step.work("r1", ISRC, links=((LinkKind.PART_OF, release),))
    step.log.declare("r1", of_work(release), {GEN: ALLOW})
    step.log.add(
        LinkRemovalProposed(
            loosening="z",
            link=f"{track}l0",
            work=track,
            rightsholder="r1",
            takes_effect_at=step.log.now,
        )
    )
    step.log.add(LooseningConfirmed(loosening="z", subject=of_work(track), authority="a"))
    with step.asking(ISRC):
        step.log.add(LinkConfirmed(link=f"{track}l0", work=track, rightsholder="s1"))
    return step


def _ended(step: Step, work: str, by: str) -> None:
    """The first claim on a work is disputed, and the dispute upheld."""
    step.log.add(
        DisputeOpened(
            dispute="q", claim=f"{work}c", subject=of_work(work), rightsholder=by, reason="no"
        )
    )
    step.log.add(
        DisputeDecided(
            dispute="q",
            claim=f"{work}c",
            subject=of_work(work),
            rightsholder=by,
            upheld=True,
            stewards=("a", "b"),
            reason="no",
        )
    )


def an_identifier_added_to_a_work_that_nobody_holds() -> Step:
    """The author's yes to the song inside is then the only voice, and the whole answer."""
    step = Step()
    song = step.work("r2", SONG, kind=WorkKind.COMPOSITION)
    track = step.work("r1", OTHER_ISRC, links=((LinkKind.EMBODIES, song),))
    step.log.add(LinkConfirmed(link=f"{track}l0", work=track, rightsholder="r2"))
    step.log.declare("r2", of_work(song), {GEN: ALLOW})
    _ended(step, track, "r1")
    with step.asking(ISRC):
        step.log.add(IdentifierAdded(work=track, identifier=ISRC, rightsholder="s1"))
    return step


def a_strangers_link_puts_a_track_on_a_release_of_a_release() -> Step:
    """The rightsholder stands by the last link of the way only."""
    step = Step()
    box = step.release("r1", UPC)
    album = step.release("r1", UPC_2, box)
    track = step.work("r1", ISRC)
    step.log.declare("r1", of_work(box), {GEN: ALLOW})
    with step.asking(ISRC):
        step.log.link("s1", track, LinkKind.PART_OF, album)
    return step


def a_strangers_link_makes_the_permitting_release_the_nearer_one() -> Step:
    step = Step()
    permitting, denying = step.release("r1", UPC), step.release("r1", UPC_2)
    album = step.release("r1", UPC_3, permitting, denying)
    track = step.work("r1", ISRC, links=((LinkKind.PART_OF, album),))
    step.log.declare("r1", of_work(permitting), {GEN: ALLOW})
    step.log.declare("r1", of_work(denying), {GEN: DENY})
    with step.asking(ISRC):
        step.log.link("s1", track, LinkKind.PART_OF, permitting)
    return step


def a_strangers_link_makes_a_denying_release_a_scope_behind_a_yes() -> Step:
    """The release spoke for itself, through another's track; now it is heard after the work's own word."""
    step = Step()
    release = step.release("r1", UPC, said=DENY)
    step.work("r2", ISRC, links=((LinkKind.PART_OF, release),), said=ALLOW)
    track = step.work("r1", ISRC, said=ALLOW)
    with step.asking(ISRC):
        step.log.link("s1", track, LinkKind.PART_OF, release)
    return step


def a_url_added_makes_a_denying_location_a_scope_behind_a_yes() -> Step:
    """The same with a location."""
    step = Step()
    site = step.log.location("r1", "https://artist.com/a/")
    step.log.declare("r1", of_location(site), {GEN: DENY})
    step.work("r2", ISRC, UNDER_IT, said=ALLOW)
    track = step.work("r1", ISRC, said=ALLOW)
    with step.asking(ISRC):
        one = "https://artist.com/a/z"
        step.log.add(IdentifierAdded(work=track, identifier=one, rightsholder="r1"))
    return step


def _permitting_site(step: Step) -> str:
    site = step.log.location("r1", SITE, sole=True)
    track = step.work("r1", ISRC)
    step.log.declare("r1", of_location(site), {GEN: ALLOW})
    return track


def a_url_added_puts_a_track_under_a_permitting_location() -> Step:
    """The URL by which the location was found is not among what an allow rests on."""
    step = Step()
    track = _permitting_site(step)
    with step.asking(ISRC):
        step.log.add(IdentifierAdded(work=track, identifier=URL, rightsholder="r1"))
    return step


def a_strangers_release_puts_a_track_under_a_permitting_location() -> Step:
    """A release's URL does it too, whoever registered the release and made the link."""
    step = Step()
    track = _permitting_site(step)
    release = step.log.work("s1", URL, kind=WorkKind.RELEASE)
    with step.asking(ISRC):
        step.log.link("s1", track, LinkKind.PART_OF, release)
    return step


def an_identifier_added_sets_a_claim_aside() -> Step:
    """It makes the objector's work match: a denial is heard no more (though nothing is permitted)."""
    step = Step()
    mine = step.work("r1", OTHER_ISRC)
    step.log.grant("r1", f"{mine}c", of_work(mine), prefix="isrc:GBAYE", level=Assurance.ATTESTED)
    theirs = step.log.work("r2", ISRC)
    step.log.declare("r2", of_work(theirs), {GEN: DENY})
    step.log.add(
        ClaimObjected(claim=f"{theirs}c", subject=of_work(theirs), by=f"{mine}c", objector="r1")
    )
    step.log.now += 15 * DAY
    with step.asking(ISRC):
        step.log.add(IdentifierAdded(work=mine, identifier=ISRC, rightsholder="r1"))
    return step


# --- Taking back -------------------------------------------------------------------------------------


def an_unproven_yes_withdrawn_leaves_nothing_registered() -> Step:
    """From `unstated` to `unregistered`: not permitted before or after, but opted out no more."""
    step = Step()
    site = step.log.location("r1", SITE)
    said = step.log.declare("r1", of_location(site), {GEN: ALLOW})
    with step.asking(URL):
        step.withdraw(said, "r1", of_location(site))
    return step


def a_yes_withdrawn_lets_conditions_answer_nobody_in_particular() -> Step:
    """`depends-on-asker` holds back an allow only, so the wider conditional is heard instead."""
    step = Step()
    track = step.work("r1", ISRC)
    step.log.declare("r1", catalogue("r1"), {GEN: CONDITIONAL})
    said = step.log.declare("r1", of_work(track), {GEN: ALLOW})
    step.log.declare("r1", of_work(track), {GEN: DENY}, grantee="p1")
    with step.asking(ISRC):
        step.withdraw(said, "r1", of_work(track))
    return step


def _lapse(step: Step, grant: str, claim: str, subject: Subject, by: str) -> None:
    step.log.add(
        AssuranceLapsed(
            grant=grant,
            claim=claim,
            subject=subject,
            rightsholder=by,
            reason="gone",
        )
    )


def a_lapse_silences_a_denial_and_leaves_the_yes_behind_it_proved() -> Step:
    """A prefix proves an allow heard through a location, and does not prove a denial there."""
    step = Step()
    site = step.log.location("r1", SITE, sole=True)
    of_site = step.log.grant("r1", f"{site}c", of_location(site), location=SITE)
    step.log.grant("r1", f"{site}c", of_location(site), prefix="isrc:GBAYE")
    step.work("r2", ISRC, URL, said=ALLOW)
    step.log.declare("r1", of_location(site), {GEN: DENY})
    step.log.declare("r1", catalogue("r1"), {GEN: ALLOW})
    with step.asking(ISRC):
        _lapse(step, of_site, f"{site}c", of_location(site), "r1")
    return step


def a_lapse_sets_a_claim_aside() -> Step:
    """An old objection begins to count, and the denial is heard no more beside another's yes."""
    step = Step()
    track = step.work("r2", ISRC, said=ALLOW)
    claim = step.log.claim("r1", of_work(track))
    grant = step.log.grant("r1", claim, of_work(track), identifier=ISRC)
    step.log.declare("r1", of_work(track), {GEN: DENY})
    step.log.add(ClaimObjected(claim=claim, subject=of_work(track), by=f"{track}c", objector="r2"))
    step.log.now += 15 * DAY
    with step.asking(ISRC):
        _lapse(step, grant, claim, of_work(track), "r1")
    return step


# --- Conditions in the place of a yes ----------------------------------------------------------------


def conditions_for_a_group_name_whoever_joined_after_its_yes() -> Step:
    """An affiliation is compared with the index of the conditional, not with its reach."""
    step = Step()
    track = step.work("r1", ISRC, said=DENY)
    step.log.declare("r1", of_work(track), {GEN: ALLOW}, grantee="p2")
    reach = len(step.log.entries) - 1
    step.log.add(PlatformAffiliated(platform="p1", parent="p2"))
    with step.asking(ISRC, "p1"):
        said = {GEN: CONDITIONAL}
        step.log.declare("r1", of_work(track), said, grantee="p2", reach=reach)
    return step


def conditions_answer_nobody_in_particular_where_a_yes_did_not() -> Step:
    step = Step()
    track = step.work("r1", ISRC, said=ALLOW)
    reach = len(step.log.entries) - 1
    step.log.declare("r1", of_work(track), {GEN: DENY}, grantee="p1")
    with step.asking(ISRC):
        step.log.declare("r1", of_work(track), {GEN: CONDITIONAL}, reach=reach)
    return step


def a_link_puts_a_denial_behind_a_yes_that_depends_on_the_asker() -> Step:
    """Would be from `deny` to `unstated`, if a yes that is held back covered all its scopes."""
    step = Step()
    release = step.release("r1", UPC, said=DENY)
    step.work("r2", ISRC, links=((LinkKind.PART_OF, release),), said=ALLOW)
    track = step.work("r1", ISRC, said=ALLOW)
    step.log.declare("r1", of_work(track), {GEN: DENY}, grantee="p1")
    with step.asking(ISRC):
        step.log.link("s1", track, LinkKind.PART_OF, release)
    return step


def a_denial_for_one_puts_a_denial_for_all_behind_a_yes() -> Step:
    """The same by declaring a denial, which never waits."""
    step = Step()
    release = step.release("r1", UPC, said=DENY)
    step.work("r2", ISRC, links=((LinkKind.PART_OF, release),), said=ALLOW)
    track = step.work("r1", ISRC, said=ALLOW)
    step.log.link("s1", track, LinkKind.PART_OF, release)
    with step.asking(ISRC):
        step.log.declare("r1", of_work(track), {GEN: DENY}, grantee="p1")
    return step


# --- Ways that others make ---------------------------------------------------------------------------


def a_strangers_claim_makes_the_way_of_a_conditional_a_held_one() -> Step:
    """From `deny` (unverified) to `conditional`: that somebody holds the works between is not reached."""
    step = Step()
    outer = step.release("r2", UPC)
    between = step.release("r3", UPC_2, outer)
    step.work("r1", ISRC, links=((LinkKind.PART_OF, between),), said=ALLOW)
    step.log.add(LinkConfirmed(link=f"{between}l0", work=between, rightsholder="r2"))
    step.log.declare("r2", of_work(outer), {GEN: CONDITIONAL})
    _ended(step, between, "r3")
    with step.asking(ISRC):
        step.log.claim("s1", of_work(between))
    return step


def a_strangers_link_gives_a_conditional_another_way() -> Step:
    """From `deny` (unverified) to `conditional`: only the last link of the way has to be reached."""
    step = Step()
    outer = step.release("r2", UPC)
    other = step.release("s1", UPC_2, outer)
    track = step.work("r1", ISRC, links=((LinkKind.PART_OF, outer),), said=ALLOW)
    step.log.add(LinkConfirmed(link=f"{other}l0", work=other, rightsholder="r2"))
    step.log.declare("r2", of_work(outer), {GEN: CONDITIONAL})
    with step.asking(ISRC):
        step.log.link("s1", track, LinkKind.PART_OF, other)
    return step


# --- Two yeses of different reach around a no ----------------------------------------------------------


def _a_no_between(step: Step, url: str = UNDER_IT) -> tuple[str, str]:
    """A work whose yes does not reach the address that lies under a no of theirs: (work, the yes)."""
    work = step.work("r1", ISRC)
    said = step.log.declare("r1", of_work(work), {GEN: ALLOW})
    step.log.add(IdentifierAdded(work=work, identifier=url, rightsholder="r1"))
    site = step.log.location("r1", "https://artist.com/a/")
    step.log.declare("r1", of_location(site), {GEN: DENY})
    return work, said


def a_yes_withdrawn_lets_a_later_one_put_a_no_behind_it() -> Step:
    step = Step()
    work, said = _a_no_between(step)
    release = step.release("r1", UPC)
    step.log.link("r1", work, LinkKind.PART_OF, release)
    step.log.declare("r1", of_work(release), {GEN: ALLOW})
    with step.asking(ISRC):
        step.withdraw(said, "r1", of_work(work))
    return step


def a_yes_withdrawn_lets_a_catalogues_for_one_put_its_no_for_all_behind_it() -> Step:
    step = Step()
    work = step.work("r1", ISRC)
    said = step.log.declare("r1", of_work(work), {GEN: ALLOW})
    step.log.add(IdentifierAdded(work=work, identifier=UNDER_IT, rightsholder="r1"))
    step.log.location("r1", "https://artist.com/a/", sole=False)
    step.log.declare("r1", catalogue("r1"), {GEN: DENY})
    step.log.declare("r1", catalogue("r1"), {GEN: ALLOW}, grantee="p1")
    with step.asking(ISRC, "p1"):
        step.withdraw(said, "r1", of_work(work))
    return step


def conditions_for_a_group_put_a_no_behind_a_yes() -> Step:
    step = Step()
    work, _ = _a_no_between(step)
    step.log.declare("r1", of_work(work), {GEN: ALLOW}, grantee="p2")
    reach = len(step.log.entries) - 1
    step.log.add(PlatformAffiliated(platform="p1", parent="p2"))
    with step.asking(ISRC, "p1"):
        step.log.declare("r1", of_work(work), {GEN: CONDITIONAL}, grantee="p2", reach=reach)
    return step


def a_denial_at_a_location_opens_the_yes_behind_it() -> Step:
    """A prefix proved the conditions there, and did not prove the denial."""
    step = Step()
    site = step.log.location("r1", SITE, sole=True)
    step.log.grant("r1", f"{site}c", of_location(site), prefix="isrc:GBAYE")
    step.work("r2", ISRC, URL, said=ALLOW)
    step.log.declare("r1", catalogue("r1"), {GEN: ALLOW})
    step.log.declare("r1", of_location(site), {GEN: CONDITIONAL})
    with step.asking(ISRC):
        step.log.declare("r1", of_location(site), {GEN: DENY})
    return step


def a_link_puts_conditions_of_a_release_behind_a_yes() -> Step:
    """They counted as a no while the release was met through another's track."""
    step = Step()
    release = step.release("r1", UPC, said=CONDITIONAL)
    step.work("r2", ISRC, links=((LinkKind.PART_OF, release),), said=ALLOW)
    track = step.work("r1", ISRC, said=ALLOW)
    step.log.declare("r1", catalogue("r1"), {GEN: ALLOW})
    with step.asking(ISRC):
        step.log.link("r1", track, LinkKind.PART_OF, release)
    return step


COUNTEREXAMPLES: tuple[Callable[[], Step], ...] = (
    a_link_puts_conditions_of_a_release_behind_a_yes,
    a_yes_withdrawn_lets_a_later_one_put_a_no_behind_it,
    a_yes_withdrawn_lets_a_catalogues_for_one_put_its_no_for_all_behind_it,
    conditions_for_a_group_put_a_no_behind_a_yes,
    a_denial_at_a_location_opens_the_yes_behind_it,
    a_strangers_claim_brings_back_an_identifier_that_was_gone,
    a_strangers_confirmation_brings_back_a_link_that_was_gone,
    an_identifier_added_to_a_work_that_nobody_holds,
    a_strangers_link_puts_a_track_on_a_release_of_a_release,
    a_strangers_link_makes_the_permitting_release_the_nearer_one,
    a_strangers_link_makes_a_denying_release_a_scope_behind_a_yes,
    a_url_added_makes_a_denying_location_a_scope_behind_a_yes,
    a_url_added_puts_a_track_under_a_permitting_location,
    a_strangers_release_puts_a_track_under_a_permitting_location,
    an_identifier_added_sets_a_claim_aside,
    an_unproven_yes_withdrawn_leaves_nothing_registered,
    a_yes_withdrawn_lets_conditions_answer_nobody_in_particular,
    a_lapse_silences_a_denial_and_leaves_the_yes_behind_it_proved,
    a_lapse_sets_a_claim_aside,
    conditions_for_a_group_name_whoever_joined_after_its_yes,
    conditions_answer_nobody_in_particular_where_a_yes_did_not,
    a_link_puts_a_denial_behind_a_yes_that_depends_on_the_asker,
    a_denial_for_one_puts_a_denial_for_all_behind_a_yes,
    a_strangers_claim_makes_the_way_of_a_conditional_a_held_one,
    a_strangers_link_gives_a_conditional_another_way,
)
