"""What has a column `account` is somebody's: it is in their download, and goes with them."""

from registry.storage.accounts import Account
from registry.storage.members import Member, MemberRole
from registry.storage.passkeys import Passkey
from registry.storage.single_use import Link
from tests.registries import Desk


def test_every_table_of_somebodys_is_found_and_emptied(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        for id in ("a", "b"):
            uow.accounts.add(
                Account(id, f"{id}@x.org", f"{id}@x.org", id, "en", 1, password="argon2")
            )
            uow.passkeys.add(Passkey(id.encode(), id, b"\x00key", 0, "phone", 2))
            uow.members.put(Member("r", id, MemberRole.OWNER, 3))
            uow.accounts.replace_recovery_codes(id, ["x"], 4)
        uow.single_use.add_link(Link("invitation", "a@x.org", None, "r owner", 9))
        found = uow.personal_data.of("a")
        assert found["accounts"][0]["address"] == "a@x.org"
        assert "password" not in found["accounts"][0]
        assert found["passkeys"][0]["public_key"] == "AGtleQ=="
        assert [each["account"] for each in found["members"]] == ["a"]
        assert found["recovery_codes"] == [{"account": "a", "made_at": 4}]
        assert {"identities", "sessions", "single_use_links", "acts"} <= set(found)
        uow.personal_data.remove("a", "a@x.org")
        assert not any(uow.personal_data.of("a").values())
        assert len(uow.personal_data.of("b")["passkeys"]) == 1
