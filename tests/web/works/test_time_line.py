"""The time line has a sentence for everything that can happen to a work, and names nobody wrongly."""

import msgspec

from registry.domain.events import Subject
from registry.domain.touched import _TOUCHED
from registry.domain.vocabulary import LinkKind, Role
from registry.services.link_works import link_works
from registry.services.register_work import claim_subject
from registry.services.settle_loosening import cancel_loosening
from registry.web.works.time_line import _TOLD
from tests.registries import STEWARD, TOKEN
from tests.web.people import ON_SQLITE, People
from tests.web.works.one_work import her_work

pytestmark = ON_SQLITE


def test_it_tells_what_happened_newest_first_with_who_and_where_in_the_log(people: People) -> None:
    ada, desk = people.sign_in("Ada"), people.desk
    holder, work = her_work(ada)
    desk.names["Ada"] = holder
    ada.post(f"/works/{work}/identifiers", identifiers="0 36000 29145 2")
    yes = desk.declare(work, by="Ada", actor=TOKEN, ai_index="allow")
    with desk.registry.writing() as ledger:
        cancel_loosening(ledger, yes.record.id, STEWARD)
    other, _ = desk.work("isrc:USRC17607839", by="<i>Somebody</i>")
    with desk.registry.writing() as ledger:
        link_works(ledger, holder, work, LinkKind.PART_OF, other, STEWARD)
    history = ada.data(f"/works/{work}")["history"]
    assert not history["cut"]
    told = [(each["what"], each["who"]) for each in history["entries"]]
    assert told == [
        ("linked", "Lovelace Trio"),
        ("stopped", None),
        ("declared", "Lovelace Trio"),
        ("identifier-added", "Lovelace Trio"),
        ("declared", "Lovelace Trio"),
        ("registered", "Lovelace Trio"),
    ]
    entries = [each["entry"] for each in history["entries"]]
    assert entries == sorted(entries, reverse=True)
    page = ada.page(f"/works/{work}")
    assert f'href="/log?entry={entries[0]}#entry-{entries[0]}"' in page
    assert f'<tr id="entry-{entries[0]}" aria-current="true">' in ada.page(
        f"/log?entry={entries[0]}"
    )
    assert f'href="/records/{yes.record.id}"' in page
    assert "linked it to <bdi>A song</bdi>" in page


def test_who_has_several_parts_in_a_work_is_not_told_of_as_somebody_else(people: People) -> None:
    ada, desk = people.sign_in("Ada"), people.desk
    holder, work = her_work(ada)
    other = desk.rightsholder("Ben")
    for whose, role in ((holder, Role.COMPOSITION), (other, Role.PERFORMANCE)):
        with desk.registry.writing() as ledger:
            claim_subject(ledger, whose, Subject("work", work), role, None, STEWARD)
    told = [
        (each["what"], each["who"]) for each in ada.data(f"/works/{work}")["history"]["entries"]
    ]
    assert told[:2] == [("claimed", "Ben"), ("part-added", "Lovelace Trio")]
    assert "Lovelace Trio</bdi> said that they have another part" in ada.page(f"/works/{work}")


def test_everything_that_touches_a_work_or_a_catalogue_has_its_sentence(people: People) -> None:
    of_works = {
        event
        for event in _TOUCHED
        if {"work", "subject"} & {field.name for field in msgspec.structs.fields(event)}
    }
    assert of_works == _TOLD.keys()
    ada, desk = people.sign_in("Ada"), people.desk
    holder, work = her_work(ada)
    desk.names["Ada"] = holder
    desk.declare(Subject("catalogue", holder), by="Ada", search="deny")
    (said, *_) = ada.data(f"/works/{work}")["history"]["entries"]
    assert (said["what"], said["catalogue"]) == ("declared", True)
    assert "For the whole catalogue." in ada.page(f"/works/{work}")
