"""`registry rightsholders`."""

from tests.cli.conftest import Command


def test_a_rightsholder_is_added_and_listed(command: Command) -> None:
    first = command.json("rightsholders", "add", "Ada")
    second = command.json("rightsholders", "add", " Bea ")
    assert command.json("rightsholders", "list") == [
        {"id": first["rightsholder"], "name": "Ada"},
        {"id": second["rightsholder"], "name": "Bea"},
    ]


def test_the_list_goes_on_after_an_id(command: Command) -> None:
    ids = [command.json("rightsholders", "add", name)["rightsholder"] for name in "ABC"]
    page = command.json("rightsholders", "list", "--after", ids[0], "--limit", "1")
    assert [each["id"] for each in page] == [ids[1]]


def test_for_people_it_says_what_to_do_next(command: Command) -> None:
    assert "registry tokens add --rightsholder" in command("rightsholders", "add", "Ada").stdout


def test_a_name_of_two_lines_is_refused(command: Command) -> None:
    assert "one line" in command("rightsholders", "add", "A\nB", code=1).stderr
    assert command("rightsholders", "list").stdout == "No rightsholder is registered here yet.\n"
