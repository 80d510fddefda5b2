"""What a process writes about itself: one JSON object a line, or readable lines on a terminal (structlog).

A line holds what the caller names and nothing else. Of an error it holds the kinds and the places in the
code, never local variables, and the words only of errors about the registry itself: others may quote what
somebody sent.
"""

import logging
import traceback
from collections.abc import Iterable, MutableMapping
from pathlib import Path
from typing import Any, Protocol, TextIO, cast

import msgspec
import structlog

from registry.errors import ConfigurationError, LogRefuses
from registry.instants import Clock, rfc3339

INFO = logging.INFO
PIPE_BUF = 4096
"""Bytes that go into a pipe in one piece (Linux' PIPE_BUF), so that lines of several processes do not mix."""
_ROOT = str(Path(__file__).resolve().parent.parent) + "/"
_MOST_FRAMES = 40
_ABOUT_OURSELVES = (ConfigurationError, LogRefuses)
_encode = msgspec.json.Encoder().encode

Line = MutableMapping[str, Any]
_AT = "_at"


class Log(Protocol):
    """Where lines go. `error=` takes an exception, and writes its kinds and places."""

    def is_enabled_for(self, level: int) -> bool: ...
    def info(self, event: str, **members: Any) -> None: ...
    def infos(self, event: str, lines: Iterable[tuple[int, dict[str, Any]]]) -> None:
        """Many lines at once, each with its own time (ms) and members."""
        ...

    def warning(self, event: str, **members: Any) -> None: ...
    def error(self, event: str, **members: Any) -> None: ...


def open_log(level: str, stream: TextIO, clock: Clock) -> Log:
    """A log that writes lines of this level (one of settings.LEVELS) and above; times are the clock's (ms)."""

    def stamp(_: Any, name: str, line: Line) -> Line:
        error = line.pop("error", None)
        event = line.pop("event", "")
        at = line.pop(_AT, None)
        stamped: Line = {
            "at": rfc3339(clock() if at is None else at),
            "level": name,
            "event": event,
            **line,
        }
        if isinstance(error, BaseException):
            stamped["error"] = describe_error(error)
        elif error is not None:
            stamped["error"] = error
        return stamped

    def as_json(_: Any, __: str, line: Line) -> str:
        return _encode(dict(line)).decode()

    for_eyes = stream.isatty()
    last: Any = structlog.dev.ConsoleRenderer(timestamp_key="at") if for_eyes else as_json
    bound = structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()])

    class Bound(bound):  # type: ignore[valid-type, misc]
        """A logger that can write many lines at once."""

        def infos(self, event: str, lines: Iterable[tuple[int, dict[str, Any]]]) -> None:
            if not self.is_enabled_for(INFO):
                return
            if for_eyes:
                for at, members in lines:
                    self.info(event, **members, **{_AT: at})
            else:
                _write_at_once(stream, event, lines)

    wrapped = structlog.wrap_logger(
        structlog.WriteLogger(stream),
        processors=[stamp, last],
        wrapper_class=Bound,
        cache_logger_on_first_use=True,
    )
    return cast(Log, wrapped)


def _write_at_once(stream: TextIO, event: str, lines: Iterable[tuple[int, dict[str, Any]]]) -> None:
    """In as few pieces as arrive whole where several processes write to one pipe."""
    piece = bytearray()
    for at, members in lines:
        line = _encode({"at": rfc3339(at), "level": "info", "event": event, **members})
        if piece and len(piece) + len(line) >= PIPE_BUF:
            stream.write(piece.decode())
            stream.flush()
            piece.clear()
        piece += line
        piece += b"\n"
    if piece:
        stream.write(piece.decode())
        stream.flush()


def describe_error(error: BaseException) -> list[dict[str, Any]]:
    """The error and what caused it, outermost first: `kind`, the places `at` which it passed, `words`."""
    found: list[dict[str, Any]] = []
    each: BaseException | None = error
    while each is not None and len(found) < 10:
        frames = traceback.extract_tb(each.__traceback__)[-_MOST_FRAMES:]
        described: dict[str, Any] = {
            "kind": f"{type(each).__module__}.{type(each).__qualname__}",
            "at": [
                f"{frame.filename.removeprefix(_ROOT)}:{frame.lineno} {frame.name}"
                for frame in frames
            ],
        }
        if isinstance(each, _ABOUT_OURSELVES):
            described["words"] = each.message
        found.append(described)
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
    return found
