"""Empty tables whose columns this registry knows again, in every language."""

import pytest

from registry.catalogues.columns import recognised
from registry.catalogues.formats import open_table
from registry.languages import languages
from registry.web.catalogue.blank_sheets import SHEETS
from tests.catalogues.files import file_with
from tests.web.people import ON_SQLITE, People

pytestmark = ON_SQLITE


@pytest.mark.parametrize("code", languages())
def test_every_column_is_recognised_and_there_is_no_row_to_forget(
    people: People, tmp_path, code: str
) -> None:  # type: ignore[no-untyped-def]
    visitor = people.visitor(language=code)
    for name, fields in SHEETS.items():
        reply = visitor.get(f"/catalogue/sheets/{name}.csv")
        assert reply.status_code == 200
        assert reply.headers["Content-Disposition"] == f'attachment; filename="{name}.csv"'
        table = open_table(file_with(tmp_path, reply.data))
        assert tuple(column.field for column in recognised(table)) == fields
        assert not list(table.rows())


def test_another_name_is_not_found(people: People) -> None:
    visitor = people.visitor()
    for name in ("recordings", "others.csv", "recordings.csv.csv"):
        assert visitor.get(f"/catalogue/sheets/{name}").status_code == 404
