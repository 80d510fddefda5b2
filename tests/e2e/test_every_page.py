"""Every page in a real browser, for everybody: WCAG 2.2 AA by axe, on a phone and a desk, in light and dark; with
titles of which some are hostile, some endless, some written from right to left.

Each page is opened once; then the window and the colours change under it, as they do under a reader.
"""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from tests.e2e.axe import problems
from tests.every_page import ERRORS, PAGES
from tests.furnished import Furnished, furnished
from tests.house.tree import listed
from tests.outside import POLL_SECONDS, free_port

pytestmark = pytest.mark.needs("chromium")
LONG = "nobody /docs"
AN_EXCERPT = (
    "document.querySelectorAll('main section:nth-of-type(n+4)').forEach((each) => each.remove())"
)
"""So long a page takes axe many seconds; its sections are made by one template, and are whole in the first look."""
ROOMS = sorted({endpoint.partition(".")[0] for endpoint in PAGES})


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    port = free_port()
    with furnished(tmp_path_factory.mktemp("town"), f"http://localhost:{port}") as town:
        server = make_server("127.0.0.1", port, town.people.app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
        thread.start()
        yield town
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def windows(town: Furnished, chromium: Browser) -> Iterator[dict[str, Page]]:
    """A window for each of the people, who have signed in in it."""
    found = {}
    for name, person in town.persons.items():
        context = chromium.new_context(locale="en-GB")
        cookies = [
            {"name": each.key, "value": each.value, "domain": "localhost", "path": "/"}
            for each in person.client._cookies.values()
        ]
        context.add_cookies(cookies)  # type: ignore[arg-type]
        found[name] = context.new_page()
    yield found
    for page in found.values():
        page.context.close()


@pytest.mark.parametrize("room", [*ROOMS, "errors"])
def test_axe_finds_nothing_and_nothing_is_wider_than_a_phone(
    town: Furnished, windows: dict[str, Page], room: str
) -> None:
    found: list[str] = []
    pages = (
        ERRORS
        if room == "errors"
        else [
            page
            for endpoint in PAGES
            if endpoint.startswith(f"{room}.")
            for page in PAGES[endpoint]
        ]
    )
    for page in pages:
        window, path = windows[page.partition(" ")[0]], town.path(page)
        window.goto(town.ada.origin + path)
        assert window.url.endswith(path), f"{page} leads to {window.url}"
        found += problems(window, page, then=AN_EXCERPT if page == LONG else None)
    assert not found, listed(found)
