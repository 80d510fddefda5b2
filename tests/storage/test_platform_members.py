"""Members, invitations and offers: found by who may find them, and gone when they are over."""

import pytest

from registry.storage.platform_members import Invitation, Member, Offer, Role
from tests.registries import DAY, START, Desk

ADA = Member("p", "ada", Role.ADMIN, START)
INVITATION = Invitation("i", "p", "b@x.example", Role.VIEWER, "ada", START, START + DAY)


@pytest.mark.parametrize(("role", "may"), [("viewer", 1), ("engineer", 2), ("admin", 3)])
def test_a_role_may_what_the_lesser_ones_may(role: str, may: int) -> None:
    assert sum(Role(role).may(needed) for needed in Role) == may


def test_members_are_kept_changed_and_removed(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        members = uow.platform_members
        members.keep(ADA)
        members.keep(Member("q", "ada", Role.VIEWER, START + 1))
        members.keep(Member("p", "ada", Role.ENGINEER, START + 2))
        assert members.of("p") == [Member("p", "ada", Role.ENGINEER, START)]
        assert [each.platform for each in members.memberships("ada")] == ["p", "q"]
        members.remove("p", "ada")
        assert members.find("p", "ada") is None
        assert members.find("q", "ada") is not None


def test_an_invitation_is_found_by_its_secret_until_it_is_over(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        members = uow.platform_members
        members.invite(INVITATION, "secret")
        assert members.invitation("secret", START) == INVITATION
        assert members.invitation("other", START) is None
        assert members.invitation("secret", START + DAY) is None
        assert members.invitations("p", START) == [INVITATION]
        assert not members.end_invitation("q", "i")
        assert members.forget_invitations(START + DAY) == 1
        assert not members.end_invitation("p", "i")


def test_an_offer_is_seen_from_both_sides_and_is_the_first_ones(desk: Desk) -> None:
    offer = Offer("p", "q", "p", START)
    with desk.registry.bookkeeping() as uow:
        members = uow.platform_members
        members.offer(offer)
        members.offer(Offer("p", "q", "q", START + 1))
        assert members.offers("p") == members.offers("q") == [offer]
        members.end_offer("p", "q")
        assert members.offers("p") == []
