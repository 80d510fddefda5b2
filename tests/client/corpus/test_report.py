"""The report: everything that was counted, escaped, and with nothing outside it."""

import re
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from registry.client.corpus.piles import State
from registry.client.corpus.report import (
    LIMITS,
    read_report,
    report_html,
    report_members,
    write_report,
)
from registry.client.corpus.source import Fingerprint

EVIL = '<script>alert("x")</script>'


def state(**more: Any) -> State:
    what = {
        "input": {"name": f"{EVIL}.csv", "bytes": 12_345, "sha256": "ab" * 32},
        "columns": [["url", "url"], ["track", "isrc"]],
        "usage": "generative-training",
        "policy": "no-objection",
        "registry": "https://r.example",
        "keyid": "k",
        "run": None,
        "chunk_rows": 10,
        "with_snapshot": False,
    }
    made = State(what, "2026-11-22T00:00:00Z", rows=10, receipts=2, runs=3)
    made.piles = Counter({"permitted": 1, "unregistered": 6, "opted-out": 2, "unreadable": 1})
    made.decisions = Counter({"deny": 2})
    made.reasons = Counter({EVIL: 1})
    for name, value in more.items():
        setattr(made, name, value)
    return made


def members(made: State) -> dict[str, Any]:
    files = {"permitted": Fingerprint("permitted.csv", 1, "cd" * 32)}
    return report_members(made, files, "2026-11-22T01:00:00Z")


@pytest.mark.parametrize(("policy", "usable"), [("permission", 1), ("no-objection", 7)])
def test_what_may_be_used_is_counted_by_the_policy(policy: str, usable: int) -> None:
    made = state()
    made.what["policy"] = policy
    assert members(made)["usable_rows"] == usable
    assert f"{usable} of 10 rows" in report_html(members(made))


def test_the_page_is_whole_and_says_what_it_does_not_say() -> None:
    page = report_html(members(state()))
    ElementTree.fromstring(page.partition("\n")[2].replace("<meta ", "<x ").replace(
        '"utf-8">', '"utf-8"/>').replace('scale=1">', 'scale=1"/>'))  # fmt: skip
    assert EVIL not in page
    assert not re.search(r"(src|href)=|https?://(?!r\.example)|@import|url\(", page)
    for limit in LIMITS:
        assert limit.split("“")[0].split(",")[0] in page
    assert "ab" * 32 in page
    assert "cd" * 32 in page
    assert "after 2 interruptions" in page


def test_it_says_until_when_its_rows_were_right() -> None:
    page = report_html(members(state(valid_until="2026-11-22T02:00:00.000Z")))
    assert "These rows were right until 2026-11-22T02:00:00.000Z; ask again after." in page
    assert "passed already" not in page
    late = members(state(valid_until="2026-11-22T00:30:00.000Z"))
    assert late["valid_until"] == "2026-11-22T00:30:00.000Z"
    assert "passed already when the screening was finished" in report_html(late)
    assert "Nothing was asked" in report_html(members(state()))


def test_the_chart_is_as_wide_as_its_numbers() -> None:
    widths = re.findall(r'width="([\d.]+)" height="48"', report_html(members(state())))
    assert widths == ["100.00", "600.00", "200.00", "100.00"]


def test_a_corpus_without_rows_has_a_report() -> None:
    made = state(rows=0, piles=Counter(), decisions=Counter(), reasons=Counter())
    assert "0 of 0 rows" in report_html(members(made))


def test_it_is_written_in_both_forms(tmp_path: Path) -> None:
    write_report(tmp_path, members(state()))
    assert read_report(tmp_path) == members(state())
    assert (tmp_path / "report.html").read_text("utf-8").startswith("<!doctype html>")
