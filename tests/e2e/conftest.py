"""`world`: a served registry with records to look at, once a module; `chromium`: Debian's browser, headless, one for
all modules here; what is a visitor's own is in contexts, which share nothing.

The browser is opened with the flags that keep it from looking for anything but the pages under test.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from registry.instants import rfc3339
from tests.outside_programs import PROGRAMS
from tests.served import Served, served

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE_MS = 60_000
"""How long is waited for what is to be seen soon: a browser on a busy machine may take its time."""
URL, ISRC = "https://lovelace.example/night-train", "isrc:GBAYE0601498"


@dataclass(frozen=True)
class World:
    """A served registry, and the ids of a declaration and a withdrawal in it."""

    served: Served
    record: str
    withdrawal: str

    @property
    def url(self) -> str:
        return self.served.url

    @property
    def just_now(self) -> str:
        """A moment after the newest event, about which nothing is settled yet."""
        return rfc3339(self.served.clock())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    # a browser asks for more pages in a minute than a person may
    with served(folder, f"sqlite:///{folder}/registry.sqlite", REGISTRY_RATE_ANONYMOUS="0") as at:
        artist = "Ada Lovelace Trio"
        work = at.work(URL, ISRC, by=artist, title="Night Train")
        at.prove(work, URL)
        said = {"generative_training": "deny", "voice_likeness": "deny"}
        first = at.declare({"work": work["id"]}, by=artist, **said)
        record = at.declare(
            {"work": work["id"]}, by=artist, **said, search="allow", ai_input="conditional"
        )
        at.settle()
        withdrawn = at.post(f"/v1/declarations/{first['id']}/withdraw", by=artist)
        at.clock.forward(1_000)
        yield World(at, record["id"], withdrawn["id"])


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    # no longer than these tests: playwright's loop runs in this thread, where others run loops of their own
    program = PROGRAMS["chromium"]
    if program.missing():
        pytest.skip(f"no {program.name}; to have it: {program.how_to_have_it}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program.path(), args=FLAGS)
        expect.set_options(timeout=PATIENCE_MS)
        yield browser
        browser.close()


Visit = Callable[..., Page]


@pytest.fixture
def visit(world: World, chromium: Browser) -> Iterator[Visit]:
    """Opens a page: `visit("/how", width=360, dark=True, locale="de-DE", script=False)`."""
    contexts = []

    def visit(
        path: str,
        *,
        width: int = 1280,
        dark: bool = False,
        locale: str = "en-GB",
        script: bool = True,
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            locale=locale,
            java_script_enabled=script,
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(world.url + path)
        return page

    yield visit
    for context in contexts:
        context.close()
