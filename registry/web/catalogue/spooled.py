"""A request whose files go to the disk beside catalogues while they arrive: the system's folder for temporary files may
lie in memory.
"""

from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from flask import Request

from registry.errors import Unavailable


class SpooledRequest(Request):
    """As others are, until `spool` is called."""

    _spool: Path | None = None

    def spool(self, folder: Path, most: int) -> None:
        """Reads the form, with files of `most` bytes in all, by way of this folder; nothing with a name is left there.

        Raises: Unavailable where the disk is full or away.
        """
        self._spool, self.max_content_length = folder, most
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._load_form_data()
        except OSError as error:
            raise Unavailable(f"the file cannot be kept: {error.strerror or error}") from error

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if self._spool is None:
            return super()._get_file_stream(
                total_content_length, content_type, filename, content_length
            )
        return TemporaryFile("rb+", dir=self._spool)
