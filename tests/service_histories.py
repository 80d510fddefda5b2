"""A registry that lives: random acts by the real services, in transactions of one act or several.

Small pools, so that things collide; an act that the services refuse is an act that changed nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from registry.domain.declaration import Choice, Wish
from registry.domain.events import Conditions, Subject
from registry.domain.vocabulary import Assurance, LinkKind, Preference, Role, WorkKind
from registry.errors import RegistryError
from registry.services.attest_claim import attest_claim, lapse_assurance
from registry.services.declare import declare, withdraw
from registry.services.dispute_claim import (
    answer_objection,
    decide_dispute,
    object_to_claim,
    open_dispute,
)
from registry.services.ledger import Ledger
from registry.services.link_works import confirm_link, link_works, propose_link_removal
from registry.services.register_platform import affiliate_platform, end_affiliation
from registry.services.register_work import (
    NewLocation,
    NewWork,
    add_identifiers,
    claim_subject,
    propose_identifier_removal,
    register_location,
    register_work,
)
from registry.services.settle_loosening import cancel_loosening, confirm_loosening
from tests.registries import DAY, HOUR, STEWARD, TOKEN, Desk

URLS = (
    "https://artist.com/x",
    "https://www.artist.com/X",
    "https://artist.com/a/y",
    "https://music.label.net/r/1",
    "https://www.youtube.com/@artist/song",
)
POOL = (*URLS, "isrc:GBAYE0601498", "isrc:USRC17607839", "iswc:T0345246801")
PLACES = ("https://artist.com/", "https://artist.com/a/", "https://label.net/")
PREFIXES = ("isrc:GBAYE", "iswc:T034")
USAGES = ("generative-training", "generative-training", "voice-likeness", "search")
STEPS = (0, 1, 1000, HOUR, DAY, 3 * DAY - 1, 3 * DAY, 3 * DAY + 1, 11 * DAY, 14 * DAY)
STEWARDS = ("alice", "bob")


@dataclass
class Life:
    """What happened so far, as ids that later acts can name."""

    desk: Desk
    random: Random
    holders: list[str] = field(default_factory=list)
    platforms: list[str] = field(default_factory=list)
    works: list[str] = field(default_factory=list)
    claims: list[tuple[str, Subject, str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    declarations: list[tuple[str, str]] = field(default_factory=list)
    grants: list[str] = field(default_factory=list)
    disputes: list[str] = field(default_factory=list)
    refused: int = 0

    def begin(self) -> None:
        self.holders += [self.desk.rightsholder(name) for name in ("R1", "R2", "R3")]
        self.platforms += [self.desk.platform(name) for name in ("P", "Q", "S")]

    def live(self, transactions: int) -> None:
        """So many transactions, of one to three acts each."""
        for _ in range(transactions):
            self.desk.clock.forward(self.random.choice(STEPS))
            with self.desk.registry.writing() as ledger:
                for _ in range(self.random.choice((1, 1, 1, 2, 3))):
                    try:
                        self.random.choice(ACTS)(self, ledger)
                    except (RegistryError, IndexError):  # refused, or there is nothing to act on
                        self.refused += 1

    def one(self, options: Any) -> Any:
        return self.random.choice(tuple(options))

    def work(self, ledger: Ledger) -> None:
        by = self.one(self.holders)
        new = NewWork(
            "A song",
            self.one((WorkKind.RECORDING, WorkKind.RECORDING, WorkKind.RELEASE)),
            self.one((Role.RECORDING, Role.PERFORMANCE)),
            tuple(self.random.sample(POOL, self.one((1, 2)))),
            embodies=self.one((None, "mine", "mine", self.works[-1:])),
        )
        work = register_work(ledger, by, new, STEWARD)
        self.works.append(work.id)
        self.claims.append((work.claims[0].id, Subject("work", work.id), by))
        self.links += [link.id for link in work.links]

    def location(self, ledger: Ledger) -> None:
        by = self.one(self.holders)
        new = NewLocation(self.one(PLACES), self.one((True, False)), self.one((True, False)))
        place = register_location(ledger, by, new, STEWARD)
        self.claims.append((place.claims[0].id, Subject("location", place.id), by))

    def claim(self, ledger: Ledger) -> None:
        by, (_, subject, _) = self.one(self.holders), self.one(self.claims)
        claim = claim_subject(ledger, by, subject, self.one(Role), self.one((None, "mine")), TOKEN)
        self.claims.append((claim.id, subject, by))

    def identifier(self, ledger: Ledger) -> None:
        add_identifiers(
            ledger, self.one(self.holders), self.one(self.works), [self.one(POOL)], TOKEN
        )

    def identifier_removal(self, ledger: Ledger) -> None:
        by, work = self.one(self.holders), self.one(self.works)
        proposal = propose_identifier_removal(ledger, by, work, self.one(POOL), TOKEN)
        self.waiting += [proposal.loosening] * 2

    def link(self, ledger: Ledger) -> None:
        by, one, other = self.one(self.holders), self.one(self.works), self.one(self.works)
        self.links.append(link_works(ledger, by, one, self.one(LinkKind), other, TOKEN).id)

    def link_confirmation(self, ledger: Ledger) -> None:
        confirm_link(ledger, self.one(self.holders), self.one(self.links), TOKEN)

    def link_removal(self, ledger: Ledger) -> None:
        by, link = self.one(self.holders), self.one(self.links)
        self.waiting += [propose_link_removal(ledger, by, link, TOKEN).loosening] * 2

    def proof(self, ledger: Ledger) -> None:
        claim, subject, _ = self.one(self.claims)
        how: dict[str, Any] = {"location": True}
        if subject.kind == "work":
            how = self.one(({"identifier": self.one(POOL)}, {"prefix": self.one(PREFIXES)}))
        level = self.one((Assurance.CONTROLLED, Assurance.ATTESTED))
        self.grants.append(attest_claim(ledger, claim, STEWARD, "seen", level=level, **how).grant)

    def lapse(self, ledger: Ledger) -> None:
        lapse_assurance(ledger, self.one(self.grants), STEWARD, "sold")

    def declaration(self, ledger: Ledger) -> None:
        _, subject, by = self.one(self.claims)
        if self.one((True, False, False)):
            subject = Subject("catalogue", by)
        wanted = self.one((*Preference, Preference.ALLOW, Preference.ALLOW))
        conditions = Conditions(contact="mailto:r@example.org")
        choice = Choice(wanted, conditions if wanted is Preference.CONDITIONAL else None)
        said = self.one((set(USAGES), {self.one(USAGES)}))
        wish = Wish(
            preferences=dict.fromkeys(said, choice),
            valid_from=self.one((None, None, ledger.now + HOUR)),
            valid_until=self.one((None, None, ledger.now + DAY, ledger.now + 20 * DAY)),
        )
        actor, grantee = (
            self.one((STEWARD, STEWARD, TOKEN)),
            self.one((None, None, *self.platforms)),
        )
        made = declare(ledger, by, subject, wish, actor, grantee=grantee)
        self.declarations.append((made.record.id, by))
        self.waiting.append(made.record.id)

    def withdrawal(self, ledger: Ledger) -> None:
        declaration, by = self.one(self.declarations)
        made = withdraw(ledger, by, declaration, self.one((STEWARD, TOKEN)))
        self.waiting.append(made.record.id)

    def confirmation(self, ledger: Ledger) -> None:
        confirm_loosening(ledger, self.one(self.waiting), STEWARD)

    def cancellation(self, ledger: Ledger) -> None:
        cancel_loosening(ledger, self.one(self.waiting), STEWARD)

    def dispute(self, ledger: Ledger) -> None:
        self.disputes.append(open_dispute(ledger, self.one(self.claims)[0], STEWARD, "no").dispute)

    def decision(self, ledger: Ledger) -> None:
        decide_dispute(
            ledger,
            self.one(self.disputes),
            upheld=self.one((True, False, False)),
            stewards=STEWARDS,
            by=STEWARD,
            reason="seen",
        )

    def objection(self, ledger: Ledger) -> None:
        object_to_claim(ledger, self.one(self.claims)[0], self.one(self.claims)[0], STEWARD)

    def objection_answer(self, ledger: Ledger) -> None:
        claim = self.one(self.claims)[0]
        answer_objection(ledger, claim, stewards=STEWARDS, by=STEWARD, reason="seen")

    def affiliation(self, ledger: Ledger) -> None:
        affiliate_platform(ledger, self.platforms[0], self.one(self.platforms[1:]), STEWARD)

    def affiliation_end(self, ledger: Ledger) -> None:
        end_affiliation(ledger, self.platforms[0], self.one(self.platforms[1:]), STEWARD)


ACTS: tuple[Callable[[Life, Ledger], None], ...] = (
    *(Life.work, Life.location, Life.claim, Life.claim, Life.identifier, Life.identifier_removal),
    *(Life.link, Life.link_confirmation, Life.link_removal, Life.lapse, Life.withdrawal),
    *(Life.proof,) * 6,
    *(Life.declaration,) * 6,
    *(Life.confirmation,) * 3,
    *(Life.cancellation, Life.dispute, Life.decision, Life.objection, Life.objection_answer),
    *(Life.affiliation, Life.affiliation_end),
)


def lived_in(desk: Desk, seed: int, transactions: int) -> Life:
    """A registry in which one proven work is allowed, after so many random transactions more; the same
    for the same seed, but for its ids."""
    life = Life(desk, Random(seed))
    life.begin()
    work, claim = desk.work(POOL[0], POOL[5])
    life.works.append(work)
    life.claims.append((claim, Subject("work", work), life.holders[0]))
    for identifier in (POOL[0], POOL[5]):
        desk.prove(claim, identifier)
    desk.declare(work, generative_training="allow", search="allow")
    desk.clock.forward(3 * DAY + HOUR)
    life.live(transactions)
    return life
