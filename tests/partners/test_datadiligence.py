"""The published opt-out client, unmodified but for the address it asks, filters what the registry says no to."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from tests.cli.serving import served
from tests.house.tree import ROOT
from tests.outside_programs import PROGRAMS

pytestmark = pytest.mark.needs("datadiligence")

SCRIPT = ROOT / "tests" / "partners" / "datadiligence_client.py"
DENIED = "https://denied.example/Songs/"


@dataclass(frozen=True, slots=True)
class Client:
    """That client, pointed at a registry."""

    url: str
    key: str

    def run(self, urls: list[str], *ways: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PROGRAMS["datadiligence"].path(), str(SCRIPT), self.url, *ways],
            check=False,
            input=json.dumps(urls),
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, "SPAWNING_OPTS_KEY": self.key},
        )

    def asked(self, urls: list[str], *ways: str) -> list[Any]:
        done = self.run(urls, *ways)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        return [found[way]["said"] for way in ways]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("datadiligence")
    with served(folder, ("serve", "--migrate", "--no-worker")) as registry:

        def said(*words: str) -> dict[str, Any]:
            done = registry.command(*words, "--json")
            assert done.exit_code == 0, done.output
            found: dict[str, Any] = json.loads(done.output)
            return found

        holder = said("rightsholders", "add", "Ada")["rightsholder"]
        token = said("tokens", "add", "--rightsholder", holder)["secret"]
        with httpx2.Client(
            base_url=registry.url, headers={"authorization": f"Bearer {token}"}
        ) as http:
            location = http.post("/v1/locations", json={"url": DENIED}).json()["id"]
            no_ai = {"subject": {"location": location}, "preset": "no-ai"}
            assert http.post("/v1/declarations", json=no_ai).status_code == 201
        platform = said("platforms", "add", "P", "--legal-entity", "P Ltd")["platform"]
        secret = said("platforms", "query-key-add", platform)["secret"]
        yield Client(registry.url, secret)


def some_urls(pairs: int) -> list[str]:
    """As many opted out as not, mixed, and some that are written oddly or not at all."""
    urls = [
        url
        for number in range(pairs)
        for url in (f"{DENIED}{number}.flac", f"https://free.example/{number}?q=a%20b#x")
    ]
    return [
        *urls,
        "not a url",
        "https://denied.example/songs/",
        "HTTPS://DENIED.example:443/Songs/a/../b",
    ]


def is_free(url: str) -> bool:
    return url.startswith("https://free.example/")


def test_it_keeps_what_nobody_objected_to_and_drops_the_rest(client: Client) -> None:
    urls = some_urls(5_100)  # more than it sends at once
    (kept,) = client.asked(urls, "filter_allowed")
    assert kept == [url for url in urls if is_free(url)]


def test_every_way_of_asking_gives_the_same(client: Client) -> None:
    urls = some_urls(50)
    kept = [url for url in urls if is_free(url)]
    flags = [is_free(url) for url in urls]
    ways = ("filter_allowed", "filter_allowed_async", "is_allowed", "is_allowed_async")
    assert client.asked(urls, *ways) == [kept, kept, flags, flags]


def test_with_a_key_that_is_not_ours_it_gets_nothing(client: Client) -> None:
    done = Client(client.url, "crq_made-up").run(["https://free.example/"], "filter_allowed")
    assert done.returncode != 0
    assert "non-200 status code: 401" in done.stderr
