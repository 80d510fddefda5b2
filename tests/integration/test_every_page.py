"""Every page × hostile titles, languages, and what is somebody else's: whatever tests/every_page.py names."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from registry.api.permissions import PEOPLE, PERMISSIONS
from registry.domain.ids import is_id
from registry.languages import languages
from tests.every_page import ERRORS, PAGES
from tests.furnished import RIGHT_TO_LEFT, Furnished, furnished
from tests.house.test_routes import PLACEHOLDER
from tests.house.tree import listed
from tests.web.people import Person

EVERY = [page for pages in PAGES.values() for page in pages]
RAW = ("<script>alert", "<img src=x")
UNSEEN = "hidden"
"""What is only read aloud: it stands beside nothing."""
SETS_APART = frozenset({"bdi", "title", "textarea", "option", UNSEEN})
"""Elements from which no direction of writing leaks into the text around."""
ISOLATED = re.compile("\u2068[^\u2069]*\u2069")
"""The same in a text that mails have too."""
OTHERS_TEXTS = frozenset({"bdi", "code", "pre", "textarea", "script", "style", "svg"})
EMPTY = frozenset({"meta", "link", "input", "br", "hr", "img", "wbr", "source"})
LEAST_WORDS = 4


class Texts(HTMLParser):
    """The texts of a page, each with the elements around it, and whether it is marked as another language."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: list[tuple[str, frozenset[str], bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in EMPTY:
            given = dict(attrs)
            unseen = given.get("class") == "hidden"
            self.open.append((UNSEEN if unseen else tag, tag != "html" and "lang" in given))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] not in (tag, UNSEEN):
            pass

    def handle_data(self, data: str) -> None:
        if data.strip():
            around = frozenset(tag for tag, _ in self.open)
            self.found.append(
                (" ".join(data.split()), around, any(other for _, other in self.open))
            )


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    with furnished(tmp_path_factory.mktemp("town")) as town:
        yield town


def opened(town: Furnished, page: str, language: str = "en") -> str:
    reply = town.who(page).get(town.path(page), **{"Accept-Language": language})
    assert reply.status_code == (reply.status_code if page in ERRORS else 200), (
        f"{page}: {reply.status_code}"
    )
    return str(reply.text)


def test_no_title_or_name_becomes_markup_or_turns_the_text_around_it(town: Furnished) -> None:
    wrong, seen = [], 0
    for page in (*EVERY, *ERRORS):
        text = opened(town, page)
        wrong += [f"{page} holds {raw}" for raw in RAW if raw in text]
        for found, around, _ in Texts(text).found:
            if RIGHT_TO_LEFT[:8] in found:
                seen += 1
                if not around & SETS_APART and RIGHT_TO_LEFT[:8] in ISOLATED.sub("", found):
                    wrong.append(f"{page}: {found[:60]}")
    assert seen > 10, "nothing from right to left was shown at all"
    assert not wrong, listed(wrong)


def test_every_page_is_there_in_every_language_and_no_sentence_stays_english(
    town: Furnished,
) -> None:
    wrong = []
    for page in (*EVERY, *ERRORS):
        english = sentences(opened(town, page))
        for code in languages()[1:]:
            text = opened(town, page, code)
            if f'<html lang="{code}"' not in text:
                wrong.append(f"{page} has no {code}")
            wrong += [f"{page} in {code}: {each}" for each in english & sentences(text)]
    assert not wrong, listed(wrong)


def sentences(page: str) -> set[str]:
    """What a page itself says, as far as it is long enough to be told from a name."""
    return {
        text
        for text, around, marked in Texts(page).found
        if not marked
        and not around & OTHERS_TEXTS
        and sum(map(str.isalpha, text.split())) >= LEAST_WORDS
    }


def test_whoever_names_what_is_adas_learns_as_little_as_of_what_is_nobodys(town: Furnished) -> None:
    """Every route with an id in it, with each id of hers, by somebody else: as if it were not there."""
    eve, wrong, refused = town.people.sign_in("Eve"), [], set()
    named = {value.rpartition("/")[2] for value in town.ids.values()}
    mine = {id for id in named if is_id(id)}
    assert len(mine) > 10
    token = eve.token()
    for rule in town.people.app.url_map.iter_rules():
        if PERMISSIONS[rule.endpoint] not in PEOPLE or not rule.arguments - {"provider"}:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            said = {
                id: reply(eve, method, filled(rule.rule, id), token) for id in (PLACEHOLDER, *mine)
            }
            refused |= {rule.endpoint for status, _ in said.values() if status == 404}
            wrong += [
                f"{method} {rule.rule} with {name_of(town, id)}: {said[id]} instead of {said[PLACEHOLDER]}"
                for id in mine
                if said[id] != said[PLACEHOLDER]
            ]
    assert not wrong, listed(wrong)
    assert "account.get_rightsholder" in refused
    assert town.ada.get(town.path("ada /account/rightsholders/{rightsholder}")).status_code == 200


def filled(rule: str, id: str) -> str:
    return re.sub(r"<int:\w+>", "1", re.sub(r"<(?!int:)[\w:]+>", id, rule))


def reply(person: Person, method: str, path: str, token: str) -> tuple[int, str]:
    """Status and where it leads, without the id that was asked with."""
    found = person.get(path) if method == "GET" else person.post(path, token=token)
    return found.status_code, re.sub(r"[0-9a-f-]{36}", "ID", found.headers.get("Location", ""))


def name_of(town: Furnished, id: str) -> str:
    return next(name for name, value in town.ids.items() if value.endswith(id))
