"""Nothing tracked names a package registry's host or a path of the machine it was written on."""

import re

from tests.house.tree import ROOT, listed, tracked_files

# Written in pieces, so that this file does not hold what it looks for.
HOSTS = [
    r"py" + r"pi\.(org|python\.org)",
    r"python" + r"hosted\.org",
    r"npm" + r"js\.(org|com)",
    r"yarn" + r"pkg\.com",
    r"(proxy|sum)\.gol" + r"ang\.org",
    r"cra" + r"tes\.io",
    r"--(extra-)?ind" + r"ex-url",
    r"--find" + r"-links",
]
MACHINE = [
    r"/wo" + r"rk/(main|shared|\.)",
    r"/ro" + r"ot/[\w.]",
    r"/ho" + r"me/[a-z]",
    r"/Us" + r"ers/[A-Za-z]",
    r"/tm" + r"p/\w",
    r"/op" + r"t/(py" + r"pi|wheels)",
]


def lines_that_match(forbidden: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in tracked_files()
        for number, line in enumerate(
            path.read_bytes().decode("utf-8", errors="replace").splitlines(), start=1
        )
        if forbidden.search(line)
    ]


def test_no_tracked_file_names_a_package_registry() -> None:
    found = lines_that_match(re.compile("|".join(HOSTS)))
    assert not found, listed(found)


def test_no_tracked_file_names_a_place_on_the_machine_it_was_written_on() -> None:
    # A path begins here; the same letters inside a URL or a longer path are something else.
    found = lines_that_match(re.compile(r"(?<![\w.~})-])(?:" + "|".join(MACHINE) + ")"))
    assert not found, listed(found)


def test_the_guards_know_what_they_look_for() -> None:
    # Joined at run time, for the same reason as above.
    assert re.search("|".join(HOSTS), "https://files." + "python" + "hosted.org/packages/ab")
    assert re.search("|".join(MACHINE), "see " + "/".join(["", "home", "me", "notes.txt"]))
    assert not re.search("|".join(HOSTS), "https://registry.example/v1/works")
