"""`registry keys`: rotated and reported, never printed."""

from pathlib import Path

from registry.signing.keys import KeyPurpose
from tests.cli.conftest import Command


def in_use(command: Command) -> dict[str, str]:
    return {
        key["purpose"]: key["kid"]
        for key in command.json("keys", "list")
        if key["not_after"] is None and key["compromised_at"] is None
    }


def test_there_is_one_key_a_purpose_from_the_start(command: Command) -> None:
    assert set(in_use(command)) == {purpose.value for purpose in KeyPurpose}


def test_one_key_or_all_are_rotated_and_the_old_ones_stay_listed(command: Command) -> None:
    before = in_use(command)
    (fresh,) = command.json("keys", "rotate", "--purpose", "answers")
    after = in_use(command)
    assert after == {**before, "answers": fresh["kid"]}
    assert len(command.json("keys", "rotate")) == 4
    assert not set(in_use(command).values()) & set(after.values())
    assert len(command.json("keys", "list")) == 9
    assert "wrong           nothing" in command("fsck").stdout


def test_a_compromised_key_is_replaced(command: Command) -> None:
    old = in_use(command)["records"]
    words = ("keys", "compromised", old, "--since")
    assert "--since" in command(*words, "yesterday", code=1).stderr
    assert "in the past" in command(*words, "2999-01-01T00:00:00Z", code=1).stderr
    command(*words, "2026-01-01T00:00:00Z")
    (listed,) = [key for key in command.json("keys", "list") if key["kid"] == old]
    assert listed["compromised_at"] == "2026-01-01T00:00:00.000Z"
    assert in_use(command)["records"] != old


def test_a_key_whose_id_begins_with_a_hyphen_is_found_or_not_as_any_other(command: Command) -> None:
    some = "-h-json" + "x" * 36
    for words in (
        ("keys", "compromised", some, "--since", "2026-01-01T00:00:00Z"),
        ("keys", "compromised", "--since", "2026-01-01T00:00:00Z", "--", some),
        ("platforms", "key-revoke", some, "--steward", "alice"),
        ("platforms", "test-key-revoke", "01900000-0000-7000-8000-000000000000", some),
    ):
        said = command(*words, code=1).stderr
        assert "Nothing was changed." in said
        assert "option" not in said


def test_no_private_key_is_ever_printed(command: Command) -> None:
    pem = next((Path(command.env["REGISTRY_VAR"]) / "keys").glob("log-*.pem")).read_text()
    secret = pem.splitlines()[1]
    for words in (["keys", "list"], ["keys", "rotate"], ["log", "show"]):
        result = command(*words)
        assert secret not in result.output
        assert "PRIVATE" not in result.output
