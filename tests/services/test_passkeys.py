"""A passkey is added by its owner, shows who they are, and nothing that was changed, repeated or borrowed does."""

from collections.abc import Callable

import pytest

from registry.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from registry.services.passkeys import (
    Party,
    add_passkey,
    begin_adding,
    begin_showing,
    begin_signing,
    shown_passkey,
    signed_by,
)
from registry.storage.accounts import Account
from tests.registries import Desk
from tests.services.authenticator import PRESENT, Authenticator

PARTY = Party("registry.example", "Consent registry", "https://registry.example")
ADA = Account("ada", "ada@x.org", "ada@x.org", "Ada", "en", 1)
EVE = Account("eve", "eve@x.org", "eve@x.org", "Eve", "en", 1)
Wrong = Callable[[Authenticator], object]

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def phone(desk: Desk) -> Authenticator:
    """Ada's."""
    phone = Authenticator()
    with desk.registry.bookkeeping() as uow:
        uow.accounts.add(ADA)
        uow.accounts.add(EVE)
        begun = begin_adding(uow, ADA, PARTY, 10)
        add_passkey(uow, ADA, PARTY, begun.secret, phone.made(begun.options), " My  phone ", 11)
        (kept,) = uow.passkeys.of("ada")
    assert (kept.label, kept.credential) == ("My phone", phone.id)
    return phone


def shown(
    desk: Desk, device: Authenticator, account: Account | None = None, now: int = 20
) -> Account:
    with desk.registry.bookkeeping() as uow:
        begun = begin_showing(uow, account, PARTY, now)
        return shown_passkey(uow, account, PARTY, begun.secret, device.shown(begun.options), now)


def test_a_passkey_says_who_somebody_is_and_its_use_is_noted(
    desk: Desk, phone: Authenticator
) -> None:
    assert shown(desk, phone) == ADA
    assert shown(desk, phone, ADA, 30) == ADA
    with desk.registry.reading() as uow:
        (kept,) = uow.passkeys.of("ada")
    assert (kept.count, kept.used_at) == (2, 30)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda phone: setattr(phone, "origin", "https://evil.example"),
        lambda phone: setattr(phone, "host", "evil.example"),
        lambda phone: setattr(phone, "flags", PRESENT),
        lambda phone: setattr(phone, "key", Authenticator().key),
        lambda phone: setattr(phone, "id", b"another"),
        lambda phone: setattr(phone, "count", -1),
    ],
    ids=["origin", "host", "unverified", "key", "credential", "counter"],
)
def test_what_does_not_hold_is_nobody(desk: Desk, phone: Authenticator, wrong: Wrong) -> None:
    shown(desk, phone)
    wrong(phone)
    with pytest.raises(Unauthenticated):
        shown(desk, phone)


def test_a_challenge_counts_once_for_five_minutes_and_for_its_person(
    desk: Desk, phone: Authenticator
) -> None:
    with desk.registry.bookkeeping() as uow:
        begun = begin_showing(uow, None, PARTY, 20)
        answer = phone.shown(begun.options)
        shown_passkey(uow, None, PARTY, begun.secret, answer, 20)
        hers = begin_showing(uow, EVE, PARTY, 20)
        late = begin_showing(uow, None, PARTY, 20)
        for account, secret, said, now in (
            (None, begun.secret, answer, 20),
            (EVE, hers.secret, phone.shown(hers.options), 20),
            (None, late.secret, phone.shown(late.options), 20 + 5 * 60_000),
            (None, "x", phone.shown(late.options), 20),
        ):
            with pytest.raises(Unauthenticated):
                shown_passkey(uow, account, PARTY, secret, said, now)


def test_what_is_no_answer_is_refused(desk: Desk, phone: Authenticator) -> None:
    for said in (
        "",
        "{}",
        "[]",
        '{"rawId": 7}',
        '{"rawId": "AA"}',
        "null",
        '{"id":"a","rawId":"a"}',
        "[" * 9_000,
    ):
        with desk.registry.bookkeeping() as uow:
            begun = begin_showing(uow, None, PARTY, 20)
            with pytest.raises(Unauthenticated):
                shown_passkey(uow, None, PARTY, begun.secret, said, 20)
            making = begin_adding(uow, EVE, PARTY, 20)
            with pytest.raises(InvalidInput):
                add_passkey(uow, EVE, PARTY, making.secret, said, "x", 20)


def test_nobody_adds_a_passkey_to_anothers_account_or_one_that_is_known(
    desk: Desk, phone: Authenticator
) -> None:
    with desk.registry.bookkeeping() as uow:
        hers = begin_adding(uow, ADA, PARTY, 20)
        with pytest.raises(NotFound):
            add_passkey(uow, EVE, PARTY, hers.secret, Authenticator().made(hers.options), "x", 20)
        again = begin_adding(uow, EVE, PARTY, 20)
        with pytest.raises(Conflict):
            add_passkey(uow, EVE, PARTY, again.secret, phone.made(again.options), "x", 20)
        unverified = begin_adding(uow, EVE, PARTY, 20)
        made = Authenticator(flags=PRESENT).made(unverified.options)
        with pytest.raises(InvalidInput):
            add_passkey(uow, EVE, PARTY, unverified.secret, made, "x", 20)


def test_what_is_signed_is_chosen_and_signs_nobody_in(desk: Desk, phone: Authenticator) -> None:
    with desk.registry.bookkeeping() as uow:
        digest, known = b"a digest of 32 bytes, let us say.", uow.passkeys.of("ada")
        begun = begin_signing(uow, ADA, PARTY, known, digest, {"draft": "of Ada"}, 20)
        assert begun.options["challenge"] == "YSBkaWdlc3Qgb2YgMzIgYnl0ZXMsIGxldCB1cyBzYXku"
        made = phone.shown(begun.options)
        with pytest.raises(Unauthenticated):
            shown_passkey(uow, ADA, PARTY, begun.secret, made, 20)  # it signs nobody in
        passkey, what = signed_by(uow, ADA, PARTY, begun.secret, made, 20)
    assert (passkey.credential, what) == (phone.id, {"draft": "of Ada"})
