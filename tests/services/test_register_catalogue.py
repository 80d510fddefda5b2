"""One chunk of a catalogue: what is planned for a work that is there and for one that is not."""

from registry.catalogues.options import Options
from registry.domain.declaration import Wish, statements
from registry.domain.vocabulary import LinkKind, WorkKind
from registry.services.known_works import KnownWorks
from registry.services.register_catalogue import Plan, planned, register_chunk, survey_chunk
from registry.storage.staged_works import StagedWork, StagedWorks
from tests.importing import as_it_is, sent
from tests.registries import Desk

ISRC, UPC = "isrc:GBAYE0601498", "upc:5099749534728"
WORK = StagedWork(
    2,
    f"recording {ISRC}",
    WorkKind.RECORDING,
    "T",
    (ISRC, "https://a.example/x"),
    (2,),
    ((LinkKind.PART_OF, f"release {UPC}"),),
)


def plan(desk: Desk) -> Plan:
    holder = desk.rightsholder()
    wanted = statements(Wish(preset="no-generative-ai"), desk.clock())
    with desk.registry.reading() as uow:
        return planned(KnownWorks(uow, holder, [WORK]), WORK, holder, wanted)


def test_a_work_that_is_not_there_is_registered_with_what_it_links_to(desk: Desk) -> None:
    assert plan(desk) == Plan(None, WORK.identifiers, (), declares=True)
    release, _ = desk.work(UPC, kind=WorkKind.RELEASE)
    assert plan(desk).links == ((LinkKind.PART_OF, release),)
    assert plan(desk).outcome == "registered"


def test_of_a_work_that_is_there_only_what_is_lacking_is_done(desk: Desk) -> None:
    release, _ = desk.work(UPC, kind=WorkKind.RELEASE)
    work, _ = desk.work(ISRC)
    half = plan(desk)
    assert (half.lacking, half.links, half.declares) == (
        ("https://a.example/x",),
        ((LinkKind.PART_OF, release),),
        True,
    )
    assert half.outcome == "extended"
    desk.declare(work, generative_training="deny", voice_likeness="deny")
    assert not plan(desk).declares


def test_a_whole_work_is_left_as_it_is(desk: Desk) -> None:
    release, _ = desk.work(UPC, kind=WorkKind.RELEASE)
    desk.work(ISRC, "https://a.example/x", part_of=(release,))
    assert plan(desk).outcome == "unchanged"
    found = sent(desk, "Title,ISRC\nA,GBAYE0601498\n", Options())
    with desk.registry.reading() as uow:
        assert survey_chunk(uow, found, [WORK], desk.clock()) == {"unchanged": 1, "declared": 0}


def test_an_import_that_is_not_registering_registers_nothing(desk: Desk, tmp_path) -> None:
    found = sent(desk, "Title,ISRC\nA,GBAYE0601498\n")
    with desk.registry.writing() as ledger:
        assert not register_chunk(ledger, found.id, StagedWorks(tmp_path / "nothing"))
        assert not register_chunk(ledger, "no such import", StagedWorks(tmp_path / "nothing"))
    assert as_it_is(desk, found.id) == found
