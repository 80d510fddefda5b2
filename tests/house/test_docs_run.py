"""The Python of the how-to pages does what the pages say, as it stands there, against a real registry.

Each block begins with its file's name and is run as a program of its own, in one folder, page by page.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from registry.client.ask import Asked, Asset, signed_question
from registry.signing.keys import FileSigner
from tests.cli.serving import Served, served
from tests.house.tree import ROOT, text_of

BLOCK = re.compile(r"^```python\n# (\w+\.py)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WRITTEN_URL = "http://127.0.0.1:8000"
WRITTEN_KEYID = "LTxhK3Y-l3i34dp-hLMAZSghbP8cP2lndkoTumMWVtY"
WRITTEN_PLATFORM = "01a2022a-5fc1-70aa-aa07-1d7071fa0eb2"
ISRC = "isrc:GBAYE0601498"

PLATFORMS = [
    "make_key.py",
    "ask.py",
    "ask_plain.py",
    "check_filed.py",
    "signed_call.py",
    "own_asks.py",
    "ask_with_token.py",
    "ask_many.py",
    "gated_step.py",
    "filter_rows.py",
    "screen_offline.py",
    "follow.py",
]
CLIENT = ["ask_many.py", "gated_step.py", "filter_rows.py"]
AUDITORS = [
    "check_record.py",
    "check_declarant.py",
    "check_joserfc.py",
    "check_pyjwt.py",
    "check_receipt_plain.py",
    "recompute_root.py",
    "check_answer.py",
    "check_answer_receipt.py",
]


@dataclass
class Desk:
    """A registry, and the folder in which a reader of the pages works."""

    registry: Served
    folder: Path
    http: httpx2.Client
    said: dict[str, str] = field(default_factory=dict)

    def command(self, *words: str) -> Any:
        result = self.registry.command(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def post(self, path: str, token: str, body: Any) -> Any:
        reply = self.http.post(
            self.registry.url + path, json=body, headers={"Authorization": f"Bearer {token}"}
        )
        assert reply.status_code == 201, reply.text
        return reply.json()

    def fetch(self, url: str, name: str) -> None:
        (self.folder / name).write_bytes(self.http.get(url).raise_for_status().content)

    def run(self, page: str, name: str, **instead: str) -> None:
        """Runs a page's block, with this registry's address and what else differs from the page."""
        source = dict(BLOCK.findall(text_of(f"docs/{page}.md")))[name]
        for written, real in {WRITTEN_URL: self.registry.url, **instead}.items():
            source = source.replace(written, real)
        (self.folder / name).write_text(source)
        done = subprocess.run(
            [sys.executable, "-W", "error", name],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{name} of docs/{page}.md failed:\n{done.stderr}"
        self.said[name] = done.stdout


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Both pages read through, in order."""
    folder = tmp_path_factory.mktemp("reader")
    with (
        served(tmp_path_factory.mktemp("docs")) as registry,
        httpx2.Client(timeout=30, trust_env=False) as http,
    ):
        desk = Desk(registry, folder, http)
        record = _artist(desk)
        desk.run("platforms", "make_key.py")
        platform, keyid = _platform(desk)
        desk.run("platforms", "ask.py")
        desk.run("platforms", "ask_plain.py", **{WRITTEN_KEYID: keyid})
        _pinned(desk, record)
        for name in ("check_filed.py", "signed_call.py"):
            desk.run("platforms", name)
        ours = {WRITTEN_KEYID: keyid, WRITTEN_PLATFORM: platform}
        desk.run("platforms", "ask_with_token.py", **ours)
        for name in CLIENT:
            desk.run("platforms", name)
        desk.run("platforms", "own_asks.py")  # by now the answer's entry is there
        desk.command("snapshot")
        desk.run("platforms", "screen_offline.py")
        desk.run("platforms", "follow.py", **ours)
        for name in AUDITORS:
            desk.run("auditors", name)
        yield desk


def _artist(desk: Desk) -> str:
    """The example of docs/artists.md. Returns the record's address."""
    holder = desk.command("rightsholders", "add", "Ada Lovelace Trio")["rightsholder"]
    token = desk.command("tokens", "add", "--rightsholder", holder)["secret"]
    work = {
        "title": "Night Train",
        "kind": "recording",
        "role": "recording",
        "identifiers": [ISRC, "https://lovelace.example/night-train"],
        "embodies": "mine",
    }
    id = desk.post("/v1/works", token, work)["id"]
    wish = {"subject": {"work": id}, "preset": "no-ai"}
    return str(desk.post("/v1/declarations", token, wish)["record"]["url"])


def _platform(desk: Desk) -> tuple[str, str]:
    """(its id, its keyid)."""
    jwk = str(desk.folder / "example-ai.jwk")
    added = desk.command(
        "platforms", "add", "Example AI", "--legal-entity", "Example AI Ltd", "--jwk", jwk
    )
    return str(added["platform"]), str(added["keyid"])


def _pinned(desk: Desk, record: str) -> None:
    """What the pages fetch with curl: keys, a record with its proof, an answer as a receipt."""
    url = desk.registry.url
    desk.fetch(f"{url}/.well-known/did.json", "did.json")
    desk.fetch(f"{url}/.well-known/jwks.json", "jwks.json")
    desk.fetch(f"{url}/.well-known/consent-registry", "registry.json")
    described = json.loads((desk.folder / "registry.json").read_bytes())
    (desk.folder / "log.vkey").write_text(described["log"]["vkey"] + "\n")
    desk.fetch(record, "record.jwt")
    desk.fetch(f"{record}/proof", "record.tlog-proof")
    signer = FileSigner.load(desk.folder / "example-ai.key")
    question = Asked("generative-training", [Asset([ISRC])]).body()
    target = f"{url}/v1/verify"
    reply = desk.http.post(
        target,
        content=question,
        headers={
            **signed_question(target, question, signer, signer.kid, int(time.time())),
            "accept": "application/answer-receipt+jwt",
        },
    )
    assert reply.headers["content-type"] == "application/answer-receipt+jwt"
    (desk.folder / "question.json").write_bytes(question)
    (desk.folder / "answer.jwt").write_bytes(reply.content)


def test_every_python_block_of_the_pages_is_run_here() -> None:
    for page, names in (("platforms", PLATFORMS), ("auditors", AUDITORS)):
        text = text_of(f"docs/{page}.md")
        assert [name for name, _ in BLOCK.findall(text)] == names
        assert text.count("```python") == len(names)
    for page in ("artists", "operators", "formats"):
        assert "```python" not in text_of(f"docs/{page}.md")


def test_the_client_asks_about_three_rows_and_prints_what_the_page_shows(desk: Desk) -> None:
    assert desk.said["ask.py"] == (
        "row-17 deny False True\nrow-18 unregistered False False\nrow-19 None False True\n"
    )
    assert desk.said["ask.py"] in text_of("docs/platforms.md")


def test_plain_python_with_somebody_elses_library_is_told_the_same(desk: Desk) -> None:
    assert desk.said["ask_plain.py"] == "deny False\n"


def test_the_filed_answer_verifies_from_the_file_alone(desk: Desk) -> None:
    platform, answered_at, results = desk.said["check_filed.py"].split()
    assert re.fullmatch(r"[0-9a-f-]{36}", platform)
    assert answered_at.endswith("Z")
    assert results == "3"


def test_the_question_of_the_filed_answer_is_found_among_ones_own(desk: Desk) -> None:
    assert re.fullmatch(r"\d+\n", desk.said["own_asks.py"])


def test_an_access_token_gets_a_receipt_that_somebody_elses_library_opens(desk: Desk) -> None:
    assert desk.said["ask_with_token.py"] == "Bearer 600\ndeny False\n"
    assert desk.said["ask_with_token.py"] in text_of("docs/platforms.md")


def test_the_client_asks_about_many_gates_a_step_and_filters_rows_as_the_page_shows(
    desk: Desk,
) -> None:
    for name in CLIENT:
        assert f"```text\n{desk.said[name]}```" in text_of("docs/platforms.md"), name


def test_a_snapshot_is_fetched_and_asked_at_home(desk: Desk) -> None:
    assert desk.said["screen_offline.py"] in text_of("docs/platforms.md")
    assert desk.said["screen_offline.py"].startswith("candidate True True\n")


def test_the_feed_is_followed_to_its_end_and_says_that_nothing_is_overtaken(desk: Desk) -> None:
    assert desk.said["follow.py"] == "still good None\n"
    assert desk.said["follow.py"] in text_of("docs/platforms.md")


def test_a_record_and_its_receipt_verify_as_the_auditors_page_shows(desk: Desk) -> None:
    said = desk.said["check_record.py"]
    assert said.startswith("Ada Lovelace Trio says\n  data-mining deny\n")
    assert re.search(r"^entry \d+ of \d+ in 127\.0\.0\.1:\d+/log$", said, re.MULTILINE)


def test_a_record_that_only_the_registry_signed_says_so(desk: Desk) -> None:
    assert desk.said["check_declarant.py"] == "confirmed by the registry alone\n"


def test_other_peoples_libraries_open_the_same_record(desk: Desk) -> None:
    record = desk.said["check_joserfc.py"].split()[1]
    assert desk.said["check_pyjwt.py"].strip().endswith(f"/v1/records/{record}")


def test_a_receipt_and_the_whole_log_check_with_the_standard_library_alone(desk: Desk) -> None:
    assert desk.said["check_receipt_plain.py"] == "True\n"
    assert desk.said["recompute_root.py"].endswith(" True\n")


def test_a_platforms_answers_check_in_both_forms(desk: Desk) -> None:
    assert "'deny', 'unregistered', None" in desk.said["check_answer.py"]
    assert desk.said["check_answer_receipt.py"] == "True deny\n"
