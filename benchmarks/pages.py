"""Time to the first byte and weight of each page for people, beside a static file of the same server.

python -m benchmarks.pages [--rounds N]

A registry with a work, a record, a catalogue of twenty recordings that was sent and not begun, and somebody signed in,
on SQLite, asked in this process without a network: what is
measured is this registry's own work. Time is that of this process's processor until the reply is there, which is when
its first byte can leave: medians, pages and the file in turn within each round, the time as a multiple of the file's.
Weight in bytes: the page as it is sent, gzipped (level 6) beside it, and with all that it loads at first sight.
"""

import argparse
import gzip
import io
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from flask.testing import FlaskClient

from registry.app import create_app
from registry.bootstrap import open_registry
from registry.domain.ids import new_id
from registry.services.sign_in import Device, begin_session
from registry.settings import Settings
from registry.storage.accounts import Account

HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
JSON = {"Accept": "application/json"}
CATALOGUE = b"Title,Artist,ISRC\r\n" + b"".join(
    b"Song %d,Ada,GBAYE06%05d\r\n" % (n, n) for n in range(20)
)
FIXED = (
    "/",
    "/how",
    "/log",
    "/keys",
    "/statistics",
    "/platforms",
    "/begin",
    "/begin/say",
    "/begin/uses",
    "/begin/works",
    "/works",
    "/catalogue",
    "/inbox",
    "/waiting",
)
LOADED = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js|svg)[^"]*)"')
FORM_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Weighed:
    """A page: the processor's time for it in each round (s), and bytes: plain, gzipped, with what it loads."""

    path: str
    seconds: list[float]
    plain: int
    gzipped: int
    whole: int


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=50)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        browser, paths = prepared(Path(folder))
        base, pages = measured(browser, paths, options.rounds)
    print(f"{'page':<44} {'times a file':>12} {'bytes':>8} {'gzipped':>8} {'all, gz.':>9}")
    for page in pages:
        ratio = median(page.seconds) / base
        print(f"{page.path:<44} {ratio:>12.1f} {page.plain:>8} {page.gzipped:>8} {page.whole:>9}")


def prepared(folder: Path) -> tuple[FlaskClient, list[str]]:
    """A browser of somebody who is signed in and said no, and every page that it can open."""
    environ = {"REGISTRY_VAR": str(folder), "REGISTRY_RATE_ANONYMOUS": "0"}
    settings = Settings.from_environ(environ)
    registry = open_registry(settings)
    registry.prepare()
    now = registry.clock()
    account = Account(new_id(now), "ada@example.org", "ada@example.org", "Ada", "en", now)
    with registry.bookkeeping() as uow:
        uow.accounts.add(account)
        secret = begin_session(uow, account, Device("a browser", "a network"), now)
    registry.close()
    browser = create_app(settings).test_client()
    browser.set_cookie("session", secret)
    send = sender(browser)
    answered(send)
    seen = re.search(r'name="seen" value="([^"]+)"', browser.get("/begin/check", headers=HTML).text)
    assert seen is not None, "the page that is checked has no form"
    done = send("/begin/check", seen=seen[1])
    record = re.search(r"/records/[0-9a-f-]+", browser.get(done, headers=HTML).text)
    assert record is not None, "what was sent was not registered"
    answered(send)
    work = re.search(r"/works/[0-9a-f-]{36}", browser.get("/works", headers=HTML).text)
    assert work is not None, "the work is not in the list"
    holder = browser.get("/catalogue", headers=JSON).get_json()["rightsholder"]["id"]
    sent = send(f"/catalogue?rightsholder={holder}", file=(io.BytesIO(CATALOGUE), "list.csv"))
    asked = f"/asked?rightsholder={holder}"
    lookup = "/lookup?id=isrc:GBAYE0601498"
    more = ["/begin/check", done, record[0], lookup, "/account", work[0], asked, sent]
    return browser, [*FIXED, *more, f"/say/catalogue/{holder}"]


def sender(browser: FlaskClient) -> Callable[..., str]:
    """Sends a form with its token. Returns where it leads."""

    def send(path: str, **fields: object) -> str:
        token = FORM_TOKEN.search(browser.get("/account", headers=HTML).text)
        assert token is not None, "nobody is signed in"
        reply = browser.post(path, data={"form_token": token[1], **fields}, headers=HTML)
        assert reply.status_code == 303, f"{path}: {reply.status_code}"
        return str(reply.headers["Location"])

    return send


def answered(send: Callable[..., str]) -> None:
    """Every question of the first word."""
    send("/begin", name="Ada Lovelace Trio", holder="new", parts="recorded")
    send("/begin/say", preset="no-ai")
    send("/begin/works", works="Night Train, GB-AYE-06-01498", places="https://ada.example/music/")


def measured(
    browser: FlaskClient, paths: Sequence[str], rounds: int
) -> tuple[float, list[Weighed]]:
    """The median time for a static file (s), and every page."""
    base: list[float] = []
    pages = [weighed(browser, path) for path in paths]
    for _ in range(rounds):
        base.append(timed(browser, "/static/icon.svg"))
        for page in pages:
            page.seconds.append(timed(browser, page.path))
    return median(base), pages


def timed(browser: FlaskClient, path: str) -> float:
    began = time.process_time()
    browser.get(path, headers=HTML)
    return time.process_time() - began


def weighed(browser: FlaskClient, path: str) -> Weighed:
    """The page once, with what a browser loads for it at first (style, scripts, icon, and what the style names)."""
    reply = browser.get(path, headers=HTML)
    assert reply.status_code == 200, f"{path}: {reply.status_code}"
    page = gzip.compress(reply.data, 6)
    loaded = {each.replace("&amp;", "&") for each in LOADED.findall(reply.text)}
    rest = sum(len(gzip.compress(browser.get(each).data, 6)) for each in loaded)
    return Weighed(path, [], len(reply.data), len(page), len(page) + rest)


if __name__ == "__main__":
    main()
