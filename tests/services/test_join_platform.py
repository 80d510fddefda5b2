"""People act for platforms in roles; whoever registers one is its admin, and one admin always stays."""

import pytest

from registry.errors import Conflict, Forbidden, InvalidInput, NotFound
from registry.services.actor import Actor
from registry.services.join_platform import (
    INVITATION_MS,
    MOST_PLATFORMS,
    accept_invitation,
    invite,
    join_platform,
    parse_contact,
    remove_member,
    set_contact,
    set_role,
    the_member,
)
from registry.storage.platform_members import Role
from tests.registries import Desk

ADA = Actor("ada", "account")


def joined(desk: Desk, name: str = "Tunes") -> str:
    with desk.registry.writing() as ledger:
        return join_platform(ledger, "ada", name, f"{name} Ltd", "ops@tunes.example", ADA)


def test_whoever_registers_a_platform_is_its_admin_and_no_address_is_in_the_log(desk: Desk) -> None:
    platform = joined(desk)
    with desk.registry.reading() as uow:
        assert the_member(uow, platform, "ada", Role.ADMIN).role is Role.ADMIN
        assert uow.platform_profiles.of(platform).contact == "ops@tunes.example"
        bodies = [
            bytes(row.body) for row in uow.connection.exec_driver_sql("SELECT body FROM events")
        ]
    assert any(b"Tunes Ltd" in each for each in bodies)
    assert not any(b"ops@tunes.example" in each or b'"ada"' in each for each in bodies)


def test_a_role_is_asked_for_and_strangers_learn_nothing(desk: Desk) -> None:
    platform = joined(desk)
    with desk.registry.bookkeeping() as uow:
        _, secret = invite(uow, platform, "b@x.example", Role.ENGINEER, "ada", desk.clock.now)
        accept_invitation(uow, secret, "ben", desk.clock.now)
        the_member(uow, platform, "ben", Role.ENGINEER)
        with pytest.raises(Forbidden):
            the_member(uow, platform, "ben", Role.ADMIN)
        for who, where in (("carl", platform), ("ada", desk.registry.place.issuer)):
            with pytest.raises(NotFound):
                the_member(uow, where, who, Role.VIEWER)


def test_an_invitation_counts_once_for_a_week_and_lowers_nobody(desk: Desk) -> None:
    platform = joined(desk)
    now = desk.clock.now
    with desk.registry.bookkeeping() as uow:
        _, secret = invite(uow, platform, "b@x.example", Role.VIEWER, "ada", now)
        with pytest.raises(NotFound):
            accept_invitation(uow, secret, "ben", now + INVITATION_MS)
        assert accept_invitation(uow, secret, "ada", now).role is Role.ADMIN
        with pytest.raises(NotFound):
            accept_invitation(uow, secret, "ben", now)
        _, secret = invite(uow, platform, "b@x.example", Role.VIEWER, "ada", now)
        assert accept_invitation(uow, secret, "ben", now).role is Role.VIEWER
        _, secret = invite(uow, platform, "b@x.example", Role.ADMIN, "ada", now)
        assert accept_invitation(uow, secret, "ben", now).role is Role.ADMIN


def test_the_last_admin_stays(desk: Desk) -> None:
    platform = joined(desk)
    with desk.registry.bookkeeping() as uow:
        for act in (
            lambda: remove_member(uow, platform, "ada"),
            lambda: set_role(uow, platform, "ada", Role.ENGINEER),
        ):
            with pytest.raises(Conflict):
                act()
        _, secret = invite(uow, platform, "b@x.example", Role.VIEWER, "ada", desk.clock.now)
        accept_invitation(uow, secret, "ben", desk.clock.now)
        set_role(uow, platform, "ben", Role.ADMIN)
        set_role(uow, platform, "ada", Role.VIEWER)
        with pytest.raises(Conflict):
            remove_member(uow, platform, "ben")
        remove_member(uow, platform, "ada")
        with pytest.raises(NotFound):
            set_role(uow, platform, "ada", Role.VIEWER)


def test_one_account_does_not_register_without_end(desk: Desk) -> None:
    for number in range(MOST_PLATFORMS):
        joined(desk, f"P{number}")
    with pytest.raises(Conflict):
        joined(desk, "one more")


@pytest.mark.parametrize(
    ("name", "entity", "contact", "field"),
    [
        ("", "X Ltd", "a@b.example", "name"),
        ("X\u202eY", "X Ltd", "a@b.example", "name"),
        ("X", "X\nLtd", "a@b.example", "legal_entity"),
        ("X", "X Ltd", "nonsense", "contact"),
        ("X", "X Ltd", "a@b.example\r\nBcc: c@d.example", "contact"),
    ],
)
def test_what_cannot_be_shown_or_written_to_is_refused(
    desk: Desk, name: str, entity: str, contact: str, field: str
) -> None:
    with desk.registry.writing() as ledger, pytest.raises(InvalidInput) as refused:
        join_platform(ledger, "ada", name, entity, contact, ADA)
    assert refused.value.field == field


def test_a_contact_can_be_changed_and_left_out(desk: Desk) -> None:
    platform = joined(desk)
    with desk.registry.bookkeeping() as uow:
        set_contact(uow, platform, " new@tunes.example ")
        assert uow.platform_profiles.of(platform).contact == "new@tunes.example"
        set_contact(uow, platform, "")
        assert uow.platform_profiles.of(platform).contact is None
        with pytest.raises(InvalidInput):
            invite(uow, platform, "", Role.VIEWER, "ada", desk.clock.now)
    assert parse_contact("  ") is None
