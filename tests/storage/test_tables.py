"""The tables: named by one convention, and a projection that is all of what is folded from events."""

from sqlalchemy import select

from registry.storage.tables import PROJECTION, metadata
from tests.registries import Desk


def test_every_index_and_constraint_has_a_name_so_that_migrations_can_speak_of_it() -> None:
    for table in metadata.sorted_tables:
        named = [*table.indexes, *(each for each in table.constraints if each.columns)]  # type: ignore[attr-defined]
        assert all(each.name for each in named), table.name


def test_writing_to_the_log_fills_every_table_of_the_projection(desk: Desk) -> None:
    work, _ = desk.work("isrc:GBAYE0601498")
    desk.location("https://artist.example/")
    desk.declare(work, generative_training="deny", ai_training="allow")
    with desk.registry.reading() as uow:
        for table in PROJECTION:
            assert uow.connection.execute(select(table)).first() is not None, table.name
