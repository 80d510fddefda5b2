"""What a newcomer reads first is true: README's commands work, the change log has its form."""

import os
import re

from tests.house.tree import ROOT, listed, text_of, tracked_files

TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def commands_for_make(text: str) -> set[str]:
    """The words said to make in code, fenced, indented or inline: `make run PORT=8001` → run."""
    return set(re.findall(r"(?:^(?: {4}|\t)?\$? ?|`)make ([a-z][a-z-]*)", text, re.MULTILINE))


def test_the_two_commands_of_the_readme_are_run_and_test() -> None:
    assert {"run", "test"} <= commands_for_make(text_of("README.md"))


def test_every_make_command_in_the_documents_exists() -> None:
    targets = set(TARGET.findall(text_of("Makefile")))
    unknown = [
        f"{path.relative_to(ROOT)}: make {word}"
        for path in tracked_files()
        if path.suffix == ".md" and "vectors" not in path.parts
        for word in commands_for_make(path.read_text(encoding="utf-8"))
        if word not in targets
    ]
    assert not unknown, listed(unknown)


def test_every_word_of_the_makefile_is_in_its_help() -> None:
    makefile = text_of("Makefile")
    helped = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    inner = {"environment", "environment-dev"}
    assert set(TARGET.findall(makefile)) - inner == helped


def test_what_is_run_as_a_program_may_be_run() -> None:
    for name in (".ci/run", "scripts/environment", "scripts/lock"):
        assert text_of(name).startswith("#!"), name
        assert os.access(ROOT / name, os.X_OK), f"{name} lacks its executable bit"


def test_the_change_log_is_kept_in_its_form() -> None:
    text = text_of("CHANGELOG.md")
    assert text.startswith("# Changelog\n")
    assert "Keep a Changelog" in text
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings, "no section yet"
    assert headings[0] == "[Unreleased]"
    for heading in headings[1:]:
        assert re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}", heading), heading
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= KINDS
