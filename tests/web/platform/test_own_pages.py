"""A platform's pages are for who acts for it, the same for people and for machines."""

from registry.instants import DAY_MS
from registry.storage.failed_signatures import FailedSignature
from registry.storage.platform_counts import Answered
from tests.registries import START, Desk
from tests.web.people import ON_SQLITE, People, people
from tests.web.platform.test_own_forms import invited, registered

__all__ = ["people"]

DAY = START - START % DAY_MS


@ON_SQLITE
def test_who_is_not_signed_in_is_led_to_the_door_and_a_program_is_refused(people: People) -> None:
    path = registered(people.sign_in("Ada"))
    visitor = people.visitor()
    for page in ("/platform", "/platform/new", path, f"{path}/keys"):
        assert visitor.get(page).headers["Location"].startswith("/account/sign-in"), page
        assert visitor.get(page, Accept="application/json").status_code == 401, page


@ON_SQLITE
def test_what_was_asked_is_shown_by_day_use_and_decision(people: People, desk: Desk) -> None:
    ada = people.sign_in("Ada")
    path = registered(ada)
    id = path.removeprefix("/platform/")
    with desk.registry.bookkeeping() as uow:
        uow.platform_counts.add(
            {
                Answered(id, DAY, "search", "deny"): 1234,
                Answered(id, DAY, "search", "error"): 1,
                Answered("another", DAY, "search", "allow"): 9,
            }
        )
    shown = ada.data(f"{path}/answers")
    assert [(each["decision"], each["count"]) for each in shown["answers"]] == [
        ("deny", 1234),
        ("error", 1),
    ]
    text = ada.page(f"{path}/answers")
    assert "1,234" in text
    assert "1,235 items" in text
    assert ada.data(f"{path}/answers?month={shown['before']}")["answers"] == []
    assert ada.get(f"{path}/answers?month=never").status_code == 422


@ON_SQLITE
def test_a_refused_signature_is_shown_with_its_base_as_text(people: People, desk: Desk) -> None:
    ada = people.sign_in("Ada")
    path = registered(ada)
    id = path.removeprefix("/platform/")
    base = '"@method": POST\n"x": </pre><script>'
    with desk.registry.bookkeeping() as uow:
        uow.failed_signatures.add(
            [FailedSignature(id, desk.clock.now, "kid", "POST", "signature-invalid", "why", base)]
        )
    text = ada.page(f"{path}/failed-signatures")
    assert "&#34;@method&#34;: POST\n" in text
    assert "<script>" not in text
    assert ada.data(f"{path}/failed-signatures")["failed_signatures"][0]["signature_base"] == base
    desk.clock.forward(DAY_MS + 1000)
    ada.sign_in()
    assert ada.data(f"{path}/failed-signatures")["failed_signatures"] == []


@ON_SQLITE
def test_the_quota_is_shown_as_it_is_now(people: People, desk: Desk) -> None:
    ada = people.sign_in("Ada")
    path = registered(ada)
    first = ada.data(path)["quota"]
    second = ada.data(path)["quota"]
    assert first["a_minute"] == desk.registry.settings.rate_platform
    assert second["left"] == first["left"] - 1


@ON_SQLITE
def test_addresses_of_members_are_for_admins(people: People, desk: Desk) -> None:
    ada, ben = people.sign_in("Ada"), people.sign_in("Ben")
    path = registered(ada)
    invited(desk, ada, path, ben, "viewer")
    ada.post(f"{path}/members", contact="carl@people.example", role="viewer")
    assert {each["address"] for each in ada.data(f"{path}/members")["members"]} == {
        ada.address,
        ben.address,
    }
    seen = ben.data(f"{path}/members")
    assert [each["address"] for each in seen["members"]] == [None, None]
    assert seen["invitations"] == []
    assert "@people.example" not in ben.page(f"{path}/members")


@ON_SQLITE
def test_an_invitation_that_counts_no_more_says_so(people: People) -> None:
    ada = people.sign_in("Ada")
    assert "Ask for another one" in ada.page("/platform/invitation?secret=nonsense")
    assert ada.data("/platform/invitation?secret=")["platform"] is None
