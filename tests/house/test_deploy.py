"""What docs/deploy hands out fits the registry that it is for. That nginx.conf works: tests/partners/test_nginx.py."""

import re
import subprocess
from pathlib import Path

import pytest

from registry.api.answering import MOST_QUESTION_BYTES
from tests.house.test_settings_words import every_variable_read
from tests.house.tree import ROOT, listed, text_of

FOLDER = ROOT / "docs" / "deploy"
SETTING = re.compile(r"\b(REGISTRY_[A-Z_]+)\b")
COPIED = re.compile(r"^COPY (?!--from)(\S+) ", re.MULTILINE)


def text(name: str) -> str:
    return text_of(f"docs/deploy/{name}")


def test_every_setting_that_is_handed_out_exists() -> None:
    known = every_variable_read()
    unknown = [
        f"{path.name}: {name}"
        for path in sorted(FOLDER.iterdir())
        for name in SETTING.findall(path.read_text(encoding="utf-8"))
        if name not in known
    ]
    assert not unknown, listed(unknown)


def test_every_file_that_is_handed_out_stands_on_the_page() -> None:
    page = text("README.md")
    missing = [
        path.name
        for path in FOLDER.iterdir()
        if path.name not in ("README.md", "Dockerfile.dockerignore")
        and f"({path.name})" not in page
    ]
    assert not missing, listed(missing)


def test_the_image_is_made_of_the_lock_and_of_what_is_there_and_runs_as_nobody_special() -> None:
    dockerfile = text("Dockerfile")
    assert "--require-hashes" in dockerfile
    copied = COPIED.findall(dockerfile)
    assert "requirements.lock" in copied
    assert [each for each in copied if not (ROOT / each).exists()] == []
    assert re.search(r"^USER [1-9]\d*$", dockerfile, re.MULTILINE)
    sent = {line[1:] for line in text("Dockerfile.dockerignore").splitlines() if line[:1] == "!"}
    assert sent == set(copied)


def test_nginx_lets_the_largest_question_through_and_changes_nothing() -> None:
    nginx = text("nginx.conf")
    found = re.search(r"client_max_body_size (\d+)m;", nginx)
    assert found is not None
    assert int(found[1]) * 1_000_000 >= MOST_QUESTION_BYTES
    assert re.findall(r"gzip (\w+);", nginx) == ["off"]
    assert re.findall(r"proxy_pass (\S+);", nginx) == ["http://registry"]  # a path would be put in


def test_the_unit_runs_as_its_own_user_and_writes_only_where_it_keeps_things() -> None:
    unit = text("registry.service")
    for line in ("User=registry", "ProtectSystem=strict", "NoNewPrivileges=yes", "UMask=0077"):
        assert line in unit.splitlines()
    assert "ReadWritePaths" not in unit
    assert "StateDirectory=registry registry-head" in unit


def settings_here(folder: Path, lines: str, **callers: str) -> "subprocess.CompletedProcess[str]":
    """Runs registry-here over a file of these lines, as it stands but for paths: `env` in the registry's place."""
    (folder / "environment").write_text(lines, encoding="utf-8")
    here = text("registry-here")
    for written, instead in (
        ("file=/etc/consent-registry/environment", f"file={folder}/environment"),
        (
            "exec setpriv --reuid=registry --regid=registry --clear-groups "
            "/opt/consent-registry/.venv/bin/registry",
            "exec env",
        ),
    ):
        assert here.count(written) == 1, written
        here = here.replace(written, instead)
    return subprocess.run(
        ["/bin/sh", "-c", here], env={"PATH": "/usr/bin:/bin", **callers},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_registry_here_takes_values_as_they_stand_and_what_its_caller_sets_wins(
    tmp_path: Path,
) -> None:
    lines = (
        "# a comment\n\n; another\n"
        "REGISTRY_KEY_PASSPHRASE='$HOME `id` \"x\" # & ; * end'\n"
        "  REGISTRY_LOG_NAME = x\n"
    )
    refused = settings_here(tmp_path, lines)
    assert refused.returncode == 1
    assert "line 5: the name before = is not one" in refused.stderr
    lines = lines.replace("LOG_NAME = x", "LOG_NAME= two words # no comment ")
    done = settings_here(
        tmp_path, f"{lines}REGISTRY_DATABASE_URL=live\nREGISTRY_KEYS=last",
        REGISTRY_DATABASE_URL="scratch", REGISTRY_VAR="/drill",
    )  # fmt: skip
    assert set(done.stdout.splitlines()) >= {
        'REGISTRY_KEY_PASSPHRASE=$HOME `id` "x" # & ; * end',
        "REGISTRY_LOG_NAME=two words # no comment",
        "REGISTRY_DATABASE_URL=scratch",
        "REGISTRY_KEYS=last",
        "REGISTRY_VAR=/drill",
        "REGISTRY_HEAD_FILE=/var/lib/registry-head/log-head",
        "HOME=/var/lib/registry",
    }, done.stderr


@pytest.mark.parametrize("value", [r"a\b", "it's", "'a' 'b'", '"a', 'x"y"'])
def test_registry_here_refuses_what_systemd_would_read_in_another_way(
    tmp_path: Path, value: str
) -> None:
    refused = settings_here(tmp_path, f"REGISTRY_KEY_PASSPHRASE={value}\n")
    assert refused.returncode == 1
    assert "environment, line 1: a " in refused.stderr
    assert value not in refused.stderr


def test_the_places_of_registry_here_are_those_of_the_unit() -> None:
    here, unit = text("registry-here"), text("registry.service")
    for name in ("REGISTRY_VAR", "REGISTRY_HEAD_FILE"):
        found = re.search(rf"{name}:-([^}}]+)}}", here)
        assert found is not None
        assert f"Environment={name}={found[1]}" in unit.splitlines()
