"""What docs/deploy hands out fits the registry that it is for. That nginx.conf works: tests/partners/test_nginx.py."""

import re

from registry.api.questions import MOST_QUESTION_BYTES
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
