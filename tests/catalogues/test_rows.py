"""What every format has in common: names of columns, and the limit of rows."""

import pytest

from registry.catalogues.rows import MOST_COLUMNS, MOST_ROWS, named_once, within
from registry.errors import TooLarge


def test_every_column_has_a_name_of_its_own():
    assert named_once(["ISRC", "", "Link", " Link ", "Link (2)"]) == (
        "ISRC",
        "column 2",
        "Link",
        "Link (2)",
        "Link (2) (2)",
    )


def test_too_many_columns_or_rows_are_refused():
    with pytest.raises(TooLarge, match="columns"):
        named_once(["x"] * (MOST_COLUMNS + 1))
    within(MOST_ROWS)
    with pytest.raises(TooLarge, match="rows"):
        within(MOST_ROWS + 1)
