"""`registry ask`: verified before it is shown, and only exit code 0 is permission."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from registry.bootstrap import open_registry
from registry.cli.ask import exit_code
from registry.domain.declaration import Choice, Wish
from registry.domain.events import Conditions, Subject
from registry.domain.vocabulary import Preference, Role, WorkKind
from registry.services.actor import Actor
from registry.services.add_test_key import add_test_key
from registry.services.attest_claim import attest_claim
from registry.services.declare import declare
from registry.services.open_account import register_rightsholder
from registry.services.register_platform import register_platform
from registry.services.register_work import NewWork, register_work
from registry.settings import Settings
from registry.signing.keys import FileSigner
from tests.cli.conftest import Command
from tests.cli.serving import Served, served

ALLOWED, DENIED, UNKNOWN = "isrc:GBAYE0601498", "isrc:GBAYE0601499", "isrc:GBAYE0601500"
ON_REQUEST = "isrc:GBAYE0601501"
CONTACT = Conditions(contact="mailto:ada@example.org")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("ask"), REGISTRY_LOOSENING_DELAY_SECONDS="0") as running:
        registry = open_registry(Settings.from_environ(running.env))
        by = Actor("test", "steward")
        with registry.writing() as ledger:
            holder = register_rightsholder(ledger, "Ada", by)
            for isrc, choice in (
                (ALLOWED, Choice(Preference.ALLOW)),
                (DENIED, Choice(Preference.DENY)),
                (ON_REQUEST, Choice(Preference.CONDITIONAL, CONTACT)),
            ):
                new = NewWork("Song", WorkKind.RECORDING, Role.RECORDING, (isrc,), embodies="mine")
                work = register_work(ledger, holder, new, by)
                attest_claim(ledger, work.claims[0].id, by, "seen", identifier=isrc)
                wish = Wish(preferences={"generative-training": choice})
                declare(ledger, holder, Subject("work", work.id), wish, by)
        registry.close()
        yield running


@pytest.mark.parametrize(
    ("words", "code", "shown"),
    [
        ([ALLOWED], 0, "○ allow   permitted"),
        ([DENIED], 3, "⊖ deny   not permitted"),
        ([ALLOWED, DENIED], 3, "⊖ deny   not permitted"),
        ([ALLOWED, "--usage", "search"], 3, "◌ unstated   not permitted"),
        ([UNKNOWN], 4, "▢ unregistered   not permitted"),
        (["isrc:GBAYE060149"], 1, "! error   not permitted"),
        (["isrc:GBAYE060149", DENIED], 3, "⊖ deny   not permitted"),
    ],
)
def test_the_exit_code_and_the_glyph_say_the_decision(
    server: Served, words: list[str], code: int, shown: str
) -> None:
    done = server.command("ask", *words)
    assert done.exit_code == code, done.stderr
    assert done.stdout.startswith(shown)
    assert "signature  holds" in done.stdout
    assert "\x1b" not in done.stdout


def test_conditions_are_shown_one_a_line(server: Served) -> None:
    done = server.command("ask", ON_REQUEST)
    assert done.exit_code == 3
    assert done.stdout.startswith("◐ conditional   not permitted")
    assert "contact: mailto:ada@example.org" in done.stdout


def test_json_is_the_registrys_answer(server: Served) -> None:
    done = server.command("ask", DENIED, "--json")
    answer = json.loads(done.stdout)
    assert done.exit_code == 3
    assert answer["results"][0]["evidence"][0]["rightsholder"]["name"] == "Ada"


def test_a_question_about_the_past(server: Served) -> None:
    done = server.command("ask", DENIED, "--as-of", "2026-01-01T00:00:00Z")
    assert done.exit_code == 4
    assert "--as-of" in server.command("ask", DENIED, "--as-of", "last year").stderr


def test_pinned_keys_are_used_instead_of_the_published_ones(server: Served, tmp_path: Path) -> None:
    with httpx2.Client(trust_env=False) as client:
        for name in ("did.json", "jwks.json"):
            path = tmp_path / name
            path.write_bytes(client.get(f"{server.url}/.well-known/{name}").content)
            done = server.command("ask", ALLOWED, "--trust", str(path))
            assert done.exit_code == 0, done.stderr
            assert "by the keys you pinned" in done.stdout


def test_an_answer_by_keys_that_are_not_pinned_shows_nothing(
    server: Served, tmp_path: Path
) -> None:
    other = Command({"REGISTRY_VAR": str(tmp_path / "other")})
    other("migrate")
    registry = other.open()
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps(registry.signers().keyring.jwks()))
    registry.close()
    done = server.command("ask", ALLOWED, "--trust", str(path))
    assert (done.exit_code, done.stdout) == (1, "")
    assert "nothing is permitted" in done.stderr


def test_a_registry_that_is_away_permits_nothing(server: Served) -> None:
    done = server.command("ask", ALLOWED, "--url", "http://127.0.0.1:1")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "There is no answer, so nothing is permitted." in done.stderr


def test_a_key_that_the_registry_does_not_know_permits_nothing(
    server: Served, tmp_path: Path
) -> None:
    from registry.signing.keys import FileSigner

    FileSigner.create(tmp_path / "stranger.key")
    done = server.command("ask", ALLOWED, "--key", str(tmp_path / "stranger.key"))
    assert (done.exit_code, done.stdout) == (1, "")
    assert "nothing is permitted" in done.stderr


def test_without_a_key_it_says_how_to_have_one(unprepared: Command) -> None:
    assert "give --key FILE" in unprepared("ask", ALLOWED, code=1).stderr


def test_only_permitted_is_permission() -> None:
    assert exit_code({"permitted": True, "decision": "allow"}) == 0
    assert exit_code({"permitted": "true", "decision": "allow"}) == 3
    assert exit_code({"decision": "allow"}) == 3
    assert exit_code({"permitted": False, "decision": "conditional"}) == 3
    assert exit_code({"permitted": False, "decision": "unregistered"}) == 4
    assert exit_code({}) == 1


def test_the_sandbox_answers_a_test_key_that_asks_for_it_and_nobody_else(
    server: Served, tmp_path: Path
) -> None:
    registry = open_registry(Settings.from_environ(server.env))
    key, by = FileSigner.create(tmp_path / "test.key"), Actor("test", "steward")
    with registry.writing() as ledger:
        platform = register_platform(ledger, "Acme", "Acme Ltd", by)
        add_test_key(ledger.uow, platform, key.public.jwk, ledger.now, by)
    registry.close()
    url, signed = "https://sandbox.example/", ("--key", str(tmp_path / "test.key"))
    for name, code in (("allow", 0), ("deny", 3), ("unregistered", 4), ("other", 1)):
        done = server.command("ask", url + name, "--sandbox", *signed)
        assert done.exit_code == code, done.stderr
        assert done.stdout.startswith("This is a test")
    for words in ((url + "allow", *signed), (url + "allow", "--sandbox")):
        refused = server.command("ask", *words)
        assert refused.exit_code == 1
        assert "sandbox" in refused.stderr
