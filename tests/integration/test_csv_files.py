"""Every table that leaves as CSV × names and titles that a sheet would take for a formula (OWASP, CSV injection)."""

import csv
import io
from collections.abc import Iterator

import pytest

from registry.domain.vocabulary import Role, WorkKind
from registry.instants import DAY_MS
from registry.services.grant_audit import grant_audit
from registry.services.open_account import issue_token
from registry.services.register_platform import register_platform
from registry.services.register_work import NewWork, register_work
from registry.storage.lookup_counts import Told
from registry.storage.sayings import Refusal
from registry.worker.census import keep_census
from tests.every_page import NO_PAGES
from tests.furnished import Furnished, furnished
from tests.house.tree import listed
from tests.registries import STEWARD
from tests.web.catalogue.sending import counted, sent
from tests.web.test_statistics_pages import JOB

SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
STARTS = (*SIGNS, "\t", "\r", "\n")
CELL = "cmd|' /C calc'!A0"
TABLES = {
    "web.get_statistics_csv": "nobody /statistics.csv",
    "my_works.get_work_asked_csv": "ada /works/{formula_work}/asked.csv",
    "asked.get_asked_csv": "ada /asked.csv?rightsholder={rightsholder}",
    "audit.get_figures_csv": "ada /audit/figures.csv?grant={audit}",
    "audit.get_acts_csv": "ada /audit/acts.csv?grant={audit}",
    "catalogue.get_sheet": "nobody /catalogue/sheets/works.csv",
    "catalogue.get_rejected": "ada /catalogue/{hostile}/rejected.csv",
    "say.get_refused": "ada {said}/refused.csv",
    "imports.get_rejected": "token /v1/imports/{hostile}/rejected",
}
"""endpoint → who fetches it, and where."""
OF_OTHERS = {
    "my_works.get_work_asked_csv": SIGNS[:1],
    "asked.get_asked_csv": SIGNS,
    "catalogue.get_rejected": SIGNS,
    "say.get_refused": STARTS,
    "imports.get_rejected": SIGNS,
}
"""Those with texts of others, and what cells of theirs have to begin with; the rest is tokens and figures."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    with furnished(tmp_path_factory.mktemp("town")) as town:
        _hostile_cells(town)
        yield town


def _hostile_cells(town: Furnished) -> None:
    registry, ids = town.people.desk.registry, town.ids
    now, whose = registry.clock(), ids["rightsholder"]
    works = []
    with registry.writing() as ledger:
        for number, sign in enumerate(SIGNS):
            url = f"https://lovelace.example/{number}"
            new = NewWork(f"{sign}{CELL}", WorkKind.TEXT, Role.OTHER, (url,))
            works.append(register_work(ledger, whose, new, STEWARD).id)
        platform = register_platform(ledger, f"={CELL}", f"={CELL}", STEWARD)
        ids["token"] = issue_token(ledger, whose, f"={CELL}", STEWARD)[1]
    ids["formula_work"] = works[0]
    day = now - now % DAY_MS
    refused = [
        Refusal(f"{n}", f"{start}{CELL}", "x", f"{start}x") for n, start in enumerate(STARTS)
    ]
    with registry.bookkeeping() as uow:
        uow.lookup_counts.add({Told(each, day, platform, "search", "deny"): 1 for each in works})
        uow.sayings.refuse(ids["said"].rpartition("/")[2], refused)
        grant_audit(uow, town.ada.account, "rightsholder", whose, 30, f"={CELL}", now)
    rows = "".join(f'"{sign}{CELL}";none\r\n' for sign in SIGNS)
    path = sent(town.ada, whose, f"Titel;ISRC\r\n{rows}", f"={CELL}.csv")
    counted(town.ada, path)
    ids["hostile"] = path.rpartition("/")[2]
    keep_census(registry, JOB)


def fetched(town: Furnished, endpoint: str) -> str:
    page = TABLES[endpoint]
    if page.startswith("token "):
        headers = {"Authorization": f"Bearer {town.ids['token']}"}
        reply = town.people.app.test_client().get(town.path(page), headers=headers)
    else:
        reply = town.who(page).get(town.path(page))
    assert reply.status_code == 200, f"{page}: {reply.status_code}"
    assert reply.content_type.startswith("text/csv"), page
    return reply.data.decode("utf-8-sig")


def test_no_table_was_forgotten(town: Furnished) -> None:
    tables = {endpoint for endpoint, why in NO_PAGES.items() if why == "a table"}
    rules = town.people.app.url_map.iter_rules()
    tables |= {each.endpoint for each in rules if each.rule.endswith((".csv", "/rejected"))}
    assert tables == TABLES.keys(), listed(sorted(tables ^ TABLES.keys()))


@pytest.mark.parametrize("endpoint", TABLES)
def test_no_cell_begins_as_a_formula_and_what_would_have_is_kept_behind_an_apostrophe(
    town: Furnished, endpoint: str
) -> None:
    text = fetched(town, endpoint)
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert cells
    wrong = [cell for cell in cells if cell.startswith(STARTS)]
    assert not wrong, listed(wrong)
    for start in OF_OTHERS.get(endpoint, ()):
        assert any(cell.startswith(f"'{start}") for cell in cells), f"nothing begins with {start!r}"
