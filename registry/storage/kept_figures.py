"""The figures of rightsholders with many works, as they were counted last: one file each, in a folder of their own.

They are made anew from the projection each day, so nothing is lost with them; no name or title is in them.
"""

import os
import secrets
from collections.abc import Collection
from pathlib import Path

import msgspec

from registry.domain.census import Census

_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder(Census).decode


class KeptFigures:
    """One folder. `rightsholder` is always an id."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, rightsholder: str) -> Census | None:
        """What was counted last; None where nothing was, or what is there cannot be read (it is counted again)."""
        try:
            return _decode(self._place(rightsholder).read_bytes())
        except (FileNotFoundError, msgspec.MsgspecError):
            return None

    def keep(self, rightsholder: str, census: Census) -> None:
        """In the place of what was counted before; whole, or not at all. Raises: OSError."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self._folder / f".{secrets.token_hex(8)}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(_encode(census))
        fresh.replace(self._place(rightsholder))

    def forget_but(self, rightsholders: Collection[str]) -> None:
        """Deletes everybody else's, and what a process left that was killed."""
        kept = {self._place(each).name for each in rightsholders}
        for path in self._folder.iterdir() if self._folder.is_dir() else ():
            if path.name not in kept:
                path.unlink(missing_ok=True)

    def _place(self, rightsholder: str) -> Path:
        return self._folder / f"{rightsholder}.json"
