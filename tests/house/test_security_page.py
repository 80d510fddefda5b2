"""docs/security.md speaks of every item of OWASP ASVS 5.0 up to level 2, once, and names tests and files that exist.

The numbers (asvs_5_0_levels_1_and_2.txt) are those of release 5.0.0.
"""

import re
from collections import Counter

from tests.house.tree import ROOT, listed, text_of

ROW = re.compile(
    r"^\| (V\d+\.\d+\.\d+(?:, V\d+\.\d+\.\d+)*) \| ([^|]+) \| ([^|]*)\|$", re.MULTILINE
)
STANDS = re.compile(r"holds\b|partly:|open:|none here:|the operator's:")
FILE = re.compile(r"`((?:tests|registry|docs)/[\w./-]+)`")


def rows() -> list[tuple[str, str, str]]:
    return ROW.findall(text_of("docs/security.md"))


def test_every_item_stands_there_once() -> None:
    wanted = text_of("tests/house/asvs_5_0_levels_1_and_2.txt").split()
    found = Counter(item for items, _, _ in rows() for item in items.split(", "))
    assert sorted(found.elements()) == sorted(wanted), listed(
        sorted((Counter(wanted) - found).elements()) + sorted((found - Counter(wanted)).elements())
    )


def test_every_row_says_how_it_stands() -> None:
    vague = [items for items, stands, _ in rows() if not STANDS.match(stands)]
    assert not vague, listed(vague)


def test_what_holds_says_where_that_can_be_seen() -> None:
    bare = [
        items
        for items, stands, where in rows()
        if stands.startswith("holds") and not where.strip() and "](" not in stands
    ]
    assert [items for items in bare if items != "V14.1.1, V14.1.2"] == []


def test_every_file_that_is_named_exists() -> None:
    missing = [
        name for name in FILE.findall(text_of("docs/security.md")) if not (ROOT / name).exists()
    ]
    assert not missing, listed(missing)
