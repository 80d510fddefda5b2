"""Imports as jobs: in any order, twice, interrupted anywhere, the registry knows the same; and how else one ends."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.catalogues.options import Options
from registry.domain.events import Conditions
from registry.domain.vocabulary import Role, WorkKind
from registry.errors import Unavailable
from registry.services import import_catalogue, read_catalogue, register_catalogue
from registry.services.open_account import issue_token, revoke_token
from registry.services.register_work import NewWork, register_work
from registry.storage.imports import Import, ImportState
from registry.storage.jobs import Job
from registry.storage.members import Member, MemberRole
from registry.worker import imports as worker
from registry.worker.imports import run_import
from tests.catalogues.files import message, release, sound_recording, workbook
from tests.importing import NO_AI, STEADY, as_it_is, catalogue_of, imported, log_size, sent, started
from tests.inboxes import inbox, mails, person, told
from tests.prepared import copied_desk, prepare_store
from tests.registries import STEWARD, Desk

UPCS = ("5099749534728", "036000291452")
HEADER = "Title,Album,ISRC,UPC,ISWC,Link"


def row(title: str, album: str, isrc: str, upc: str, iswc: str, link: str) -> str:
    return ",".join((title, album, isrc, upc, iswc, link))


ROWS = st.lists(
    st.builds(
        row,
        st.sampled_from(["Night", "Day", ""]),
        st.sampled_from(["Trains", "Planes", ""]),
        st.sampled_from(["GBAYE0601498", "GB-AYE-06-01499", "gbaye0601500", "GBAYE06", ""]),
        st.sampled_from([*UPCS, "5099749534729", ""]),
        st.sampled_from(["T-034.524.680-1", ""]),
        st.sampled_from(["https://a.example/1", "a.example/2", "http://x:y@a.example/", ""]),
    ),
    max_size=12,
)


class KilledError(BaseException):
    """What no code catches."""


class Kill:
    """Ends the process's work in the nth chunk, when all of it is done and nothing committed."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, *given):
        self.left -= 1
        more = register_catalogue.register_chunk(*given)
        if self.left < 0:
            raise KilledError
        return more


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    return prepare_store(folder, f"sqlite:///{folder / 'registry.sqlite3'}")


@pytest.fixture
def fresh(store, tmp_path):
    """A fresh registry, as often as asked for."""
    made: list[Desk] = []

    def make() -> Desk:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(copied_desk(store, folder, f"sqlite:///{folder / 'registry.sqlite3'}"))
        return made[-1]

    yield make
    for desk in made:
        desk.registry.close()


def killed(desk: Desk, content: str, options: Options, at: int) -> None:
    """Imports up to the nth chunk; there the process dies."""
    found = sent(desk, content, options)
    job = started(desk, found)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "register_chunk", Kill(at))
        with suppress(KilledError):
            run_import(desk.registry, job)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, seed=st.integers(0, 1_000), at=st.integers(0, 4), own=st.booleans())
def test_in_any_order_twice_and_interrupted_anywhere_the_registry_knows_the_same(
    fresh, rows, seed, at, own
) -> None:
    options = Options(preset="no-ai", inside="mine", compositions="mine" if own else "others")
    shuffled = random.Random(seed).sample(rows, len(rows))
    content, turned = ("\n".join((HEADER, *each)) for each in (rows, shuffled))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(register_catalogue, "CHUNK", 2)
        whole, broken = fresh(), fresh()
        imported(whole, content, options)
        known = catalogue_of(whole)
        size = log_size(whole)
        again = imported(whole, turned, options)
        assert (catalogue_of(whole), log_size(whole)) == (known, size)
        assert (again.registered, again.extended, again.declared) == (0, 0, 0)
        killed(broken, turned, options, at)
        imported(broken, turned, options)  # the same file: its import goes on
        killed(broken, content, options, at)
        imported(broken, content, options)
        assert (catalogue_of(broken), log_size(broken)) == (known, size)


def test_a_label_imports_its_sheet_and_platforms_are_told_no(desk: Desk) -> None:
    sheet = workbook(
        [
            ("Titel", "Künstler", "ISRC", "EAN", "Album"),
            ("Nachtzug", "Ada", "GB-AYE-06-01498", 5099749534728, "Züge"),
            ("Tagzug", "Ada", "GBAYE0601499", 5099749534728, "Züge"),
            ("=A1", "Ada", "GBAYE0601500", None, None),
        ]
    )
    done = imported(desk, sheet)
    assert (done.state, done.rows, done.rejected, done.works) == ("done", 3, 1, 3)
    assert (done.registered, done.declared, done.position) == (3, 3, 3)
    assert desk.ask("isrc:GBAYE0601499").answer.decision == "deny"
    assert desk.ask("upc:5099749534728").answer.decision == "deny"
    assert desk.ask("isrc:GBAYE0601500").answer.decision == "unregistered"
    assert desk.fsck().wrong is None


def test_a_message_of_a_distributor_links_recordings_releases_and_compositions(desk: Desk) -> None:
    text = message(
        [
            sound_recording("A1", "GBAYE0601498", "Night", "T-034.524.680-1"),
            sound_recording("A2", "GBAYE0601499", "Day"),
        ],
        [release("R0", UPCS[0], "Trains", "A1", "A2")],
    )
    imported(desk, text, Options(preset="no-ai", compositions="mine", inside="none"))
    links = {
        (title, len(found), claims[0][1]) for _, _, title, found, claims, _ in catalogue_of(desk)
    }
    assert links == {
        ("Night", 2, "listed"),
        ("Day", 1, "none"),
        ("Trains", 0, "none"),
        ("Night", 0, None),
    }
    desk.ask("iswc:T0345246801")
    again = imported(desk, text, Options(preset="no-ai", compositions="mine", inside="none"))
    assert (again.unchanged, again.registered, again.declared) == (4, 0, 0)


def test_a_recording_is_linked_to_a_composition_of_somebody_else_and_claims_nothing_of_it(
    desk: Desk,
) -> None:
    song, _ = desk.work(
        "iswc:T0345246801", by="R2", kind="composition", role="composition", embodies=None
    )
    imported(desk, "Title,ISRC,ISWC\nNight,GBAYE0601498,T0345246801\n")
    with desk.registry.reading() as uow:
        (held,) = uow.projection.held_by(desk.rightsholder())
        (link,) = uow.projection.dossier("work", held.id).links
        assert link.to == song
        assert len(uow.projection.dossier("work", song).claims) == 1


def test_what_is_there_already_is_extended_and_said_no_for(desk: Desk) -> None:
    work, _ = desk.work("isrc:GBAYE0601498")
    done = imported(desk, "Title,ISRC,Link\nNight,GBAYE0601498,a.example/1\n")
    assert (done.registered, done.extended, done.declared) == (0, 1, 1)
    with desk.registry.reading() as uow:
        held = uow.projection.dossier("work", work)
        assert [each.text for each in held.identifiers] == [
            "isrc:GBAYE0601498",
            "https://a.example/1",
        ]
        assert held.title == "A song"


def test_anothers_work_with_the_same_code_is_left_alone(desk: Desk) -> None:
    theirs, _ = desk.work("isrc:GBAYE0601498", by="R2")
    assert imported(desk, "Title,ISRC\nNight,GBAYE0601498\n").registered == 1
    with desk.registry.reading() as uow:
        assert len(uow.projection.dossier("work", theirs).claims) == 1


def test_what_permits_waits_and_importing_it_again_proposes_nothing_new(desk: Desk) -> None:
    asked = Options(preset="ask-me-first", conditions=Conditions(contact="mailto:r@example.org"))
    imported(desk, "Title,ISRC\nNight,GBAYE0601498\n", asked)
    assert desk.ask("isrc:GBAYE0601498").answer.decision == "deny"
    size = log_size(desk)
    imported(desk, "Title,ISRC\nNight,GBAYE0601498\n", asked)
    assert log_size(desk) == size
    desk.clock.forward(1_000 * 3_600_000)
    assert desk.ask("isrc:GBAYE0601498").answer.decision == "deny"  # nobody confirmed it


def test_a_dry_run_registers_nothing_and_says_what_would_be(desk: Desk) -> None:
    desk.work("isrc:GBAYE0601498")
    size = log_size(desk)
    content = f"Title,ISRC,UPC\nNight,GBAYE0601498,{UPCS[0]}\nDay,GBAYE0601499,\nx,GB,\n"
    tried = imported(desk, content, dry=True)
    assert (tried.state, tried.rows, tried.rejected) == (ImportState.READ, 3, 1)
    assert (tried.registered, tried.extended, tried.declared) == (2, 1, 3)
    assert log_size(desk) == size
    run_import(desk.registry, started(desk, tried))
    done = as_it_is(desk, tried.id)
    assert done.state is ImportState.DONE
    assert (done.registered, done.extended, done.declared) == (2, 1, 3)


def test_a_cancelled_import_stops_and_goes_on_when_it_is_started_again(
    desk: Desk, monkeypatch
) -> None:
    monkeypatch.setattr(register_catalogue, "CHUNK", 2)
    found = sent(desk, "Title,ISRC\n" + "".join(f"T,GBAYE06{n:05d}\n" for n in range(6)))
    job = started(desk, found)
    monkeypatch.setattr(worker, "register_chunk", Kill(1))
    with pytest.raises(KilledError):
        run_import(desk.registry, job)
    monkeypatch.undo()
    with desk.registry.bookkeeping() as uow:
        stopped = import_catalogue.cancel(uow, as_it_is(desk, found.id), STEADY, desk.clock())
    run_import(desk.registry, job)
    assert (as_it_is(desk, found.id).state, stopped.position) == (ImportState.CANCELLED, 2)
    run_import(desk.registry, started(desk, stopped))
    done = as_it_is(desk, found.id)
    assert (done.state, done.registered, done.unchanged) == (ImportState.DONE, 6, 0)


def test_while_it_is_read_it_tells_how_far_it_is_and_is_cancelled(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr(read_catalogue, "TICK_ROWS", 2)
    found = sent(desk, "Title,ISRC\n" + "".join(f"T,GBAYE06{n:05d}\n" for n in range(5)))
    job = started(desk, found)
    real = read_catalogue.read_row
    seen = []

    def and_cancel(row, *rest):
        if row.number == 4:
            seen.append(as_it_is(desk, found.id).rows)
            with desk.registry.bookkeeping() as uow:
                import_catalogue.cancel(uow, found, STEADY, desk.clock())
        return real(row, *rest)

    monkeypatch.setattr(read_catalogue, "read_row", and_cancel)
    run_import(desk.registry, job)
    assert seen == [2]
    assert as_it_is(desk, found.id).state is ImportState.CANCELLED
    assert desk.registry.import_files.staged(found.id) is None


def test_a_file_that_is_broken_further_down_fails_with_the_reason(desk: Desk) -> None:
    text = message([sound_recording(f"A{n}", f"GBAYE06{n:05d}", "T") for n in range(40)], [])
    failed = imported(desk, text[:-200])
    assert failed.state is ImportState.FAILED
    assert "broken" in str(failed.trouble)
    gone = sent(desk, "Title,ISRC\nA,GBAYE0601498\n")
    job = started(desk, gone)
    desk.registry.import_files.forget(gone.id)
    run_import(desk.registry, job)
    assert "send it again" in str(as_it_is(desk, gone.id).trouble)


def test_run_twice_at_once_it_registers_each_work_once(desk: Desk) -> None:
    found = sent(desk, "Title,ISRC\n" + "".join(f"T,GBAYE06{n:05d}\n" for n in range(300)))
    job = started(desk, found)
    with ThreadPoolExecutor(2) as threads:
        for run in [threads.submit(run_import, desk.registry, job) for _ in range(2)]:
            run.result()
    done = as_it_is(desk, found.id)
    assert (done.state, done.registered, done.declared) == (ImportState.DONE, 300, 300)
    assert desk.fsck().wrong is None


def test_who_may_act_no_more_registers_no_more(desk: Desk) -> None:
    found = sent(desk, "Title,ISRC\nA,GBAYE0601498\n")
    job = started(desk, found)
    with desk.registry.bookkeeping() as uow:
        uow.members.put(Member(found.rightsholder, STEADY.id, MemberRole.VIEWER, desk.clock()))
    run_import(desk.registry, job)
    assert as_it_is(desk, found.id).state is ImportState.FAILED
    with desk.registry.bookkeeping() as uow:
        uow.members.put(Member(found.rightsholder, STEADY.id, MemberRole.EDITOR, desk.clock()))
    run_import(desk.registry, started(desk, as_it_is(desk, found.id)))
    assert as_it_is(desk, found.id).registered == 1


def test_a_token_that_is_revoked_registers_no_more(desk: Desk) -> None:
    holder = desk.rightsholder()
    with desk.registry.writing() as ledger:
        token, _ = issue_token(ledger, holder, "label", STEWARD)
    found = sent(desk, "Title,ISRC\nA,GBAYE0601498\n")
    job = started(desk, found)
    with desk.registry.bookkeeping() as uow:
        uow.imports.change(found.id, of=list(ImportState), actor=token.id, authority="token")
    with desk.registry.writing() as ledger:
        revoke_token(ledger, token.id, STEWARD)
    run_import(desk.registry, job)
    failed = as_it_is(desk, found.id)
    assert (failed.state, failed.registered) == (ImportState.FAILED, 0)
    assert "any more" in str(failed.trouble)


def test_a_work_with_too_much_comes_back_with_its_rows(desk: Desk) -> None:
    rows = [f"T,GBAYE0601498,a.example/{n}" for n in range(201)]
    done = imported(desk, "\n".join(("Title,ISRC,Link", *rows, "U,GBAYE0601499,")))
    assert (done.rejected, done.registered, done.state) == (201, 1, ImportState.DONE)


def test_a_store_that_is_away_for_a_moment_costs_nothing(desk: Desk, monkeypatch) -> None:
    found = sent(desk, "Title,ISRC\nA,GBAYE0601498\n")
    job = started(desk, found)

    def away(*_):
        raise Unavailable("away")

    monkeypatch.setattr(worker, "register_chunk", away)
    with pytest.raises(Unavailable):
        run_import(desk.registry, job)
    monkeypatch.undo()
    run_import(desk.registry, job)
    assert as_it_is(desk, found.id).registered == 1


def test_the_same_file_is_the_same_import_until_it_has_ended(desk: Desk) -> None:
    first = sent(desk, "Title,ISRC\nA,GBAYE0601498\n")
    assert sent(desk, "Title,ISRC\nA,GBAYE0601498\n").id == first.id
    assert sent(desk, "Title,ISRC\nA,GBAYE0601498\n", Options()).id != first.id
    run_import(desk.registry, started(desk, first))
    assert sent(desk, "Title,ISRC\nA,GBAYE0601498\n", NO_AI).id != first.id
    assert Path(desk.registry.settings.var / "imports").is_dir()


def test_its_end_is_told_once_and_a_catalogue_of_the_same_codes_is_one_notice_to_its_holder(
    desk: Desk,
) -> None:
    sheet = "Title,ISRC\n" + "".join(f"Song,GBAYE06{n:05}\n" for n in range(300)) + "X,none\n"
    holder = desk.rightsholder("First")
    with desk.registry.writing() as ledger:
        for n in range(300):
            code = (f"isrc:GBAYE06{n:05}",)
            new = NewWork("A song", WorkKind.RECORDING, Role.RECORDING, code, embodies="mine")
            register_work(ledger, holder, new, STEWARD)
    first, ada = person(desk, "Ben", "First"), person(desk, "Ada", "R1")
    found = imported(desk, sheet)
    run_import(desk.registry, job_of(desk, found))
    assert told(desk, ada) == [("import-done", 1)]
    (mail,) = mails(desk, ada)
    assert (mail.words["registered"], mail.words["rejected"]) == ("300", "1")
    assert told(desk, first) == [("competing-claim", 300)]
    assert len(mails(desk, first)) == 1

    missing = sent(desk, "Title,ISRC\nA,GBAYE0601498\n")
    job = started(desk, missing)
    desk.registry.import_files.forget(missing.id)
    run_import(desk.registry, job)
    assert sorted(told(desk, ada)) == [("import-done", 1), ("import-failed", 1)]
    imported(desk, sheet, dry=True)
    assert len(inbox(desk, ada)) == 2, "whoever only wants to know looks at the page"


def job_of(desk: Desk, found: Import) -> Job:
    with desk.registry.reading() as uow:
        job = uow.jobs.of(import_catalogue.IMPORT, found.id)
    assert job is not None
    return job
