"""What is checked is what happens; a session alone only proposes what permits; a passkey signs what is answered now."""

from registry.domain.record import read_record
from registry.services.read_record import read_record as read_signed
from registry.signing.declarant import verify_declarant
from registry.web.record import credential_of
from tests.registries import DAY, HOUR
from tests.web.account.test_member_pages import invited
from tests.web.account.test_passkey_pages import added
from tests.web.people import ON_SQLITE, People
from tests.web.say.walk import answered, said, studio

pytestmark = ON_SQLITE
OLD = 6 * 60_000


def test_a_no_is_said_once_however_often_it_is_sent_and_counts_at_once(people: People) -> None:
    at = studio(people)
    people.desk.clock.forward(OLD)
    base = answered(at.ada, at.one())
    shown = at.ada.data(f"{base}/check")
    assert not shown["loosens"]
    assert [each["usage"] for each in shown["at_once"]] == [
        "data-mining", "ai-training", "generative-training", "voice-likeness", "ai-input", "ai-index",
    ]  # fmt: skip
    assert "Sign and publish my no" in at.ada.page(f"{base}/check")
    for _ in range(2):
        assert at.ada.post(f"{base}/check").headers["Location"] == f"{base}/done"
    assert at.desk.ask("isrc:GBAYE0600000").answer.decision == "deny"  # type: ignore[union-attr]
    with at.desk.registry.reading() as uow:
        (held,) = uow.projection.dossier("work", at.works[0]).declarations  # type: ignore[union-attr]
    done = at.ada.data(f"{base}/done")
    assert (done["state"], done["record"], done["waits"]) == ("done", held.id, 0)
    assert f"/records/{held.id}" in at.ada.page(f"{base}/done")
    assert at.ada.get(f"{base}").headers["Location"] == f"{base}/done"


def test_what_waits_is_told_beforehand_and_what_stands_stays_until_then(people: People) -> None:
    at = studio(people)
    said(at.ada, at.one(), "no-ai")
    at.desk.clock.forward(1_000)
    base = answered(at.ada, at.one(), "each", ai_training="allow", generative_training="deny")
    shown = at.ada.data(f"{base}/check")
    (waits,) = shown["waits"]
    words = [waits[each]["preference"] for each in ("before", "at_once", "in_the_end")]
    assert (waits["usage"], words) == ("ai-training", ["deny", "deny", "allow"])
    assert [each["usage"] for each in shown["stays"]] == ["generative-training"]
    assert (shown["at_once"], shown["needs_proof"]) == ([], ["yes"])
    page = at.ada.page(f"{base}/check")
    assert "waits 72 hours" in page
    assert "A yes counts only where it is proved" in page


def test_a_no_to_everything_is_what_stood_before_a_word_on_one_work(people: People) -> None:
    at = studio(people)
    said(at.ada, at.catalogue, "no-ai")
    at.desk.clock.forward(1_000)
    base = answered(at.ada, at.one(), "each", ai_training="allow")
    (waits,) = at.ada.data(f"{base}/check")["waits"]
    assert (waits["before"]["preference"], waits["behind_now"]) == ("", "deny")
    change = at.ada.page(f"{base}/check").partition('<ul class="changes">')[2].partition("→")[0]
    assert 'class="verdict deny"' in change
    assert "said for everything of yours" in change
    assert "Nothing said" not in change


def test_a_stolen_session_that_permits_only_proposes_and_everybody_is_told(people: People) -> None:
    at = studio(people)
    ben = people.sign_in("Ben")
    invited(at.ada, f"/account/rightsholders/{at.holder}", ben, "editor")
    said(at.ada, at.catalogue, "no-ai")
    at.desk.clock.forward(OLD)
    base = answered(at.ada, at.catalogue, "each", ai_training="allow")
    assert "Propose it" in at.ada.page(f"{base}/check")
    before = {who.address: len(who.mails()) for who in (at.ada, ben)}
    done = at.ada.data(str(at.ada.post(f"{base}/check").headers["Location"]))
    assert (done["waits"], done["confirmed"]) == (1, False)
    for who in (at.ada, ben):
        assert len(who.mails()) > before[who.address], f"{who.address} is told"
    (waiting,) = at.ada.data("/waiting")["rightsholders"][0]["waiting"]
    reply = at.ada.post(f"/waiting/{waiting['id']}/confirm")
    assert reply.headers["Location"].startswith("/account/prove")
    at.desk.clock.forward(4 * DAY)
    assert at.desk.ask("isrc:GBAYE0600000", usage="ai-training").answer.decision == "deny"  # type: ignore[union-attr]
    withdrawn = at.ada.post(f"{at.catalogue}/withdraw", of="")
    base = str(withdrawn.headers["Location"]).rpartition("/")[0]
    assert at.ada.post(f"{base}/check").status_code == 303
    at.desk.clock.forward(4 * DAY)
    assert at.desk.ask("isrc:GBAYE0600000", usage="ai-training").answer.decision == "deny"  # type: ignore[union-attr]


def test_what_is_taken_back_waits_where_it_was_a_no_and_the_catalogue_speaks_then(
    people: People,
) -> None:
    at = studio(people)
    at.desk.declare(at.works[0], by="Ada’s", ai_training="deny", search="allow")
    at.desk.clock.forward(4 * DAY)
    said(at.ada, at.catalogue, "no-generative-ai")
    tunes = at.desk.platform("Tunes")
    at.desk.declare(at.works[0], by="Ada’s", to=tunes, generative_training="deny")
    at.desk.clock.forward(1_000)
    at.ada.sign_in()
    start = f"{at.one()}/withdraw"
    shown = at.ada.data(start)
    lines = {(each["usage"], bool(each["platform"])): each for each in shown["waits"]}
    assert set(lines) == {("ai-training", False), ("generative-training", True)}
    assert [each["usage"] for each in shown["at_once"]] == ["search"]
    base = str(at.ada.post(start, of="everybody").headers["Location"]).rpartition("/")[0]
    assert {each["usage"] for each in at.ada.data(f"{base}/check")["waits"]} == {"ai-training"}
    at.ada.post(f"{base}/check")
    assert at.ada.data(f"{base}/done")["state"] == "done"
    ask = {"usage": "ai-training"}
    assert at.desk.ask("isrc:GBAYE0600000", **ask).answer.decision == "deny"  # type: ignore[union-attr]
    at.desk.clock.forward(72 * HOUR + 1_000)
    assert at.desk.ask("isrc:GBAYE0600000", **ask).answer.decision == "unstated"  # type: ignore[union-attr]
    nothing = at.ada.data(f"{at.one()}/withdraw")
    assert [each["id"] for each in nothing["platforms"]] == [tunes], "the exception stands"
    assert not nothing["to_everybody"]


def test_a_passkey_signs_what_is_answered_now_and_nothing_else(people: People) -> None:
    at = studio(people)
    phone = added(at.ada)
    base = answered(at.ada, at.catalogue)
    assert "passkeys.js" in at.ada.page(f"{base}/check")
    asked = at.ada.post(f"{base}/check/options").get_json()
    form = {"ceremony": asked["ceremony"], "credential": phone.shown(asked["options"])}
    at.ada.post(base, preset="no-generative-ai")
    size = at.count()
    assert at.ada.post(f"{base}/check/signed", form).status_code == 409
    assert at.count() == size
    asked = at.ada.post(f"{base}/check/options").get_json()
    form = {"ceremony": asked["ceremony"], "credential": phone.shown(asked["options"])}
    assert at.ada.post(f"{base}/check/signed", form).get_json() == {"next": f"{base}/done"}
    record = at.ada.data(f"{base}/done")["record"]
    with at.desk.registry.reading() as uow:
        credential = credential_of(read_signed(uow, record))
    key = verify_declarant(credential)
    assert key is not None
    assert len(read_record(credential).statements) == 2  # type: ignore[union-attr]
    assert key.kid in people.visitor().page(f"/records/{record}")
    assert at.ada.post(f"{base}/check/signed", form).status_code == 404, "it counts once"
    many = answered(at.ada, f"/say/{at.choice(at.works * 1)}", "ask-me-first", contact="me")
    assert at.ada.post(f"{many}/check/options").status_code == 200, "one work can be signed too"
