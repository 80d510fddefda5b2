"""The parts of one work's page: links and who stands by them, files that can be looked at, records that speak."""

from registry.domain.events import Subject
from registry.domain.vocabulary import LinkKind, Role
from registry.services.attest_claim import attest_claim
from registry.services.link_works import confirm_link, link_works
from registry.services.register_work import NewLocation, register_location
from tests.registries import HOUR, STEWARD
from tests.web.people import ON_SQLITE, People
from tests.web.works.one_work import ISRC, her_work

pytestmark = ON_SQLITE
FILE = "https://lovelace.example/files/night-train.flac"
DIGEST = f"sha256:{'ab' * 32}"


def test_a_link_says_whether_the_other_side_stands_by_it(people: People) -> None:
    ada, desk = people.sign_in("Ada"), people.desk
    holder, work = her_work(ada)
    song, _ = desk.work("iswc:T0345246801", by="R2", role=Role.COMPOSITION)
    with desk.registry.writing() as ledger:
        link = link_works(ledger, holder, work, LinkKind.EMBODIES, song, STEWARD)
    (shown,) = ada.data(f"/works/{work}")["links"]
    assert (shown["title"], shown["yours"], shown["agreed"]) == ("A song", False, False)
    assert f'href="/works/{song}' not in ada.page(f"/works/{work}")
    assert ada.get(f"/works/{song}").status_code == 404
    with desk.registry.writing() as ledger:
        confirm_link(ledger, desk.rightsholder("R2"), link.id, STEWARD)
    assert ada.data(f"/works/{work}")["links"][0]["agreed"]


def test_a_file_can_be_looked_at_once_its_place_is_proved(people: People) -> None:
    ada, desk = people.sign_in("Ada"), people.desk
    holder, work = her_work(ada, works=f"Night Train, {DIGEST}, {FILE}", places="")
    shown = {each["text"]: each for each in ada.data(f"/works/{work}")["names"]}
    assert not shown[DIGEST]["file"]
    assert "Put the file on a site of yours" in shown[DIGEST]["next_step"]
    assert shown[FILE]["site"] == "https://lovelace.example/"
    with desk.registry.writing() as ledger:
        site = NewLocation("https://lovelace.example/")
        claim = register_location(ledger, holder, site, STEWARD).claims[0].id
        attest_claim(ledger, claim, STEWARD, "seen", location=True)
    members = ada.data(f"/works/{work}")
    shown = {each["text"]: each for each in members["names"]}
    assert shown[DIGEST]["file"]
    assert shown[FILE]["worth"] == "proved"
    assert "Have the file looked at" in ada.page(f"/works/{work}")
    reply = ada.post(f"/works/{work}/look", claim=members["file_claim"])
    assert reply.headers["Location"].endswith("#names")
    assert ada.data(f"/works/{work}")["file_proof"] == "waiting"


def test_records_say_whether_they_speak_and_for_what(people: People) -> None:
    ada, desk = people.sign_in("Ada"), people.desk
    holder, work = her_work(ada)
    desk.names["Ada"] = holder
    until = desk.clock() + HOUR
    short = desk.declare(work, by="Ada", ai_index="deny", valid_until=until).record.id
    desk.declare(Subject("work", work), by="Ada", to=desk.platform(), ai_index="deny")
    shown = ada.data(f"/works/{work}")
    assert [each["speaks"] for each in shown["records"]] == [True, True, True]
    assert [each["catalogue"] for each in shown["records"]] == [False, False, True]
    assert shown["record"] == shown["records"][0]["id"]
    assert shown["record_url"] == f"https://registry.example/records/{shown['record']}"
    assert shown["told"]["changes"] == [], "the no for the whole catalogue speaks again"
    desk.clock.now = until + 1
    again = {each["id"]: each["speaks"] for each in ada.data(f"/works/{work}")["records"]}
    assert not again[short]
    assert ISRC in ada.page(f"/works/{work}")
