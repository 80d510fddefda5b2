"""Who is erased is nowhere named any more, and every answer stays what it was; what is left cannot be changed."""

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from registry.domain.declaration import Choice, Wish
from registry.domain.events import Conditions, Subject
from registry.domain.ids import new_id
from registry.domain.vocabulary import Assurance, LinkKind, Preference, Role, Usage
from registry.errors import NotFound
from registry.services.attest_claim import attest_claim
from registry.services.backup import take_backup
from registry.services.declare import declare
from registry.services.erase import Erased, erase, look_at_erasure
from registry.services.find import the_rightsholder
from registry.services.link_works import link_works
from registry.services.open_account import issue_token, register_rightsholder
from registry.services.rebuild import rebuild_projection
from registry.services.register_work import claim_subject
from registry.services.restore import restore_backup
from registry.storage.account_tables import mails
from registry.storage.accounts import Account
from registry.storage.engine import open_engine, writing
from registry.storage.members import Member, MemberRole
from registry.storage.notice_tables import notices
from registry.storage.overwriting import empty_write_ahead
from registry.storage.personal_data import PersonalData
from registry.storage.proposals import Proposal
from registry.storage.rewording import reword
from registry.storage.tables import PROJECTION, dossiers, events, metadata
from tests.exported import exported, receipt_line, verified
from tests.model.profiles import examples
from tests.registries import DAY, STEWARD, TOKEN, Desk, open_desk
from tests.service_histories import POOL, USAGES, lived_in

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""For what asks no store what could differ from one kind to the other."""
NAME = "Ada Erasmus Lovelace"
TEXTS = (
    NAME,
    "ada@lovelace.example",
    "© Ada E. L.",
    "The ballad of Ada E. L.",
    "seen her passport",
)


def erased(desk: Desk, who: str, *, titles: bool = False) -> Erased:
    registry = desk.registry
    return erase(registry.writing, registry.import_files, who, STEWARD, titles=titles)


def named_everywhere(desk: Desk) -> str:
    """A rightsholder with every text of theirs that a registry keeps. Returns a work of theirs."""
    desk.names["Ada"] = desk.rightsholder(NAME)
    work, claim = desk.work("isrc:GBAYE0601498", by="Ada", title="The ballad of Ada E. L.")
    with desk.registry.writing() as ledger:
        attest_claim(
            ledger,
            claim,
            STEWARD,
            "seen her passport",
            identifier="isrc:GBAYE0601498",
            level=Assurance.ATTESTED,
        )
    now = desk.clock.now
    proposed = {"claim": claim, "reason": "seen her passport"}
    with desk.registry.bookkeeping() as uow:
        uow.proposals.add(Proposal(new_id(now), "claim.lapsed", proposed, "Bea", now, now + DAY))
    said = Conditions(contact="ada@lovelace.example", credit="© Ada E. L.")
    wish = Wish(preferences={"ai-input": Choice(Preference.CONDITIONAL, said)})
    for about in (Subject("work", work), Subject("catalogue", desk.names["Ada"])):
        with desk.registry.writing() as ledger:
            declare(ledger, desk.names["Ada"], about, wish, STEWARD)
    desk.declare(work, by="Ada", generative_training="deny", search="allow")
    with desk.registry.writing() as ledger:
        issue_token(ledger, desk.names["Ada"], f"{NAME}'s laptop", STEWARD)
    return work


def stored(desk: Desk) -> str:
    """Every row of every table, as text; records decoded."""
    with desk.registry.reading() as uow:
        rows = [
            repr(row) for t in metadata.sorted_tables for row in uow.connection.execute(select(t))
        ]
        for each in uow.log.events():
            parts = each.body.split(b".")
            if len(parts) == 3 and each.body.startswith(b"ey"):
                rows.append(base64.urlsafe_b64decode(parts[1] + b"==").decode())
    return "\n".join(rows)


def everything_answered(desk: Desk, moments: Sequence[int | None]) -> list[Any]:
    """What the rules say about all of the pool at these moments (None: now), to nobody and to a platform."""
    items = [(each,) for each in POOL]
    return [
        (str(one.answer.decision), one.answer.reasons, one.answer.disputed)
        for usage in map(Usage, dict.fromkeys(USAGES))
        for whose in (None, desk.platform())
        for moment in moments
        for one in desk.ask_all(items, usage, asker=whose, as_of=moment).results
        if one.answer is not None
    ]


def test_nothing_names_them_and_the_store_holds(desk: Desk, tmp_path: Path) -> None:
    named_everywhere(desk)
    before = stored(desk)
    assert all(text in before for text in TEXTS)
    told = erased(desk, desk.names["Ada"], titles=True)
    assert (told.records, told.titles) == (3, 1)
    left = stored(desk)
    for text in TEXTS:
        assert text not in left
    assert desk.fsck().wrong is None
    assert desk.fsck().erased == told.bodies
    with desk.registry.reading() as uow:
        holder = uow.projection.dossier("rightsholder", desk.names["Ada"])
        assert (holder.name, holder.erased) == ("", True)
    if desk.registry.engine.dialect.name == "sqlite":
        assert empty_write_ahead(desk.registry.engine)
        files = b"".join(path.read_bytes() for path in tmp_path.glob("*.sqlite*"))
        assert b"rightsholder.registered" in files
        for text in TEXTS:
            assert text.encode() not in files


def test_a_rebuilt_projection_is_the_one_that_was_reworded(desk: Desk) -> None:
    named_everywhere(desk)
    erased(desk, desk.names["Ada"], titles=True)

    def projected() -> list[Any]:
        with desk.registry.reading() as uow:
            return [
                row
                for table in PROJECTION
                for row in uow.connection.execute(select(table).order_by(*table.primary_key))
            ]

    reworded = projected()
    with desk.registry.bookkeeping() as uow:
        rebuild_projection(uow)
    assert projected() == reworded


@pytest.mark.parametrize("seed", range(examples(1)))
def test_no_answer_about_the_past_changes_and_none_to_come_permits_more(
    seed: int, tmp_path: Path
) -> None:
    lives = []
    for name in ("kept", "erased"):
        folder = tmp_path / name
        desk = open_desk(folder, f"sqlite:///{folder / 'registry.sqlite3'}")
        lives.append((desk, lived_in(desk, seed, 25)))
    (kept, _), (desk, life) = lives
    with desk.registry.reading() as uow:
        ats = [each.at for each in uow.log.events()]
    moments = sorted(Random(seed).sample(ats, 3))
    before = everything_answered(desk, moments)
    for who in life.holders[:2]:
        erased(desk, who, titles=True)
    assert everything_answered(desk, moments) == before
    for _ in range(3):
        mine, theirs = (everything_answered(each, [None]) for each in (desk, kept))
        for now, without in zip(mine, theirs, strict=True):
            assert now[0] != "allow" or without[0] == "allow"
            assert now[0] != "unregistered" or without[0] == "unregistered"
        for each in (desk, kept):
            each.clock.forward(2 * DAY)
    assert desk.fsck().wrong is None
    for each in (desk, kept):
        each.registry.close()


@on_sqlite
def test_what_waits_to_loosen_never_takes_effect(desk: Desk) -> None:
    work, claim = desk.work("isrc:GBAYE0601498")
    desk.prove(claim, "isrc:GBAYE0601498")
    desk.declare(work, generative_training="deny")
    desk.clock.forward(1000)
    desk.declare(work, generative_training="allow")  # confirmed, and waits
    desk.declare(work, actor=TOKEN, ai_input="allow")
    assert erased(desk, desk.rightsholder()).cancelled == 2
    desk.clock.forward(30 * DAY)
    told = desk.ask("isrc:GBAYE0601498").answer
    assert told is not None
    assert str(told.decision) == "deny"
    assert desk.fsck().wrong is None


@on_sqlite
def test_much_that_waits_is_cancelled_some_at_a_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.services.erase.MOST_CANCELLED", 2)
    for number in range(5):
        work, _ = desk.work(f"isrc:GBAYE060149{number}")
        desk.declare(work, actor=TOKEN, ai_input="allow")
    with desk.registry.reading() as uow:
        seen = look_at_erasure(uow, desk.rightsholder(), titles=False, now=desk.clock.now)
    told = erased(desk, desk.rightsholder())
    assert (told, told.cancelled) == (seen, 5)
    with desk.registry.reading() as uow:
        ats = [each.at for each in uow.log.of_types(["loosening.cancelled"])]
        assert uow.projection.waits.count(desk.rightsholder(), desk.clock.now) == 0
    assert max(map(ats.count, ats)) == 2, "the log allows a write ten seconds"
    assert desk.fsck().wrong is None


@on_sqlite
def test_who_is_erased_twice_is_erased_once(desk: Desk) -> None:
    named_everywhere(desk)
    first = erased(desk, desk.names["Ada"])
    again = erased(desk, desk.names["Ada"])
    assert (first.bodies > 0, again.bodies) == (True, 0)
    titles = erased(desk, desk.names["Ada"], titles=True)
    assert (titles.bodies, titles.titles) == (1, 1)
    assert "The ballad" not in stored(desk)
    assert desk.fsck().wrong is None


@on_sqlite
def test_a_title_that_somebody_else_claims_stays_and_so_do_their_records(desk: Desk) -> None:
    work = named_everywhere(desk)
    eve = desk.rightsholder("Eve")
    with desk.registry.writing() as ledger:
        claim_subject(ledger, eve, Subject("work", work), Role.RECORDING, None, STEWARD)
    theirs = desk.declare(work, by="Eve", search="deny")
    told = erased(desk, desk.names["Ada"], titles=True)
    assert told.titles == 0
    with desk.registry.reading() as uow:
        record = uow.log.event(theirs.record.id)
        assert record is not None
        assert record.erased is None
    assert NAME not in stored(desk)
    assert desk.fsck().wrong is None


def acting(desk: Desk, who: str, account: str) -> None:
    whose = desk.rightsholder(who)
    with desk.registry.bookkeeping() as uow:
        uow.accounts.add(Account(account, f"{who}@x.example", f"{who}@x.example", who, "en", 1))
        uow.members.put(Member(whose, account, MemberRole.OWNER, 1))


@on_sqlite
def test_accounts_go_with_what_they_acted_for_or_neither_does(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, both = new_id(1), new_id(2)
    acting(desk, NAME, ada)
    acting(desk, "Eve", both)
    with desk.registry.bookkeeping() as uow:
        uow.members.put(Member(desk.names[NAME], both, MemberRole.VIEWER, 1))
    registry, whose = desk.registry, desk.names[NAME]

    def erased_with_accounts() -> Erased:
        files = registry.import_files
        return erase(registry.writing, files, whose, STEWARD, titles=False, accounts=True)

    with monkeypatch.context() as patch:
        patch.delattr(PersonalData, "remove")
        with pytest.raises(AttributeError):
            erased_with_accounts()
    with registry.reading() as uow:
        assert the_rightsholder(uow, whose).name == NAME
        assert uow.erasures.acting(whose) == [ada, both]
    assert erased_with_accounts().accounts == (ada,)
    with registry.bookkeeping() as uow:
        assert (uow.accounts.find(ada), uow.accounts.find(both) is None) == (None, False)
        goodbye = delete(mails).where(mails.c.letter == "account-deleted")
        assert uow.connection.execute(goodbye).rowcount == 1
    assert NAME not in stored(desk)
    assert desk.fsck().wrong is None


def told(desk: Desk) -> dict[str, Any]:
    """What everybody was told, and what is to be sent, by the kind of it."""
    with desk.registry.reading() as uow:
        inbox = uow.connection.execute(select(notices.c.kind, notices.c.words)).all()
        post = uow.connection.execute(select(mails.c.letter, mails.c.words)).all()
    assert len(inbox) == len(post)
    return {kind: json.loads(words) for kind, words in (*inbox, *post)}


def test_others_keep_what_they_were_told_and_find_an_id_where_a_name_was(desk: Desk) -> None:
    acting(desk, "Bob", new_id(1))
    mine, _ = desk.work("isrc:GBAYE0601498", by="Bob", title="Yesterday")
    for who in ("Eve", NAME):
        whose = desk.rightsholder(who)
        with desk.registry.writing() as ledger:
            claim_subject(ledger, whose, Subject("work", mine), Role.RECORDING, None, STEWARD)
        desk.clock.forward(DAY)
    theirs, _ = desk.work("isrc:USRC17607839", by=NAME, title="The ballad of Ada E. L.")
    with desk.registry.writing() as ledger:
        link_works(ledger, desk.names["Eve"], mine, LinkKind.CONTAINS, theirs, STEWARD)
    for namesake in ("Yesterday", "e", "Bob"):  # texts that others' notices hold too
        other = desk.names[namesake + " 2"] = second(desk, namesake)
        before = told(desk)
        erased(desk, other, titles=True)
        if namesake != "Bob":
            assert told(desk) == before
        assert told(desk).keys() == before.keys()
    erased(desk, desk.names[NAME], titles=True)
    left = told(desk)
    assert left["competing-claim"]["other"] == desk.names[NAME]
    assert (left["link-made"]["name"], left["link-made"]["what"]) == (theirs, "Yesterday")
    assert NAME not in stored(desk)
    assert "The ballad" not in stored(desk)


def second(desk: Desk, name: str) -> str:
    with desk.registry.writing() as ledger:
        return register_rightsholder(ledger, name, STEWARD)


@on_sqlite
def test_to_look_changes_nothing(desk: Desk) -> None:
    named_everywhere(desk)
    before = stored(desk)
    with desk.registry.reading() as uow:
        seen = look_at_erasure(uow, desk.names["Ada"], titles=True, now=desk.clock.now)
        with pytest.raises(NotFound):
            look_at_erasure(uow, desk.platform(), titles=True, now=desk.clock.now)
    assert stored(desk).count(NAME) == before.count(NAME)
    assert erased(desk, desk.names["Ada"], titles=True) == seen


@on_sqlite
@pytest.mark.parametrize("how", ["permit", "undo", "another", "more"])
def test_what_is_left_of_a_body_cannot_be_changed_unnoticed(desk: Desk, how: str) -> None:
    named_everywhere(desk)
    other, _ = desk.work("isrc:USRC17607839", by="Eve")
    theirs = desk.declare(other, by="Eve", generative_training="deny")
    erased(desk, desk.names["Ada"])
    with desk.registry.reading() as uow:
        mine = [each for each in uow.log.events() if each.erased is not None]
        whole = uow.log.event(theirs.record.id)
    assert whole is not None
    denial = next(each for each in mine if b"generative-training" in each.body)
    permitted = denial.body.replace(b'"deny"', b'"allow"')
    left = {"type": "declaration.issued", **json.loads(denial.body), "rightsholder": "x"}
    values: dict[str, Any] = {
        "permit": {"body": permitted},
        "undo": {"erased_by": None},
        "another": {"erased_by": 1},
        "more": {"body": json.dumps(left).encode(), "erased": whole.digest, "erased_by": 5},
    }[how]
    seq = whole.seq if how == "more" else denial.seq
    with writing(desk.registry.engine) as connection:
        connection.execute(update(events).where(events.c.seq == seq).values(**values))
    assert "erased" in str(desk.fsck().wrong)


def test_the_name_of_a_rightsholder_is_gone_from_the_past_too(desk: Desk) -> None:
    named_everywhere(desk)
    with desk.registry.reading() as uow:
        head = uow.log.head()
    assert head is not None
    moment = head.head.at
    desk.clock.forward(60_000)
    erased(desk, desk.names["Ada"], titles=True)
    told = desk.ask_all([("isrc:GBAYE0601498",)], as_of=moment).results[0].answer
    assert told is not None
    assert str(told.decision) == "deny"
    assert [each.name for each in told.evidence] == [""]
    with desk.registry.reading() as uow:
        (row,) = uow.connection.execute(
            select(dossiers.c.body).where(dossiers.c.id == desk.names["Ada"])
        )
    assert NAME.encode() not in row.body


@on_sqlite
def test_exports_of_before_and_after_hold_and_name_nobody(desk: Desk, tmp_path: Path) -> None:
    work = named_everywhere(desk)
    eve = desk.rightsholder("Eve")
    with desk.registry.writing() as ledger:
        claim_subject(ledger, eve, Subject("work", work), Role.RECORDING, None, STEWARD)
    desk.declare(work, by="Eve", search="deny")
    with desk.registry.reading() as uow:
        before = uow.log.head()
    assert before is not None
    told = erased(desk, desk.names["Ada"])
    exported(desk, tmp_path / "now")
    exported(desk, tmp_path / "then", at=str(before.head.size))
    exported(desk, tmp_path / "of-eve", rightsholder=[eve])
    exported(desk, tmp_path / "of-ada", rightsholder=[desk.names["Ada"]])
    for name in ("now", "then", "of-eve", "of-ada"):
        found = verified(desk, tmp_path / name, replay=True)
        assert found.holds, found
        assert found.erased == told.bodies
        files = b"".join(each.read_bytes() for each in (tmp_path / name).rglob("*.*"))
        assert not [text for text in (*TEXTS[:3], TEXTS[4]) if text.encode() in files]


@on_sqlite
def test_an_answer_of_before_is_right_by_an_export_of_after(desk: Desk, tmp_path: Path) -> None:
    named_everywhere(desk)
    item = [("isrc:GBAYE0601498",)]
    right = receipt_line(desk, item, Usage.AI_INPUT)
    wrong = receipt_line(desk, item, Usage.AI_INPUT, change=_of_another_type)
    assert b"ada@lovelace.example" in base64.urlsafe_b64decode(right.split(b".")[1] + b"==")
    erased(desk, desk.names["Ada"])
    exported(desk, tmp_path / "export")
    (tmp_path / "right.jsonl").write_bytes(right)
    (tmp_path / "wrong.jsonl").write_bytes(wrong)
    found = verified(desk, tmp_path / "export", asked=[tmp_path / "right.jsonl"])
    assert (found.wrong, found.right) == (None, 1)
    found = verified(desk, tmp_path / "export", asked=[tmp_path / "wrong.jsonl"])
    assert "another conditions" in str(found.wrong)


def _of_another_type(answer: dict[str, Any]) -> None:
    said = [each for each in answer["results"][0]["evidence"] if each["conditions"]]
    assert said
    for each in said:
        each["conditions"][0]["type"] = "licence"


def test_it_stays_erased_in_a_backup_and_where_that_is_restored(desk: Desk, tmp_path: Path) -> None:
    named_everywhere(desk)
    erased(desk, desk.names["Ada"], titles=True)
    folder = tmp_path / "backup"
    take_backup(desk.registry.reading, folder, desk.clock.now, lambda *_: None)
    files = b"".join(each.read_bytes() for each in folder.iterdir())
    assert not [text for text in TEXTS if text.encode() in files]
    registry, target = desk.registry, open_engine(f"sqlite:///{tmp_path / 'restored.sqlite3'}")
    filled = restore_backup(
        target,
        folder,
        place_of=lambda _: registry.place,
        files=registry.key_files,
        head_file=registry.head_file,
        now=desk.clock.now,
        by=STEWARD,
        progress=lambda *_: None,
    )
    assert (filled.report.wrong, filled.report.erased > 0) == (None, True)
    target.dispose()


@on_sqlite
def test_it_takes_as_long_as_it_takes_and_the_log_tells_when_it_was_done(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.work("isrc:GBAYE0601498")
    began = desk.clock()

    def slowly(*given: Any) -> None:
        desk.clock.forward(60 * 60 * 1_000)
        reword(*given)

    monkeypatch.setattr("registry.services.erase.reword", slowly)
    assert erased(desk, desk.rightsholder()).bodies > 0
    with desk.registry.reading() as uow:
        told = [stored for stored in uow.log.events() if stored.type == "rightsholder.erased"]
    assert [each.at for each in told] >= [began + 60 * 60 * 1_000]
    assert desk.fsck().wrong is None
