"""What a monitor keeps from one look to the next, in a folder: the head that holds, and how far a long reading is.

Each file is whole and durable, or not there. A file that cannot be read is an error, never a fresh start.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from registry.client.monitor.following import Begun, Kept
from registry.errors import VerificationFailed
from registry.tlog.checkpoint import Checkpoint
from registry.tlog.edge import Edge

HEAD: Final = "head.json"
READING: Final = "reading.json"
T = TypeVar("T")


class Keeping:
    """The folder; it is made when something is first kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def kept(self) -> Kept | None:
        """The head that held last; None before the first. Raises: VerificationFailed for a broken file."""
        return self.read(HEAD, _kept)

    def keep(self, kept: Kept) -> None:
        """Keeps a head that holds; the reading that led to it is over. Raises: OSError."""
        members = {"note": kept.note, "at": kept.at, "edge": kept.edge.members()}
        self.write(HEAD, members)
        self.forget_reading()

    def begun(self) -> Begun | None:
        """The reading that was broken off; None where there is none, or it cannot be read: it is begun again then."""
        try:
            return self.read(READING, _begun)
        except VerificationFailed:
            return None

    def note_reading(self, begun: Begun) -> None:
        """Keeps how far a reading is. Raises: OSError."""
        self.write(READING, {"at": begun.at, "edge": begun.edge.members()})

    def forget_reading(self) -> None:
        """The next reading begins at the head that is kept. Raises: OSError."""
        (self.folder / READING).unlink(missing_ok=True)

    def read(self, name: str, of: Callable[[Any], T]) -> T | None:
        """A file of this folder as JSON, through `of`; None where it is not there. Raises: VerificationFailed."""
        path = self.folder / name
        try:
            return of(json.loads(path.read_bytes()))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, LookupError, TypeError, VerificationFailed) as error:
            raise VerificationFailed(
                f"{path} cannot be read; if you move it away, what the log showed before cannot be held against it"
            ) from error

    def write(self, name: str, members: Any) -> None:
        """Writes a file of this folder, whole and durable when this returns. Raises: OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.folder / f"{name}.{os.getpid()}.new"
        with fresh.open("wb") as file:
            file.write(json.dumps(members, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.folder / name)
        directory = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _kept(members: Any) -> Kept:
    note = members["note"]
    checkpoint = Checkpoint.parse(note[: note.rindex("\n\n") + 1])
    edge = Edge.of_members(members["edge"])
    if (edge.size, edge.root()) != (checkpoint.size, checkpoint.root):
        raise VerificationFailed("the edge is not that of the head")
    return Kept(checkpoint, note, edge, int(members["at"]))


def _begun(members: Any) -> Begun:
    return Begun(Edge.of_members(members["edge"]), int(members["at"]))
