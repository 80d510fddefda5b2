"""The declarant signs what she declares: the record carries it, and nothing else can be made of it."""

import json

import pytest

from registry.client.exports.verify import Trusted, verify_export
from registry.client.published import PublishedKeys
from registry.client.verify import declarant_key, verify_record
from registry.domain.declaration import Choice, Wish
from registry.domain.events import Subject
from registry.domain.vocabulary import Decision, Preference, Role
from registry.errors import Conflict, Forbidden, InvalidDeclaration, NotFound, Unauthenticated
from registry.services.act_for import open_rightsholder
from registry.services.actor import Actor
from registry.services.declare import Declaration
from registry.services.fsck import fsck
from registry.services.passkeys import Party, add_passkey, begin_adding, shown_passkey
from registry.services.register_work import NewWork, add_identifiers, register_work
from registry.services.sign_declaration import Draft, Drawn, declare_signed, draw_up
from registry.domain.vocabulary import WorkKind
from registry.signing.public_key import PublicKey
from registry.storage.accounts import Account
from registry.storage.members import MemberRole
from registry.web.record import credential_of
from tests.registries import DAY, Desk
from tests.services.authenticator import PRESENT, Authenticator

ADA = Account("ada", "ada@x.org", "ada@x.org", "Ada", "en", 1)
EVE = Account("eve", "eve@x.org", "eve@x.org", "Eve", "en", 1)
NO_AI = Wish(preset="no-ai")
ISRC = "isrc:GBAYE0601498"


class Studio:
    """Ada with her phone, her rightsholder and a work."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.registry = desk, desk.registry
        place = self.registry.place
        host = place.public_url.partition("://")[2].partition(":")[0]
        self.party = Party(host, "Consent registry", place.public_url)
        self.phone = Authenticator(host=host, origin=place.public_url)
        with self.registry.bookkeeping() as uow:
            uow.accounts.add(ADA)
            uow.accounts.add(EVE)
            begun = begin_adding(uow, ADA, self.party, desk.clock())
            made = self.phone.made(begun.options)
            add_passkey(uow, ADA, self.party, begun.secret, made, "phone", desk.clock())
        with self.registry.writing() as ledger:
            by = Actor("ada", "account")
            self.holder = open_rightsholder(ledger, ADA, "Ada Trio", by)
            new = NewWork("Night Train", WorkKind.RECORDING, Role.RECORDING, (ISRC,))
            self.work = register_work(ledger, self.holder, new, by).id

    def draft(self, wish: Wish = NO_AI, subject: Subject | None = None) -> Draft:
        return Draft(self.holder, subject or Subject("work", self.work), wish)

    def drawn(self, draft: Draft | None = None, account: Account = ADA) -> Drawn:
        registry = self.registry
        with registry.bookkeeping() as uow:
            draft = draft or self.draft()
            return draw_up(uow, registry.place, account, self.party, draft, registry.clock())

    def issued(self, drawn: Drawn, shown: str | None = None, account: Account = ADA) -> Declaration:
        shown = shown or self.phone.shown(drawn.begun.options)
        self.desk.clock.forward(30_000)
        with self.registry.writing() as ledger:
            return declare_signed(ledger, account, self.party, drawn.begun.secret, shown)

    def key_in(self, made: Declaration) -> PublicKey | None:
        keys = PublishedKeys.read(json.dumps(self.registry.did_document()).encode())
        return declarant_key(verify_record(made.record.jws, keys))


@pytest.fixture
def studio(desk: Desk) -> Studio:
    return Studio(desk)


def test_the_record_carries_her_signature_and_says_what_she_was_shown(studio: Studio) -> None:
    drawn = studio.drawn()
    made = studio.issued(drawn)
    key = studio.key_in(made)
    numbers = studio.phone.key.public_key().public_numbers()
    assert key is not None
    assert key.raw == numbers.x.to_bytes(32) + numbers.y.to_bytes(32)
    text = json.loads(drawn.text)
    assert text["declaration"] == made.record.id
    assert text["rightsholder"] == {"id": studio.holder, "name": "Ada Trio"}
    assert {each["usage"]: each["preference"] for each in text["preferences"]} == {
        each.usage.value: "deny" for each in made.event.statements
    }
    answer = studio.desk.ask(ISRC).answer
    assert answer is not None
    assert answer.decision is Decision.DENY
    assert not fsck(studio.registry).findings
