"""What the documents say exists: links, commands, paths, problem codes, settings; and their JSON parses.

What their Python does is tried in test_docs_run.py.
"""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, MapAdapter

from registry.api.problem_table import STATUS_OF_CODE, TITLES
from registry.app import create_app
from registry.bootstrap import open_registry
from registry.settings import Settings
from tests.house.test_settings_words import every_variable_read
from tests.house.tree import ROOT, listed, text_of

HOW_TO = ["platforms", "artists", "auditors", "operators", "formats"]
PAGES = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]
PLACEHOLDER = "01a20212-5f30-70ac-93b8-967730279525"

FENCE = re.compile(r"^```([a-z]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
INLINE = re.compile(r"`([^`\n]+)`")
SETTING = re.compile(r"\bREGISTRY_[A-Z][A-Z_]*[A-Z]\b")
# What follows may be an argument in braces or angle brackets, or a value.
PATH = re.compile(
    r"(?:\b(GET|POST|DELETE|PUT|PATCH) )?(?:(?<=:8000)|(?<=\$REGISTRY)|(?<![\w.]))"
    r"(/(?:v1|\.well-known|log)/[\w{}<>./%-]+|/(?:healthz|readyz|openapi\.json|docs)\b(?!/))"
)
PROBLEM = re.compile(r"/problems/([a-z][a-z-]*)")
STATUS_ROW = re.compile(r"^\| ([45]\d\d) ((?:`[a-z-]+`(?:, | … )?)+)", re.MULTILINE)
SEMICOLON = re.compile(r"[;|&]+")


def pages() -> Iterator[tuple[str, str]]:
    """(path from the root, text) of every page for people."""
    for path in [*(ROOT / name for name in PAGES), *sorted((ROOT / "docs").rglob("*.md"))]:
        name = path.relative_to(ROOT).as_posix()
        yield name, text_of(name)


def blocks(language: str) -> Iterator[tuple[str, str]]:
    """(page, content) of every fenced block in this language."""
    for page, text in pages():
        yield from ((page, body) for kind, body in FENCE.findall(text) if kind == language)


def anchor(heading: str) -> str:
    """The fragment that a heading is reached by, as code hosts make it."""
    plain = re.sub(r"[^\w\- ]", "", heading.replace("`", "").strip().lower())
    return plain.replace(" ", "-")


def test_every_page_that_the_readme_promises_to_somebody_is_there() -> None:
    for name in HOW_TO:
        assert text_of(f"docs/{name}.md").startswith("# ")


def test_every_how_to_page_begins_with_what_you_will_have_and_says_what_it_does_not_do() -> None:
    lacking = [
        name
        for name in HOW_TO
        if "At the end of this page you" not in text_of(f"docs/{name}.md").split("\n## ")[0]
        or not re.search(r"^## (What this .*(not|cannot)|Limits)", text_of(f"docs/{name}.md"), re.M)
    ]
    assert not lacking, listed(lacking)


def test_every_link_within_the_house_leads_somewhere() -> None:
    broken = []
    for page, text in pages():
        for target in LINK.findall(FENCE.sub("", text)):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, fragment = target.partition("#")
            path = (ROOT / page).parent / name if name else ROOT / page
            if not path.exists():
                broken.append(f"{page}: {target}")
            elif fragment and fragment not in _anchors(path):
                broken.append(f"{page}: {target} (no such heading)")
    assert not broken, listed(broken)


def _anchors(path: Path) -> set[str]:
    return {anchor(each) for each in HEADING.findall(path.read_text(encoding="utf-8"))}


# -- commands --


def command_lines() -> Iterator[tuple[str, list[str]]]:
    """(page, words) of each call of `registry`: in shell blocks, and whole ones between backticks."""
    for page, body in blocks("sh"):
        for line in body.replace("\\\n", " ").splitlines():
            for part in _parts(line):
                yield page, part
    for page, text in pages():
        for code in INLINE.findall(FENCE.sub("", text)):
            if re.match(r"registry [a-z-]+", code):
                yield page, shlex.split(code)


def _parts(line: str) -> Iterator[list[str]]:
    """The calls of `registry` in a line of shell, without variables that are set before them."""
    try:
        words = shlex.split(line, comments=True)
    except ValueError:  # a body over several lines, in quotes
        return
    if not any(word.endswith("registry") for word in words[:2]):
        return
    while words and re.match(r"[A-Z_]+=", words[0]):
        words = words[1:]
    if words and words[0].rpartition("/")[2] == "registry":
        end = next((i for i, word in enumerate(words) if SEMICOLON.fullmatch(word)), len(words))
        yield words[:end]


def what_is_wrong_with(words: list[str], *, whole: bool) -> str | None:
    """Why click would refuse this call; where it is not a `whole` one, what is left out may be missing."""
    from registry.cli.main import main

    command: click.Command = main
    context = click.Context(main, info_name="registry")
    words = words[1:]
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        if found is None:
            return f"there is no {words[0]!r}"
        command, words = found, words[1:]
        context = click.Context(command, info_name=command.name, parent=context)
    try:
        given, left, _ = command.make_parser(context).parse_args(list(words))
    except click.UsageError as error:
        return error.format_message()
    if left and "help" not in given:
        return f"nothing takes {left}"
    missing = [
        each.name for each in command.params if each.required and not given.get(each.name or "")
    ]
    return f"{missing} are missing" if missing and whole else None


def test_every_command_of_ours_in_a_shell_block_would_be_taken_as_it_stands() -> None:
    found = 0
    refused = []
    for page, body in blocks("sh"):
        for line in body.replace("\\\n", " ").splitlines():
            for words in _parts(line):
                found += 1
                if wrong := what_is_wrong_with(words, whole=True):
                    refused.append(f"{page}: {' '.join(words)}: {wrong}")
    assert found > 20
    assert not refused, listed(refused)


def test_every_command_named_in_the_text_exists_with_the_options_it_is_named_with() -> None:
    refused = [
        f"{page}: {' '.join(words)}: {wrong}"
        for page, words in command_lines()
        if (wrong := what_is_wrong_with([word for word in words if word != "…"], whole=False))
    ]
    assert not refused, listed(refused)


def test_the_guard_of_commands_refuses_what_click_would_refuse() -> None:
    for words in ("registry nothing", "registry ask --nowhere x", "registry keys compromised"):
        assert what_is_wrong_with(words.split(), whole=True), words


# -- the API --


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Map]:
    settings = Settings.from_environ({"REGISTRY_VAR": str(tmp_path_factory.mktemp("docs"))})
    registry = open_registry(settings)
    registry.prepare()
    app = create_app(settings)
    yield app.url_map
    registry.close()
    app.extensions["consent-registry"].registry.close()


def _methods(adapter: MapAdapter, path: str) -> set[str]:
    try:
        return set(adapter.allowed_methods(path))
    except HTTPException:
        return set()


def test_every_path_that_is_mentioned_exists_with_the_method_it_is_mentioned_with(
    routes: Map,
) -> None:
    adapter = routes.bind("127.0.0.1")
    found, unknown = 0, []
    for page, text in pages():
        for method, written in PATH.findall(text):
            path = re.sub(r"[{<][^}>]*[}>]", PLACEHOLDER, written.rstrip("./"))
            found += 1
            methods = _methods(adapter, path)
            below = any(rule.rule.startswith(path + "/") for rule in routes.iter_rules())
            if not methods and not (below and not method):
                unknown.append(f"{page}: {written}")
            elif method and method not in methods:
                unknown.append(f"{page}: {method} {written} (only {', '.join(sorted(methods))})")
    assert found > 40
    assert not unknown, listed(unknown)


def test_the_guard_of_paths_knows_what_is_not_there(routes: Map) -> None:
    adapter = routes.bind("127.0.0.1")
    assert PATH.findall("see http://127.0.0.1:8000/v1/nothing") == [("", "/v1/nothing")]
    assert not _methods(adapter, "/v1/nothing")
    assert "DELETE" not in _methods(adapter, "/v1/verify")


def test_every_problem_that_is_mentioned_exists_with_its_status() -> None:
    wrong = [
        f"{page}: {code}"
        for page, text in pages()
        for code in PROBLEM.findall(text)
        if code not in TITLES
    ]
    for page, text in pages():
        for status, codes in STATUS_ROW.findall(text):
            for code in re.findall(r"`([a-z-]+)`", codes):
                if code not in TITLES or STATUS_OF_CODE.get(code, int(status)) != int(status):
                    wrong.append(f"{page}: {status} {code}")
    assert not wrong, listed(wrong)


def test_every_setting_that_is_mentioned_exists() -> None:
    known = every_variable_read()
    unknown = [
        f"{page}: {name}"
        for page, text in pages()
        for name in SETTING.findall(text)
        if name not in known
    ]
    assert not unknown, listed(unknown)


# -- JSON --


def test_every_json_example_is_json() -> None:
    found, wrong = 0, []
    for page, body in blocks("json"):
        found += 1
        try:
            json.loads(body)
        except ValueError as error:
            wrong.append(f"{page}: {error}: {body[:60]!r}")
    assert found > 10
    assert not wrong, listed(wrong)
