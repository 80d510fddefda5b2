"""`registry restore` and `registry move` in processes of their own, each stopped at a given step to be killed there."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, Final

from registry.cli import backup as commands
from registry.cli.main import main
from registry.services import move, restore
from registry.storage import backup_files, whole_store
from tests.parallel import FRESH

BEFORE_THE_COMMIT: Final = "before the commit"
AFTER_THE_COMMIT: Final = "after the commit"
PATIENCE_SECONDS: Final = 60


def killed_at(step: str, words: Sequence[str], environ: dict[str, str]) -> None:
    """Runs the command with these settings until it is at the step, and kills it there with signal 9.

    A step is what the command's progress bar says ("checking events", "events"), or one of the two at the commit.
    """
    ours, theirs = FRESH.Pipe()
    process = FRESH.Process(target=_run_until, args=(step, list(words), environ, theirs))
    process.start()
    theirs.close()
    try:
        said = ours.recv() if ours.poll(PATIENCE_SECONDS) else "nothing"
    except EOFError:
        said = "nothing, and ended"
    finally:
        process.kill()
        process.join()
        ours.close()
    assert said == step, f"{words[0]} never came to the step {step!r}: it said {said}"
    assert process.exitcode == -signal.SIGKILL


def killed_after(seconds: float, words: Sequence[str], environ: dict[str, str]) -> None:
    """Runs the command with these settings, and kills it with signal 9 after so long, if it has not ended by itself."""
    process = FRESH.Process(target=_run, args=(list(words), environ))
    process.start()
    process.join(seconds)
    process.kill()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)


def _run_until(step: str, words: list[str], environ: dict[str, str], told: Connection) -> None:
    def stop(reached: str) -> None:
        if reached == step:
            told.send(step)
            time.sleep(PATIENCE_SECONDS)

    @contextmanager
    def progress() -> Iterator[Any]:
        yield lambda what, _done, _total: stop(what)

    commands.progress = progress  # type: ignore[assignment]
    whole_store.CHUNK = backup_files.CHUNK = 7  # so that a step is in the middle of a table's rows
    for service in (restore, move):
        service.note_arrival = _then(service.note_arrival, lambda: stop(BEFORE_THE_COMMIT))  # type: ignore[attr-defined]
    for name in ("restore_backup", "move_store"):
        setattr(commands, name, _then(getattr(commands, name), lambda: stop(AFTER_THE_COMMIT)))
    _run(words, environ)


def _then(done: Any, stop: Any) -> Any:
    def both(*given: Any, **named: Any) -> Any:
        result = done(*given, **named)
        stop()
        return result

    return both


def _run(words: list[str], environ: dict[str, str]) -> None:
    os.environ.update(environ)
    main(words)
