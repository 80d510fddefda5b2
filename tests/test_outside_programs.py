"""What is asked for by `needs` is found or named, with the line that installs it."""

from tests.outside_programs import PROGRAMS, OutsideProgram


def test_a_program_that_is_there_lacks_nothing_and_has_a_path() -> None:
    shell = OutsideProgram("a shell", (("no-such-shell", "sh"),), "it comes with the system")
    assert shell.missing() == ()
    assert shell.path().endswith("/sh")


def test_what_a_program_lacks_is_named() -> None:
    half = OutsideProgram("half", (("sh",), ("no-such-tool",)), "", files=("/no/such/file",))
    assert half.missing() == ("no-such-tool", "/no/such/file")


def test_every_program_says_how_to_have_it() -> None:
    for program in PROGRAMS.values():
        assert (
            program.how_to_have_it == "make partners" or "apt-get install" in program.how_to_have_it
        )
