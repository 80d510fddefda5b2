"""`registry platforms`: keys are made here or brought along; the private half never enters the store."""

import json
import stat
from pathlib import Path

import pytest

from registry.signing.keys import FileSigner, generate
from tests.cli.conftest import Command


def added(command: Command, name: str, *words: str) -> str:
    reply = command.json("platforms", "add", name, "--legal-entity", f"{name} Ltd", *words)
    return str(reply["platform"])


def test_a_key_that_is_made_here_is_a_private_file_and_registered(
    command: Command, tmp_path: Path
) -> None:
    path = tmp_path / "acme.key"
    platform = added(command, "Acme", "--generate-key", str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (listed,) = command.json("platforms", "list")
    assert listed["id"] == platform
    assert listed["legal_entity"] == "Acme Ltd"
    assert [key["keyid"] for key in listed["keys"]] == [FileSigner.load(path).kid]


def test_a_private_key_file_is_never_overwritten(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "acme.key"
    added(command, "Acme", "--generate-key", str(path))
    before = path.read_bytes()
    words = ("platforms", "add", "Other", "--legal-entity", "Other", "--generate-key", str(path))
    assert "never overwritten" in command(*words, code=1).stderr
    assert path.read_bytes() == before
    assert len(command.json("platforms", "list")) == 1


def test_a_platform_brings_a_public_key_of_its_own(command: Command, tmp_path: Path) -> None:
    signer = generate("ES256")
    path = tmp_path / "jwk.json"
    path.write_text(json.dumps(dict(signer.public.jwk)))
    platform = added(command, "Acme")
    assert command.json("platforms", "list")[0]["keys"] == []
    reply = command.json("platforms", "key-add", platform, "--jwk", str(path))
    assert reply["keyid"] == signer.kid


def test_a_private_jwk_is_refused(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "jwk.json"
    path.write_text(json.dumps({"kty": "OKP", "crv": "Ed25519", "x": "AA", "d": "AA"}))
    platform = added(command, "Acme")
    error = command("platforms", "key-add", platform, "--jwk", str(path), code=1).stderr
    assert "private member" in error


def test_a_file_that_is_no_jwk_is_refused_calmly(command: Command, tmp_path: Path) -> None:
    platform = added(command, "Acme")
    for text in ("not json", "[]"):
        (tmp_path / "jwk.json").write_text(text)
        words = ("platforms", "key-add", platform, "--jwk", str(tmp_path / "jwk.json"))
        assert "--jwk" in command(*words, code=1).stderr


def test_a_revoked_key_is_listed_as_such(command: Command, tmp_path: Path) -> None:
    added(command, "Acme", "--generate-key", str(tmp_path / "acme.key"))
    keyid = FileSigner.load(tmp_path / "acme.key").kid
    command("platforms", "key-revoke", keyid)
    assert command.json("platforms", "list")[0]["keys"][0]["revoked_at"] is not None
    assert keyid not in command("platforms", "list").stdout


def test_an_affiliation_begins_and_ends(command: Command) -> None:
    child, parent = added(command, "Child"), added(command, "Parent")
    command("platforms", "affiliate", child, parent)
    assert command.json("platforms", "list")[0]["parents"] == [parent]
    assert "already" in command("platforms", "affiliate", child, parent, code=1).stderr
    command("platforms", "end-affiliation", child, parent)
    assert command.json("platforms", "list")[0]["parents"] == []


def test_one_key_at_a_time(command: Command, tmp_path: Path) -> None:
    (tmp_path / "jwk.json").write_text("{}")
    words = ("--jwk", str(tmp_path / "jwk.json"), "--generate-key", str(tmp_path / "k"))
    platform = added(command, "Acme")
    command("platforms", "key-add", platform, *words, code=2)
    command("platforms", "key-add", platform, code=2)
    assert not (tmp_path / "k").exists()


@pytest.mark.parametrize("kind", ["key-add", "test-key-add"])
def test_no_key_is_made_for_a_platform_that_is_unknown(
    command: Command, tmp_path: Path, kind: str
) -> None:
    words = ("platforms", kind, "nobody", "--generate-key", str(tmp_path / "k"))
    assert "no platform" in command(*words, code=1).stderr
    assert not (tmp_path / "k").exists()


def test_a_test_key_is_made_and_revoked_and_is_no_key_of_the_platform(
    command: Command, tmp_path: Path
) -> None:
    platform, path = added(command, "Acme"), tmp_path / "test.key"
    words = ("platforms", "test-key-add", platform, "--generate-key", str(path))
    kid = command.json(*words)["test_keyid"]
    assert FileSigner.load(path).kid == kid
    assert command.json("platforms", "list")[0]["keys"] == []
    command("platforms", "key-revoke", str(kid), code=1)
    command("platforms", "test-key-revoke", platform, str(kid))
    command("platforms", "test-key-revoke", platform, str(kid), code=1)


def test_an_invitation_is_a_link_that_is_given_by_hand(command: Command) -> None:
    platform = added(command, "Acme")
    reply = command.json("platforms", "invite", platform, "ada@acme.example")
    assert reply["role"] == "admin"
    assert "/platform/invitation?secret=" in str(reply["link"])
    command("platforms", "invite", platform, "nonsense", code=1)
    command("platforms", "invite", "nobody", "ada@acme.example", code=1)
