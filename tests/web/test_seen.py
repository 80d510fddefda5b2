"""A form counts only while its page would show the same: another window may have changed what is answered."""

from tests.web.begin.walk import answered as begun
from tests.web.catalogue.sending import counted, open_holder, sent
from tests.web.people import ON_SQLITE, People
from tests.web.say.walk import answered, studio

pytestmark = ON_SQLITE
CHANGED = "This changed after the page was shown, and nothing was sent."


def test_a_page_that_shows_a_no_never_sends_the_yes_of_another_window(people: People) -> None:
    at = studio(people)
    check = f"{answered(at.ada, at.catalogue)}/check"
    assert "Sign and publish my no" in at.ada.page(check)
    old, size = at.ada.seen(check), at.count()
    answered(at.ada, at.catalogue, "each", ai_training="allow")
    for mark in (old, "", "é" * 3_000):
        reply = at.ada.post(check, seen=mark)
        assert reply.status_code == 409
        assert CHANGED in reply.text
    assert at.count() == size, "nothing was said"
    assert at.ada.post(check).status_code == 303, "as it is shown now"
    assert at.ada.post(check, seen=old).headers["Location"].endswith("/done"), "once is once"


def test_what_was_shown_as_a_proposal_is_not_confirmed_by_a_proof_in_another_window(
    people: People,
) -> None:
    at = studio(people)
    people.desk.clock.forward(6 * 60_000)
    check = f"{answered(at.ada, at.catalogue, 'each', ai_training='allow')}/check"
    assert "Propose it" in at.ada.page(check)
    old = at.ada.seen(check)
    at.ada.prove()
    assert at.ada.post(check, seen=old).status_code == 409


def test_what_another_said_meanwhile_is_shown_before_anything_is_taken_back(people: People) -> None:
    at = studio(people, works=2)
    check = str(at.ada.post(f"{at.all()}/withdraw", of="").headers["Location"])
    old = at.ada.seen(check)
    at.desk.declare(at.works[0], by="Ada’s", ai_training="deny")
    assert at.ada.post(check, seen=old).status_code == 409
    assert at.ada.data(check)["loosens"]


def test_a_first_word_is_sent_as_it_was_checked(people: People) -> None:
    ada = people.sign_in("Ada")
    begun(ada)
    old = ada.seen("/begin/check")
    begun(ada, "ask-me-first")
    reply = ada.post("/begin/check", seen=old)
    assert reply.status_code == 409
    assert CHANGED in reply.text
    assert ada.post("/begin/check").status_code == 303


def test_a_catalogue_is_registered_as_it_was_counted(people: People) -> None:
    ada = people.sign_in("Ada")
    path = sent(ada, open_holder(ada))
    counted(ada, path)
    old = ada.seen(path)
    ask = {"preset": "ask-me-first", "contact": "https://a.example/ask"}
    assert ada.post(f"{path}/look", {**ask, "go": "look"}).status_code == 303
    looked_at = ada.post(f"{path}/start", seen=old)
    assert looked_at.status_code == 409
    assert ada.data(path)["state"] == "uploaded"
    counted(ada, path, **ask)
    reply = ada.post(f"{path}/start", seen=old)
    assert reply.status_code == 409
    assert "This import was changed in another window meanwhile." in reply.text
    assert ada.data(path)["state"] == "read"
