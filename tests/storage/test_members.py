"""Who acts for whom, in which role."""

from registry.storage.members import Delegation, Member, MemberRole
from tests.registries import Desk


def test_members_come_change_their_role_and_go(desk: Desk) -> None:
    ada, ben = Member("r", "a", MemberRole.OWNER, 1), Member("r", "b", MemberRole.VIEWER, 2)
    with desk.registry.bookkeeping() as uow:
        uow.members.put(ada)
        uow.members.put(ben)
        uow.members.put(Member("q", "b", MemberRole.OWNER, 3))
        assert uow.members.of("r") == [ada, ben]
        assert uow.members.find("r", "b") == ben
        assert uow.members.find("q", "a") is None
        assert [each.rightsholder for each in uow.members.for_account("b")] == ["r", "q"]
        assert uow.members.owners("r") == 1
        uow.members.put(Member("r", "b", MemberRole.OWNER, 99))
        assert uow.members.find("r", "b") == Member("r", "b", MemberRole.OWNER, 2)
        assert uow.members.owners("r") == 2
        assert uow.members.remove("r", "a")
        assert not uow.members.remove("r", "a")


def test_who_acts_for_a_label_acts_for_its_artists_as_editor_at_most(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        members = uow.members
        members.put(Member("label", "boss", MemberRole.OWNER, 1))
        members.put(Member("label", "intern", MemberRole.VIEWER, 1))
        members.put(Member("artist", "ada", MemberRole.OWNER, 1))
        assert members.delegate(Delegation("artist", "label", 5))
        assert not members.delegate(Delegation("artist", "label", 6))
        assert members.acting("artist", "boss") == Member("artist", "boss", MemberRole.EDITOR, 5)
        assert members.acting("artist", "intern") == Member(
            "artist", "intern", MemberRole.VIEWER, 5
        )
        assert members.acting("artist", "ada") == Member("artist", "ada", MemberRole.OWNER, 1)
        assert members.acting("label", "ada") is None
        assert [each.rightsholder for each in members.for_account("boss")] == ["label", "artist"]
        members.put(Member("second", "intern", MemberRole.OWNER, 1))
        members.delegate(Delegation("artist", "second", 7))
        assert members.acting("artist", "intern").role is MemberRole.EDITOR  # type: ignore[union-attr]
        members.delegate(Delegation("label", "second", 8))
        assert members.acting("artist", "stranger") is None
        assert [each.agent for each in members.agents_of("artist")] == ["label", "second"]
        assert [each.rightsholder for each in members.clients_of("label")] == ["artist"]
        assert members.end_delegation("artist", "label")
        assert not members.end_delegation("artist", "label")
        assert members.acting("artist", "boss") is None
