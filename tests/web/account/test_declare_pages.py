"""Somebody who acts for a rightsholder says no for the whole catalogue: signed by a passkey of theirs, or confirmed by
the registry alone."""

import pytest

from registry.domain.events import Declared
from registry.domain.record import read_record
from registry.services.read_record import read_record as read_signed
from registry.signing.declarant import verify_declarant
from registry.web.record import credential_of
from tests.services.authenticator import Authenticator
from tests.web.account.test_member_pages import invited, opened
from tests.web.account.test_passkey_pages import added
from tests.web.people import ON_SQLITE, People, Person

pytestmark = ON_SQLITE


def credential(people: People, path: str):  # type: ignore[no-untyped-def]
    with people.desk.registry.reading() as uow:
        return credential_of(read_signed(uow, path.rpartition("/")[2]))


def signed(person: Person, phone: Authenticator, path: str, preset: str = "no-ai") -> str:
    asked = person.post(f"{path}/declare/options", preset=preset).get_json()
    form = {"ceremony": asked["ceremony"], "credential": phone.shown(asked["options"])}
    reply = person.post(f"{path}/declare/signed", form)
    assert reply.status_code == 200, reply.text
    return str(reply.get_json()["next"])


def test_a_no_that_is_signed_by_a_passkey_says_so_on_its_page(people: People) -> None:
    ada = people.sign_in("Ada")
    phone, path = added(ada), opened(ada)
    assert "passkeys.js" not in ada.page(f"{path}/declare")
    page = ada.page(f"{path}/declare?preset=no-ai")
    assert "passkeys.js" in page
    assert "generative AI training" in page
    record = signed(ada, phone, path)
    key = verify_declarant(credential(people, record))
    assert key is not None
    shown = people.visitor().page(record)
    assert key.kid in shown
    assert key.kid in ada.page("/account/passkeys"), "so that she can say elsewhere that it is hers"
    assert 'data-check="declarant"' in shown
    assert people.visitor().data(record)["declarant_key"] == key.kid


def test_without_a_passkey_it_counts_as_much_and_says_who_confirmed_it(people: People) -> None:
    ada = people.sign_in("Ada")
    path = opened(ada)
    assert "add a passkey first" in ada.page(f"{path}/declare?preset=everything")
    reply = ada.post(f"{path}/declare", preset="everything")
    assert reply.status_code == 303
    record = reply.headers["Location"]
    event = read_record(credential(people, record))
    assert isinstance(event, Declared)
    assert len(event.statements) == 9
    shown = people.visitor().page(record)
    assert "the registry alone" in shown
    assert 'data-check="declarant"' not in shown
    assert people.visitor().data(record)["declarant_key"] is None


@pytest.mark.parametrize("preset", ["", "ask-me-first", "no-ai2"])
def test_only_what_is_offered_is_declared(people: People, preset: str) -> None:
    ada = people.sign_in("Ada")
    path = opened(ada)
    assert ada.post(f"{path}/declare", preset=preset).status_code == 422
    assert ada.post(f"{path}/declare/options", preset=preset).status_code == 422
    assert 'type="radio"' in ada.page(f"{path}/declare?preset={preset}")


def test_who_only_reads_declares_nothing_and_strangers_learn_nothing(people: People) -> None:
    ada, ben, eve = people.sign_in("Ada"), people.sign_in("Ben"), people.sign_in("Eve")
    path = opened(ada)
    invited(ada, path, ben, "viewer")
    for person, status in ((ben, 403), (eve, 404)):
        assert person.get(f"{path}/declare").status_code == status
        for step in ("", "/options"):
            assert person.post(f"{path}/declare{step}", preset="no-ai").status_code == status


def test_what_was_signed_for_one_rightsholder_is_not_declared_for_another(people: People) -> None:
    ada = people.sign_in("Ada")
    phone, path, other = added(ada), opened(ada), opened(ada, "Duo")
    asked = ada.post(f"{path}/declare/options", preset="no-ai").get_json()
    form = {"ceremony": asked["ceremony"], "credential": phone.shown(asked["options"])}
    assert ada.post(f"{other}/declare/signed", form).status_code == 409
    assert ada.post(f"{path}/declare/signed", form).status_code == 200
    assert ada.post(f"{path}/declare/signed", form).status_code == 401, "it counts once"
