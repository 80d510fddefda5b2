"""Every table is in the one list, whichever module it is drawn in."""

from registry.storage import delivery_tables, tables
from registry.storage.schema import metadata


def test_the_list_of_tables_holds_those_of_both_modules() -> None:
    assert tables.metadata is metadata
    assert metadata.tables["events"] is tables.events
    assert metadata.tables["webhooks"] is delivery_tables.webhooks is tables.webhooks
