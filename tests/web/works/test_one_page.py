"""One work's page: what it says is what the services say, to whoever acts for a claimant, and to nobody else."""

from registry.domain.events import Subject
from registry.domain.vocabulary import Assurance, Role
from registry.instants import rfc3339
from registry.services.register_work import claim_subject
from registry.storage.members import Delegation, Member, MemberRole
from tests.registries import HOUR, STEWARD, TOKEN
from tests.web.people import ON_SQLITE, People
from tests.web.works.one_work import ISRC, PAGE, her_work, own_claim

pytestmark = ON_SQLITE


def test_it_tells_what_a_platform_is_told_word_for_word(people: People) -> None:
    ada = people.sign_in("Ada")
    _, work = her_work(ada)
    shown = ada.data(f"/works/{work}")
    asked = ada.data(f"/lookup?id={ISRC}&id={PAGE}")
    assert shown["told"]["answers"] == asked["answers"]
    assert shown["told"]["evidence"] == asked["evidence"]
    page = ada.page(f"/works/{work}")
    assert "Night Train" in page
    assert page.count('class="verdict deny"') >= 6
    assert f"/records/{shown['record']}/badge.svg" in page
    assert 'class="qr"' in page


def test_a_platform_that_was_named_is_told_what_was_said_to_it_alone(people: People) -> None:
    ada, desk = people.sign_in("Ada"), people.desk
    iswc = "iswc:T0345246801"
    holder, work = her_work(ada, works=f"Night Train, {iswc}, {PAGE}")
    desk.names["Ada"] = holder
    claim, platform = own_claim(people, work, holder), desk.platform("Tonewell")
    for name in (iswc, PAGE):
        desk.prove(claim, name)
    yes = desk.declare(work, by="Ada", to=platform, generative_training="allow")
    everybody = ada.data(f"/works/{work}")
    assert everybody["told"]["changes"] == []
    assert [each["name"] for each in everybody["askers"]] == ["Tonewell"]
    (change,) = ada.data(f"/works/{work}?as={platform}")["told"]["changes"]
    assert change["at"] == rfc3339(yes.takes_effect_at or 0)
    assert change["answers"] == [
        {"usage": "generative-training", "decision": "allow", "reasons": []}
    ]
    page = ada.page(f"/works/{work}?as={platform}")
    assert "This is what <bdi>Tonewell</bdi> is told" in page
    assert ada.data(f"/works/{work}?as={desk.platform('Other')}")["asker"] is None


def test_every_name_says_what_it_is_worth_and_what_to_do_next(people: People) -> None:
    ada, desk = people.sign_in("Ada"), people.desk
    holder, work = her_work(ada)
    names = {each["text"]: each for each in ada.data(f"/works/{work}")["names"]}
    assert [each["worth"] for each in names.values()] == ["word", "word"]
    assert "vouches for its ISRCs" in names[ISRC]["next_step"]
    (place,) = ada.data(f"/works/{work}")["places"]
    assert names[PAGE]["place"] == place["claim"]
    page = ada.page(f"/works/{work}")
    assert place["ways"][0]["line"] in page
    assert f'href="#place-{place["claim"]}"' in page
    assert "Your no counts now; a yes counts once this is proved." in page
    desk.prove(own_claim(people, work, holder), ISRC, Assurance.ATTESTED)
    names = {each["text"]: each for each in ada.data(f"/works/{work}")["names"]}
    assert (names[ISRC]["worth"], names[ISRC]["next_step"]) == ("proved", None)
    assert "<strong>Vouched for.</strong>" in ada.page(f"/works/{work}")


def test_others_who_claim_it_are_named_with_what_stands_behind_them(people: People) -> None:
    ada, desk = people.sign_in("Ada"), people.desk
    _, work = her_work(ada)
    other = desk.rightsholder("<b>Publisher</b>")
    with desk.registry.writing() as ledger:
        subject = Subject("work", work)
        claim_subject(ledger, other, subject, Role.COMPOSITION, "mine", STEWARD)
    (shown,) = ada.data(f"/works/{work}")["others"]
    assert (shown["right"], shown["assurance"]) == ("composition", "declared")
    page = ada.page(f"/works/{work}")
    assert "&lt;b&gt;Publisher&lt;/b&gt;" in page
    assert "<b>Publisher" not in page
    assert "Who else says that it is theirs" in page


def test_what_waits_stands_at_the_top_with_its_button(people: People) -> None:
    ada, desk = people.sign_in("Ada"), people.desk
    holder, work = her_work(ada)
    desk.names["Ada"] = holder
    yes = desk.declare(work, by="Ada", actor=TOKEN, ai_index="allow")
    desk.declare(Subject("catalogue", holder), by="Ada", search="allow")
    waiting = ada.data(f"/works/{work}")["waiting"]
    assert [(each["said"], each["catalogue"], each["confirmed"]) for each in waiting] == [
        ({"allow": ["ai-index"]}, False, False),
        ({"allow": ["search"]}, True, True),
    ]
    page = ada.page(f"/works/{work}")
    assert f'action="/waiting/{yes.record.id}/cancel"' in page
    desk.clock.forward(80 * HOUR)
    assert [each["id"] for each in ada.data(f"/works/{work}")["waiting"]] == [yes.record.id]


def test_nobody_else_learns_whether_there_is_such_a_work(people: People) -> None:
    ada, eve = people.sign_in("Ada"), people.sign_in("Eve")
    holder, work = her_work(ada)
    her_work(eve, works="Other Song, USRC17607839", places="")
    for path in (f"/works/{work}", f"/works/{work}?rightsholder={holder}"):
        reply = eve.get(path, Accept="application/json")
        nothing = eve.get(
            path.replace(work, "01a20212-5f30-70ac-93b8-967730279525"), Accept="application/json"
        )
        assert reply.status_code == nothing.status_code == 404
        assert reply.get_json()["detail"] == nothing.get_json()["detail"]
    assert (
        people.visitor()
        .get(f"/works/{work}")
        .headers["Location"]
        .startswith("/account/sign-in?next=/works/")
    )


def test_a_viewer_sees_everything_and_finds_no_button(people: People) -> None:
    ada, bob = people.sign_in("Ada"), people.sign_in("Bob")
    holder, work = her_work(ada)
    with people.desk.registry.bookkeeping() as uow:
        uow.members.put(Member(holder, bob.account.id, MemberRole.VIEWER, people.desk.clock()))
    page = bob.page(f"/works/{work}")
    assert "You may look at everything here, and change nothing." in page
    assert '<form method="post"' not in page
    assert bob.data(f"/works/{work}")["told"] == ada.data(f"/works/{work}")["told"]


def test_who_acts_for_two_claimants_looks_at_it_for_either(people: People) -> None:
    ada, bob = people.sign_in("Ada"), people.sign_in("Bob")
    holder, work = her_work(ada)
    label, _ = her_work(bob, works="Other Song, USRC17607839", places="")
    with people.desk.registry.writing() as ledger:
        subject = Subject("work", work)
        claim_subject(ledger, label, subject, Role.OTHER, None, STEWARD)
    assert bob.data(f"/works/{work}")["rightsholder"]["id"] == label
    with people.desk.registry.bookkeeping() as uow:
        uow.members.delegate(Delegation(holder, label, people.desk.clock()))
    shown = bob.data(f"/works/{work}?rightsholder={holder}")
    assert shown["rightsholder"]["id"] == holder
    assert {each["id"] for each in shown["rightsholders"]} == {holder, label}
    assert len(shown["others"]) == 1
