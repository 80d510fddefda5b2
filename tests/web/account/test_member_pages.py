"""Several people act for one rightsholder, each in a role; nobody else learns that it is there."""

from tests.web.people import ON_SQLITE, People, Person

pytestmark = ON_SQLITE


def opened(person: Person, name: str = "Lovelace Trio") -> str:
    """The path of a rightsholder's page."""
    reply = person.post("/account/rightsholders", name=name)
    assert reply.status_code == 303, reply.text
    return str(reply.headers["Location"])


def invited(owner: Person, path: str, guest: Person, role: str) -> None:
    assert owner.post(f"{path}/invite", email=guest.address, role=role).status_code == 303
    assert guest.mails()[-1].letter == "invitation"
    assert guest.post("/account/invitation", secret=guest.link_secret()).headers["Location"] == path


def test_who_opens_a_rightsholder_owns_it_and_the_log_knows_only_its_name(people: People) -> None:
    ada = people.sign_in("Ada")
    path = opened(ada)
    assert "Lovelace Trio" in ada.page(path)
    assert ada.data("/account/rightsholders")["rightsholders"][0]["role"] == "owner"
    with people.desk.registry.reading() as uow:
        size = uow.log.head().head.size
        (event,) = uow.log.events(size - 1, size)
    assert event.type == "rightsholder.registered"
    assert ada.account.id not in repr(event)
    assert ada.address not in repr(event)


def test_somebody_is_invited_by_mail_and_accepts(people: People) -> None:
    ada, ben = people.sign_in("Ada"), people.sign_in("Ben")
    path = opened(ada)
    assert ben.get(path).status_code == 404
    ada.post(f"{path}/invite", email=ben.address, role="editor")
    page = ben.page(ben.link().removeprefix(ben.origin))
    assert "Lovelace Trio" in page
    assert "Editor" in page
    secret = ben.link_secret()
    assert ben.post("/account/invitation", secret=secret).headers["Location"] == path
    assert [each["role"] for each in ben.data(path)["members"]] == ["owner", "editor"]
    eve = people.sign_in("Eve")
    assert eve.post("/account/invitation", secret=secret).status_code == 404, "it counts once"


def test_an_editor_and_a_viewer_invite_nobody_and_change_no_role(people: People) -> None:
    ada, ben, eve = (people.sign_in(name) for name in ("Ada", "Ben", "Eve"))
    path = opened(ada)
    for guest, role in ((ben, "editor"), (eve, "viewer")):
        invited(ada, path, guest, role)
        assert (
            guest.post(f"{path}/invite", email="x@people.example", role="owner").status_code == 403
        )
        for whose in (ada, guest):
            reply = guest.post(f"{path}/role", member=whose.account.id, role="owner")
            assert reply.status_code == 403
    assert [each["role"] for each in ada.data(path)["members"]] == ["owner", "editor", "viewer"]


def test_the_last_owner_stays_and_everybody_else_may_leave(people: People) -> None:
    ada, ben = people.sign_in("Ada"), people.sign_in("Ben")
    path = opened(ada)
    assert ada.post(f"{path}/role", member=ada.account.id, role="none").status_code == 422
    invited(ada, path, ben, "viewer")
    assert ben.post(f"{path}/role", member=ben.account.id, role="none").status_code == 303
    assert ben.get(path).status_code == 404
    invited(ada, path, ben, "owner")
    assert ben.post(f"{path}/role", member=ada.account.id, role="viewer").status_code == 303
    assert ada.post(f"{path}/invite", email="x@people.example", role="owner").status_code == 403


def test_an_old_proof_gives_nobody_power(people: People) -> None:
    ada = people.sign_in("Ada")
    path = opened(ada)
    people.desk.clock.forward(5 * 60_000)
    reply = ada.post(f"{path}/invite", email="eve@people.example", role="owner")
    assert reply.headers["Location"].startswith("/account/prove")
    assert people.visitor("Eve").mails() == []


def test_a_hostile_name_is_refused_or_shown_as_text(people: People) -> None:
    ada = people.sign_in("Ada")
    assert ada.post("/account/rightsholders", name="a\u202eb\nc").status_code == 422
    page = ada.page(opened(ada, "<img src=x onerror=alert(1)>"))
    assert "<img" not in page
    assert "&lt;img src=x" in page


def test_a_label_acts_for_an_artist_who_sees_it_and_ends_it(people: People) -> None:
    ada, boss, ben = (people.sign_in(name) for name in ("Ada", "Boss", "Ben"))
    artist, label = opened(ada, "Lovelace Trio"), opened(boss, "Night Records")
    invited(boss, label, ben, "editor")
    ada.post(f"{artist}/invite", email=boss.address, role="delegate")
    secret, label_id, artist_id = (
        boss.link_secret(),
        label.rpartition("/")[2],
        artist.rpartition("/")[2],
    )
    assert "Night Records" in boss.page(f"/account/invitation?secret={secret}")
    assert ben.post("/account/invitation", secret=secret, agent=label_id).status_code == 403, (
        "an owner decides"
    )
    assert boss.post("/account/invitation", secret=secret).status_code == 404, "it is for no person"
    done = boss.post("/account/invitation", secret=secret, agent=label_id)
    assert done.headers["Location"] == artist
    assert [each["name"] for each in ada.data(artist)["agents"]] == ["Night Records"]
    assert [each["name"] for each in ben.data(label)["clients"]] == ["Lovelace Trio"]
    assert {each["name"]: each["role"] for each in ben.data("/account/rightsholders")["rightsholders"]} == {
        "Night Records": "editor", "Lovelace Trio": "editor",
    }  # fmt: skip
    assert boss.post(f"{artist}/invite", email=ben.address, role="owner").status_code == 403
    assert ben.post(f"{artist}/delegation/end", agent=label_id).status_code == 404
    people.desk.clock.forward(6 * 60_000)
    assert ada.post(f"{artist}/delegation/end", agent=label_id).headers["Location"] == artist
    assert ben.get(artist).status_code == 404
    assert boss.get(artist).status_code == 404
    assert artist_id not in boss.page(label)


def test_a_label_ends_a_delegation_too_and_nobody_else_does(people: People) -> None:
    ada, boss, eve = (people.sign_in(name) for name in ("Ada", "Boss", "Eve"))
    artist, label = opened(ada, "Lovelace Trio"), opened(boss, "Night Records")
    ada.post(f"{artist}/invite", email=boss.address, role="delegate")
    label_id = label.rpartition("/")[2]
    boss.post("/account/invitation", secret=boss.link_secret(), agent=label_id)
    assert eve.post(f"{artist}/delegation/end", agent=label_id).status_code == 404
    assert (
        boss.post(f"{artist}/delegation/end", agent=label_id).headers["Location"]
        == "/account/rightsholders"
    )
    ada.post(f"{artist}/invite", email=ada.address, role="delegate")
    itself = ada.post(
        "/account/invitation", secret=ada.link_secret(), agent=artist.rpartition("/")[2]
    )
    assert itself.status_code == 404


def test_an_invitation_ends_with_the_power_of_whoever_sent_it(people: People) -> None:
    ada, ben, accomplice = people.sign_in("Ada"), people.sign_in("Ben"), people.visitor("Ben Two")
    path = opened(ada)
    invited(ada, path, ben, "owner")
    ben.post(f"{path}/invite", email=accomplice.address, role="owner")
    secret = accomplice.link_secret()
    assert ada.post(f"{path}/role", member=ben.account.id, role="editor").status_code == 303
    assert ben.get(f"/account/invitation?secret={secret}").status_code == 404
    assert ben.post("/account/invitation", secret=secret).status_code == 404
    assert ada.post(f"{path}/role", member=ben.account.id, role="owner").status_code == 303
    ben.page(f"/account/invitation?secret={secret}")  # it was not used up


def test_who_was_removed_has_no_second_invitation_to_come_back_by(people: People) -> None:
    ada, ben, other = (
        people.sign_in("Ada"),
        people.sign_in("Ben"),
        opened(people.sign_in("Ada"), "Other"),
    )
    path = opened(ada)
    ada.post(f"{path}/invite", email=ben.address, role="editor")
    second = ben.link_secret()
    invited(ada, path, ben, "editor")
    ada.post(f"{other}/invite", email=ben.address, role="viewer")
    elsewhere = ben.link_secret()
    assert ada.post(f"{path}/role", member=ben.account.id, role="none").status_code == 303
    assert ben.post("/account/invitation", secret=second).status_code == 404
    assert ben.get(path).status_code == 404
    assert ben.post("/account/invitation", secret=elsewhere).headers["Location"] == other
