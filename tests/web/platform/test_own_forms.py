"""What members of a platform do on its pages, from registering it to the last admin who stays."""

import json
import re

from registry.services.act_for import INVITATIONS_A_DAY, count_invitation
from registry.services.find import the_platform
from registry.services.list_platforms import parents_of
from registry.signing.keys import generate
from registry.storage.platform_members import Role
from tests.registries import Desk
from tests.web.people import ON_SQLITE, People, Person, people

__all__ = ["people"]

SCRIPT = "<script>alert(1)</script>"


def registered(person: Person, name: str = "Tunes") -> str:
    """The path of a platform's pages, which this person just registered."""
    reply = person.post(
        "/platform/new", name=name, legal_entity=f"{name} Ltd", contact="ops@tunes.example"
    )
    assert reply.status_code == 303, reply.text
    return str(reply.headers["Location"])


def jwk() -> str:
    return json.dumps(dict(generate().public.jwk))


def invited(desk: Desk, admin: Person, path: str, guest: Person, role: str) -> None:
    """The guest acts for the platform from now on, by the mail and its link."""
    assert admin.post(f"{path}/members", contact=guest.address, role=role).status_code == 303
    link = guest.link().removeprefix(desk.registry.place.public_url)
    assert "invited" in guest.page(link)
    reply = guest.post("/platform/invitation", secret=guest.link_secret())
    assert reply.headers["Location"] == path


def test_a_platform_is_registered_and_stands_in_the_directory_as_not_proved(people: People) -> None:
    ada = people.sign_in("Ada")
    path = registered(ada)
    assert path.removeprefix("/platform/") in people.visitor().page("/platforms?q=tunes")
    shown = people.visitor().data("/platforms?q=TUNES%20ltd")["platforms"]
    assert [(each["name"], each["domain"]) for each in shown] == [("Tunes", None)]
    assert "ops@tunes.example" not in people.visitor().page("/platforms")
    assert "anybody can write this name" in people.visitor().page("/platforms")
    assert ada.data("/platform")["platforms"][0]["role"] == "admin"


@ON_SQLITE
def test_what_is_refused_comes_back_with_the_reason_and_what_was_typed(people: People) -> None:
    ada = people.sign_in("Ada")
    reply = ada.post("/platform/new", name="Tunes", legal_entity="", contact="a@b.example")
    assert reply.status_code == 422
    assert 'value="Tunes"' in reply.text
    assert 'aria-invalid="true"' in reply.text
    path = registered(ada)
    for field, form, sent in (
        ("jwk", "/keys", {"jwk": "no json"}),
        ("jwk", "/keys", {"jwk": "[" * 3000}),
        ("key", "/keys", {"jwk": '{"kty":"RSA"}'}),
        ("domain", "/domain", {"domain": "co.uk"}),
        ("contact", "/contact", {"contact": "nonsense"}),
        ("other", "/affiliations", {"other": "nobody", "as": "parent"}),
        ("contact", "/members", {"contact": "", "role": "viewer"}),
        ("role", "/members", {"contact": "a@b.example", "role": "owner"}),
    ):
        reply = ada.post(path + form, sent)
        assert (reply.status_code, 'role="alert"' in reply.text) == (422, True), (field, form)


def test_keys_are_added_and_revoked_each_kind_by_itself(people: People, desk: Desk) -> None:
    ada = people.sign_in("Ada")
    path = registered(ada)
    assert ada.post(f"{path}/keys", jwk=jwk()).status_code == 303
    assert ada.post(f"{path}/keys", jwk=jwk(), test="yes").status_code == 303
    reply = ada.post(f"{path}/query-keys", label="loader")
    secret = re.search(r"crq_[\w-]+", reply.text)
    assert secret is not None
    shown = ada.data(f"{path}/keys")
    assert [len(shown[kind]) for kind in ("keys", "test_keys", "query_keys")] == [1, 1, 1]
    assert secret[0] not in ada.page(f"{path}/keys")
    for key in (
        shown["keys"][0]["keyid"],
        shown["test_keys"][0]["keyid"],
        shown["query_keys"][0]["id"],
    ):
        assert ada.post(f"{path}/keys/revoke", key=key).status_code == 303
        assert ada.post(f"{path}/keys/revoke", key=key).status_code == 422
    shown = ada.data(f"{path}/keys")
    for kind in ("keys", "test_keys", "query_keys"):
        assert shown[kind][0]["revoked_at"] is not None
    assert desk.fsck().wrong is None


@ON_SQLITE
def test_a_key_of_another_platform_cannot_be_revoked(people: People) -> None:
    ada, ben = people.sign_in("Ada"), people.sign_in("Ben")
    theirs, mine = registered(ada), registered(ben, "Others")
    ada.post(f"{theirs}/keys", jwk=jwk())
    kid = ada.data(f"{theirs}/keys")["keys"][0]["keyid"]
    assert ben.post(f"{mine}/keys/revoke", key=kid).status_code == 422
    assert ada.data(f"{theirs}/keys")["keys"][0]["revoked_at"] is None


@ON_SQLITE
def test_what_adds_needs_fresh_proof_and_what_revokes_does_not(people: People, desk: Desk) -> None:
    ada = people.sign_in("Ada")
    path = registered(ada)
    ada.post(f"{path}/keys", jwk=jwk())
    kid = ada.data(f"{path}/keys")["keys"][0]["keyid"]
    desk.clock.forward(6 * 60_000)
    for form in ("/keys", "/query-keys", "/members", "/directory", "/domain", "/affiliations"):
        reply = ada.post(path + form, jwk=jwk())
        assert reply.headers["Location"].startswith("/account/prove"), form
    assert len(ada.data(f"{path}/keys")["keys"]) == 1
    assert ada.post(f"{path}/keys/revoke", key=kid).headers["Location"] == f"{path}/keys"


@ON_SQLITE
def test_a_form_of_another_site_or_session_does_nothing(people: People) -> None:
    ada, ben = people.sign_in("Ada"), people.sign_in("Ben")
    path = registered(ada)
    assert ada.post(f"{path}/keys", jwk=jwk(), token=ben.token()).status_code == 403
    foreign = ada.client.post(
        f"{path}/keys",
        data={"jwk": jwk(), "form_token": ada.token()},
        headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        base_url=ada.origin,
    )
    assert foreign.status_code == 403
    assert ada.data(f"{path}/keys")["keys"] == []


def test_members_are_invited_by_mail_in_roles_and_the_last_admin_stays(
    people: People, desk: Desk
) -> None:
    ada, ben = people.sign_in("Ada"), people.sign_in("Ben")
    path = registered(ada)
    invited(desk, ada, path, ben, "engineer")
    assert ben.post(f"{path}/keys", jwk=jwk()).status_code == 303
    assert ben.post(f"{path}/members", contact="x@y.example", role="viewer").status_code == 403
    used = ben.post("/platform/invitation", secret=ben.link_secret())
    assert used.status_code == 422
    me = {"member": ada.account.id}
    assert ada.post(f"{path}/members/role", role="viewer", **me).status_code == 422
    assert ada.post(f"{path}/members/remove", **me).status_code == 422
    assert ada.post(f"{path}/members/role", role="admin", member=ben.account.id).status_code == 303
    assert ada.post(f"{path}/members/remove", **me).headers["Location"] == "/platform"
    assert ada.get(path).status_code == 404


@ON_SQLITE
def test_each_role_sends_what_it_may_and_strangers_find_nothing(people: People, desk: Desk) -> None:
    ada, eve = people.sign_in("Ada"), people.sign_in("Eve")
    path = registered(ada)
    members = {"admin": ada, "stranger": eve}
    for role in ("engineer", "viewer"):
        members[role] = people.sign_in(role)
        invited(desk, ada, path, members[role], role)
    engineers = ("/domain", "/domain/look", "/keys", "/keys/revoke", "/query-keys", "/directory")
    admins = (
        *("/contact", "/affiliations", "/affiliations/end", "/members", "/members/role"),
        *("/members/invitations/end", "/members/remove"),
    )
    known = {f"/platform/<id>{form}" for form in (*engineers, *admins)}
    routes = [
        str(each)
        for each in people.app.url_map.iter_rules()
        if each.endpoint.startswith("platform.post_") and "<id>" in str(each)
    ]
    assert set(routes) == known, "say above which role may send this form"
    for form in known:
        reply = people.visitor().post(form.replace("/platform/<id>", path), token="x")
        assert reply.headers["Location"].startswith("/account/sign-in"), form
    for who, person in members.items():
        for pages in ("", "/keys", "/members", "/answers", "/failed-signatures"):
            assert person.get(path + pages).status_code == (404 if who == "stranger" else 200)
        for forms, needed in ((engineers, Role.ENGINEER), (admins, Role.ADMIN)):
            for form in forms:
                status = person.post(path + form, member="x").status_code
                if who == "stranger":
                    assert status == 404, (who, form)
                elif Role(who).may(needed):
                    assert status in (200, 303, 422), (who, form)
                else:
                    assert status == 403, (who, form)


def test_an_affiliation_counts_once_both_sides_said_so(people: People, desk: Desk) -> None:
    ada, ben = people.sign_in("Ada"), people.sign_in("Ben")
    parent, child = registered(ada, "Parent"), registered(ben, "Child")
    parent_id, child_id = parent.removeprefix("/platform/"), child.removeprefix("/platform/")

    def parents() -> list[str]:
        with desk.registry.reading() as uow:
            return parents_of(the_platform(uow, child_id))

    ben.post(f"{child}/affiliations", {"other": parent_id, "as": "affiliate"})
    assert parents() == []
    assert ada.data(parent)["affiliations"][0]["waits_for"] == parent_id
    ada.post(f"{parent}/affiliations", {"other": child_id, "as": "parent"})
    assert parents() == [parent_id]
    assert ada.data(parent)["affiliations"][0]["waits_for"] is None
    ben.post(f"{child}/affiliations/end", {"other": parent_id, "as": "affiliate"})
    assert parents() == []


@ON_SQLITE
def test_hostile_names_are_text_and_nothing_else(people: People) -> None:
    ada = people.sign_in("Ada")
    path = registered(ada, SCRIPT)
    for page in ("/platforms", "/platform", path, f"{path}/keys", f"{path}/members"):
        text = ada.page(page)
        assert SCRIPT not in text, page
        assert "&lt;script&gt;" in text, page
    bidi = ada.post("/platform/new", name="a\u202eb", legal_entity="x", contact="")
    assert bidi.status_code == 422


@ON_SQLITE
def test_the_domain_is_named_and_waits_for_a_look_and_the_page_says_what_to_put_up(
    people: People,
) -> None:
    ada = people.sign_in("Ada")
    path = registered(ada)
    assert ada.post(f"{path}/domain", domain="https://Tunes.example/").status_code == 303
    shown = ada.data(path)["profile"]
    assert (shown["domain"], shown["state"]) == ("tunes.example", "waiting")
    assert shown["ways"][0]["line"] in ada.page(path)
    assert ada.post(f"{path}/domain/look").status_code == 422  # a minute has to go by
    assert ada.post(f"{path}/directory", wanted="yes").status_code == 422
    assert ada.post(f"{path}/contact", contact="").status_code == 303


@ON_SQLITE
def test_who_was_removed_comes_back_by_no_invitation_and_no_old_proof_removes_anybody(
    people: People, desk: Desk
) -> None:
    ada, ben, accomplice = people.sign_in("Ada"), people.sign_in("Ben"), people.visitor("Ben Two")
    path = registered(ada)
    invited(desk, ada, path, ben, "admin")

    def asked_in() -> str:
        ben.post(f"{path}/members", contact=accomplice.address, role="admin")
        return accomplice.link_secret()

    def refused(secret: str) -> bool:
        return ben.post("/platform/invitation", secret=secret).status_code == 422

    secret, whose = asked_in(), {"member": ben.account.id}
    ada.post(f"{path}/members/role", role="engineer", **whose)
    assert refused(secret), "an engineer invites nobody"
    ada.post(f"{path}/members/role", role="admin", **whose)
    secret = asked_in()
    desk.clock.forward(6 * 60_000)
    late = ada.post(f"{path}/members/remove", **whose)
    assert late.headers["Location"].startswith("/account/prove")
    ada.prove()
    assert ada.post(f"{path}/members/remove", **whose).headers["Location"] == f"{path}/members"
    assert refused(secret)
    assert ben.get(path).status_code == 404


@ON_SQLITE
def test_nobody_has_mails_sent_without_end(people: People, desk: Desk) -> None:
    ada, ben = people.sign_in("Ada"), people.visitor("Ben")
    path = registered(ada)
    with desk.registry.bookkeeping() as uow:
        for _ in range(INVITATIONS_A_DAY - 1):
            count_invitation(uow, ada.account.id, desk.clock.now)
    ask = {"contact": ben.address, "role": "viewer"}
    assert ada.post(f"{path}/members", **ask).status_code == 303
    reply = ada.post(f"{path}/members", **ask)
    assert reply.status_code == 422
    assert "Go on tomorrow" in reply.text
    assert len(ben.mails()) == 1
