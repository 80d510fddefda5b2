"""The declarant signs what she declares: the record carries it, and nothing else can be made of it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cbor2
import pytest

from registry.client.exports.verify import Trusted, verify_export
from registry.client.published import PublishedKeys
from registry.client.verify import declarant_key, verify_record
from registry.domain.declaration import Choice, Wish
from registry.domain.events import Subject
from registry.domain.ids import new_id
from registry.domain.vocabulary import Decision, Preference, Role, WorkKind
from registry.errors import Conflict, Forbidden, InvalidDeclaration, NotFound, Unauthenticated
from registry.services.act_for import open_rightsholder
from registry.services.actor import Actor
from registry.services.declare import Declaration, OwnSignature, declare
from registry.services.passkeys import Party, add_passkey, begin_adding, shown_passkey
from registry.services.register_work import NewWork, add_identifiers, register_work
from registry.services.sign_declaration import Draft, Drawn, declare_signed, draw_up
from registry.signing import base64url
from registry.signing.public_key import PublicKey
from registry.storage.accounts import Account
from registry.storage.members import Member, MemberRole
from tests.exported import exported, log_keys
from tests.registries import DAY, STEWARD, Desk
from tests.services.authenticator import PRESENT, Authenticator

ADA = Account("ada", "ada@x.org", "ada@x.org", "Ada", "en", 1)
EVE = Account("eve", "eve@x.org", "eve@x.org", "Eve", "en", 1)
NO_AI = Wish(preset="no-ai")
ISRC = "isrc:GBAYE0601498"

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


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
            secret = drawn.begun.secret
            return declare_signed(ledger, account, self.party, self.holder, secret, shown)

    def key_in(self, made: Declaration) -> PublicKey | None:
        place = self.registry.place
        document = self.registry.signers().keyring.did_document(place.issuer, place.public_url)
        keys = PublishedKeys.read(json.dumps(document).encode())
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
    assert studio.desk.fsck().wrong is None


def test_signing_is_a_fresh_proof_so_a_yes_needs_no_further_word(studio: Studio) -> None:
    wish = Wish(preferences={"ai-input": Choice(Preference.ALLOW)})
    made = studio.issued(studio.drawn(studio.draft(wish)))
    assert made.event.confirmed
    assert not made.waits_for_confirmation
    assert made.takes_effect_at == studio.desk.clock.now + 3 * DAY
    assert studio.key_in(made) is not None


@pytest.mark.parametrize("ahead", [-DAY, 10_000, DAY], ids=["past", "while she signs", "tomorrow"])
def test_whenever_it_begins_her_signature_holds(studio: Studio, ahead: int) -> None:
    begin = studio.desk.clock.now + ahead
    catalogue = Subject("catalogue", studio.holder)
    wish = Wish(preset="no-ai", valid_from=begin, valid_until=begin + 9 * DAY)
    made = studio.issued(studio.drawn(studio.draft(wish, catalogue)))
    assert {each.valid_from for each in made.event.statements} == {
        max(begin, studio.desk.clock.now)
    }
    assert studio.key_in(made) is not None


def test_an_assertion_counts_once(studio: Studio) -> None:
    drawn = studio.drawn()
    shown = studio.phone.shown(drawn.begun.options)
    studio.issued(drawn, shown)
    with pytest.raises(Unauthenticated):
        studio.issued(drawn, shown)
    with pytest.raises(Unauthenticated):
        studio.issued(studio.drawn(), shown)


def test_it_signs_nobody_in_and_a_sign_in_declares_nothing(studio: Studio) -> None:
    drawn = studio.drawn()
    shown = studio.phone.shown(drawn.begun.options)
    with studio.registry.bookkeeping() as uow, pytest.raises(Unauthenticated):
        shown_passkey(uow, ADA, studio.party, drawn.begun.secret, shown, studio.desk.clock())


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("flags", PRESENT),
        ("origin", "https://evil.example"),
        ("host", "evil.example"),
        ("key", Authenticator().key),
    ],
)
def test_what_another_page_or_device_signed_issues_nothing(
    studio: Studio, member: str, value: object
) -> None:
    drawn = studio.drawn()
    setattr(studio.phone, member, value)
    with pytest.raises(Unauthenticated):
        studio.issued(drawn)
    assert studio.desk.ask(ISRC).answer.decision is Decision.UNSTATED  # type: ignore[union-attr]


def test_nothing_is_issued_where_the_work_changed_meanwhile(studio: Studio) -> None:
    drawn = studio.drawn()
    with studio.registry.writing() as ledger:
        by = Actor("ada", "account")
        add_identifiers(ledger, studio.holder, studio.work, ("isrc:GBAYE0601499",), by)
    with pytest.raises(Conflict, match="signs something else"):
        studio.issued(drawn)


def test_only_who_may_speak_for_the_rightsholder_draws_up_and_signs(studio: Studio) -> None:
    with pytest.raises(NotFound):
        studio.drawn(account=EVE)
    drawn = studio.drawn()
    shown = studio.phone.shown(drawn.begun.options)
    with pytest.raises(NotFound):
        studio.issued(drawn, shown, EVE)
    with studio.registry.bookkeeping() as uow:
        uow.members.put(Member(studio.holder, EVE.id, MemberRole.EDITOR, 1))
    with pytest.raises(Unauthenticated):  # what Ada began is no other member's to end
        studio.issued(drawn, shown, EVE)
    with studio.registry.bookkeeping() as uow:
        uow.members.put(Member(studio.holder, "ada", MemberRole.VIEWER, 1))
    with pytest.raises(Forbidden):
        studio.issued(drawn, shown)


def test_what_cannot_be_declared_is_said_before_anything_is_signed(studio: Studio) -> None:
    with pytest.raises(InvalidDeclaration):
        studio.drawn(studio.draft(Wish()))
    with pytest.raises(Forbidden):
        studio.drawn(studio.draft(subject=Subject("catalogue", studio.work)))


def test_a_passkey_whose_algorithm_records_do_not_have_cannot_sign(studio: Studio) -> None:
    rsa = cbor2.dumps({1: 3, 3: -257, -1: bytes(256), -2: b"\1\0\1"})
    with studio.registry.bookkeeping() as uow:
        (kept,) = uow.passkeys.of("ada")
        uow.passkeys.remove("ada", kept.credential)
        uow.passkeys.add(replace(kept, public_key=rsa))
    with pytest.raises(Conflict, match="add one"):
        studio.drawn()


def test_an_export_is_held_against_the_signatures_in_it(studio: Studio, tmp_path: Path) -> None:
    studio.issued(studio.drawn())
    made = exported(studio.desk, tmp_path / "export")
    assert verify_export(made.path, Trusted(log_keys(studio.desk))).wrong is None


def test_a_registry_that_puts_her_signature_under_other_words_is_found(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hers = credential_in(studio.issued(studio.drawn()))["evidence"][-1]
    monkeypatch.setattr("registry.services.declare.verify_declarant", lambda credential: None)
    with studio.registry.writing() as ledger:
        forged = OwnSignature(new_id(ledger.now), hers)
        yes = Wish(preferences={"ai-training": Choice(Preference.ALLOW)})
        catalogue = Subject("catalogue", studio.holder)
        declare(ledger, studio.holder, catalogue, yes, STEWARD, own=forged)
    assert "signs something else" in str(studio.desk.fsck().wrong)
    made = exported(studio.desk, tmp_path / "export")
    found = verify_export(made.path, Trusted(log_keys(studio.desk)))
    assert (found.code, "signs something else" in str(found.wrong)) == ("record", True)


def credential_in(made: Declaration) -> dict[str, Any]:
    payload = made.record.jws.split(".")[1]
    members: dict[str, Any] = json.loads(base64url.decode(payload))
    return members
