"""Lines for machines, or for eyes; of an error where it happened, not what it said."""

import io
import json

from registry.errors import ConfigurationError
from registry.logs import open_log


def lines_of(level, write):
    stream = io.StringIO()
    write(open_log(level, stream, lambda: 1_790_000_000_000))
    return [json.loads(line) for line in stream.getvalue().splitlines()]


class Terminal(io.StringIO):
    def isatty(self):
        return True


def failing(secret):
    hidden = secret
    try:
        raise LookupError(f"no row for {hidden}")
    except LookupError as error:
        raise ValueError(f"cannot use {hidden}") from error


def error_of(call):
    try:
        call()
    except Exception as error:
        return error


def test_a_line_is_one_json_object_with_its_time_and_what_was_given():
    (line,) = lines_of("info", lambda log: log.info("request", status=200))
    assert line == {
        "at": "2026-09-21T14:13:20.000Z",
        "level": "info",
        "event": "request",
        "status": 200,
    }


def test_lines_below_the_level_are_not_written():
    def write(log):
        log.info("quiet")
        log.warning("loud")

    assert [line["event"] for line in lines_of("warning", write)] == ["loud"]


def test_of_an_error_the_places_are_written_and_not_the_words():
    error = error_of(lambda: failing("Ada Lovelace"))
    (line,) = lines_of("info", lambda log: log.error("fault", error=error))
    assert [each["kind"] for each in line["error"]] == [
        "builtins.ValueError",
        "builtins.LookupError",
    ]
    assert line["error"][0]["at"][-1].endswith(" failing")
    assert "Ada" not in json.dumps(line)


def test_words_about_the_registry_itself_are_for_operators():
    (line,) = lines_of(
        "info", lambda log: log.error("fault", error=ConfigurationError("no key file"))
    )
    assert line["error"][0]["words"] == "no key file"


def test_on_a_terminal_lines_are_for_eyes():
    stream = Terminal()
    open_log("info", stream, lambda: 1_790_000_000_000).info("request", status=200)
    assert not stream.getvalue().startswith("{")
    assert "request" in stream.getvalue()


def test_many_lines_at_once_are_as_the_same_ones_one_by_one_each_with_its_own_time():
    many = [(1_790_000_000_000 + n, {"request": f"r{n}", "status": 200}) for n in range(300)]
    lines = lines_of("info", lambda log: log.infos("request", many))
    assert [line["request"] for line in lines] == [f"r{n}" for n in range(300)]
    assert lines[7]["at"] == "2026-09-21T14:13:20.007Z"
    (one,) = lines_of("info", lambda log: log.info("request", **many[0][1]))
    assert lines[0] == one
    assert lines_of("warning", lambda log: log.infos("request", many)) == []


def test_many_lines_on_a_terminal_are_for_eyes_too():
    stream = Terminal()
    log = open_log("info", stream, lambda: 0)
    log.infos("request", [(1_790_000_000_000, {"status": n}) for n in (200, 404)])
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert all("2026-09-21T14:13:20.000Z" in line and "request" in line for line in lines)


def test_lines_are_written_in_pieces_that_go_into_a_pipe_whole():
    class Pieces(io.StringIO):
        def write(self, text):
            pieces.append(text)
            return len(text)

    pieces = []
    log = open_log("info", Pieces(), lambda: 0)
    log.infos(
        "request",
        [(0, {"network": "x" * (n % 200)}) for n in range(500)] + [(0, {"x": "y" * 9000})],
    )
    assert all(piece.endswith("\n") for piece in pieces)
    assert all(len(piece) <= 4096 or piece.count("\n") == 1 for piece in pieces)
    assert sum(piece.count("\n") for piece in pieces) == 501
    assert len(pieces) < 60
