"""A list of breached passwords is searched where it lies, and what cannot be read is never a "no"."""

import hashlib
import tracemalloc
from pathlib import Path

import pytest

from registry.errors import ConfigurationError, Unavailable
from registry.storage.breached_list import BreachedList, digest_of, write_list

WORDS = [f"a breached password no. {n}" for n in range(500)]


def listed(path: Path, ending: str, words: list[str] = WORDS) -> BreachedList:
    lines = sorted(hashlib.sha1(word.encode()).hexdigest().upper() for word in words)
    path.write_text("".join(line + ending for line in lines), newline="")
    return BreachedList(path)


@pytest.mark.parametrize("ending", ["\n", "\r\n", ":1\n", ":24230577\r\n"])
def test_every_line_is_found_and_nothing_else_in_each_form_that_lists_have(
    tmp_path: Path, ending: str
) -> None:
    breached = listed(tmp_path / "list", ending)
    breached.check()
    assert all(breached.holds(word) for word in WORDS)
    assert not any(breached.holds(f"{word}!") for word in WORDS)


def test_lines_of_different_lengths_small_letters_and_a_last_line_without_an_end(
    tmp_path: Path,
) -> None:
    path = tmp_path / "list"
    digests = sorted(digest_of(word).decode().lower() for word in WORDS[:64])
    counts = ["", ":1", ":999999999999"]
    path.write_text("\n".join(each + counts[n % 3] for n, each in enumerate(digests)))
    BreachedList(path).check()
    assert all(BreachedList(path).holds(word) for word in WORDS[:64])
    assert not BreachedList(path).holds(WORDS[64])


def test_a_list_of_one_line_is_a_list(tmp_path: Path) -> None:
    breached = listed(tmp_path / "list", "\n", WORDS[:1])
    breached.check()
    assert breached.holds(WORDS[0])
    assert not breached.holds(WORDS[1])


def test_a_password_is_found_in_every_spelling_of_its_letters(tmp_path: Path) -> None:
    assert listed(tmp_path / "list", "\n", ["schöne Lieder am Kanal"]).holds(
        "scho\u0308ne Lieder am Kanal"
    )


@pytest.mark.parametrize(
    "content",
    ["", "password\nletmein\n", "0" * 39 + "\n", "F" * 40 + "\n" + "0" * 40 + "\n", "A" * 4000],
)
def test_what_is_no_such_list_is_refused_at_the_start(tmp_path: Path, content: str) -> None:
    (tmp_path / "list").write_text(content)
    with pytest.raises(ConfigurationError, match="REGISTRY_BREACHED_PASSWORDS"):
        BreachedList(tmp_path / "list").check()


def test_a_list_that_went_away_or_was_overwritten_lets_no_password_pass(tmp_path: Path) -> None:
    breached = listed(tmp_path / "list", "\n")
    (tmp_path / "list").write_text("something else\n" * 50)
    with pytest.raises(Unavailable, match="no digest at byte"):
        breached.holds(WORDS[0])
    (tmp_path / "list").write_text("")
    with pytest.raises(Unavailable, match="it is empty"):
        breached.holds(WORDS[0])
    (tmp_path / "list").unlink()
    with pytest.raises(Unavailable, match="No such file"):
        breached.holds(WORDS[0])


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_an_empty_line_ends_a_list_and_hides_nothing_behind_it(tmp_path: Path, ending: str) -> None:
    breached = listed(tmp_path / "list", ending, WORDS[:3])
    whole = breached.path.read_text()
    breached.path.write_text(whole + ending * 2, newline="")
    assert all(map(breached.holds, WORDS[:3]))
    assert not breached.holds(WORDS[4])
    lines = whole.splitlines()
    breached.path.write_text(ending.join([lines[0], *[""] * 300, *lines[1:]]), newline="")
    last = next(each for each in WORDS[:3] if digest_of(each).decode() == lines[2])
    with pytest.raises(Unavailable, match="no digest"):
        breached.holds(last)


def test_a_great_list_is_not_read_into_memory(tmp_path: Path) -> None:
    path = tmp_path / "list"
    with path.open("wb") as file:
        file.writelines(b"%040X:1\n" % (n << 130) for n in range(200_000))
    tracemalloc.start()
    assert not BreachedList(path).holds("nine lives of a green toaster")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert path.stat().st_size > 8_000_000
    assert most < 100_000


def test_a_list_is_made_of_passwords_as_they_were_typed_and_only_of_those_long_enough(
    tmp_path: Path,
) -> None:
    path = tmp_path / "list"
    assert write_list([*WORDS, WORDS[0], "too short", "fourteen chars"], path) == 500
    BreachedList(path).check()
    assert BreachedList(path).holds(WORDS[7])
    assert not BreachedList(path).holds("too short")
    assert [each.name for each in tmp_path.iterdir()] == ["list"]
