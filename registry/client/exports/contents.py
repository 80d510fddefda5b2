"""The files of an export, in a folder or in a zip with one folder in it; and the bag around them.

BagIt 1.0 (RFC 8493): every file of the payload and every tag file is named with its SHA-256, and there is no other.
What is read here is anybody's: names lead nowhere else, and nothing is unpacked.
"""

import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path, PurePosixPath
from typing import Any, Final, cast

from registry.errors import InvalidInput, VerificationFailed

_BUFFER: Final = 1 << 20
_LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a file that is read whole."""
_LINE: Final = re.compile(r"([0-9a-f]{64})  ([^\r\n]+)")
_DECLARATION: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
# the last three: a password, a way of compressing that Python does not know, and what is not compressed at all
_UNREADABLE: Final = (
    OSError, zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError, zlib.error
)  # fmt: skip
PAYLOAD: Final = "manifest-sha256.txt"
TAGS: Final = "tagmanifest-sha256.txt"


@dataclass(frozen=True, slots=True)
class FileDigest:
    """A file's length and SHA-256 (hex)."""

    bytes: int
    sha256: str


class Contents:
    """The files by name, with `/` between folders."""

    def __init__(self, path: Path) -> None:
        """Raises: InvalidInput where there is no export."""
        self.path = path
        self._archive: zipfile.ZipFile | None = None
        self._prefix = ""
        if path.is_dir():
            self._names = _names_in(path)
            return
        try:
            self._archive = zipfile.ZipFile(path)
            listed = [each.filename for each in self._archive.infolist() if not each.is_dir()]
        except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
            raise InvalidInput(
                f"{path} is neither a folder nor a zip that can be read ({error})", field="PATH"
            ) from error
        if len(set(listed)) != len(listed):
            raise VerificationFailed("the zip has two files of one name", code="bag")
        tops = {name.partition("/")[0] for name in listed}
        if len(tops) != 1:
            raise InvalidInput(
                f"{path} is no export: a zip of one has exactly one folder in it", field="PATH"
            )
        self._prefix = f"{tops.pop()}/"
        self._names = {name.removeprefix(self._prefix) for name in listed}

    @property
    def names(self) -> set[str]:
        return set(self._names)

    @contextmanager
    def opened(self, name: str) -> Iterator[BufferedReader]:
        """A file, to be read from its beginning. Raises: VerificationFailed where it is not there, or is damaged."""
        if name not in self._names:
            raise VerificationFailed(f"{name} is missing", field=name, code="bag")
        try:
            if self._archive is None:
                with (self.path / name).open("rb", _BUFFER) as file:
                    yield cast("BufferedReader", file)
            else:
                raw: Any = self._archive.open(self._prefix + name)
                with BufferedReader(raw, _BUFFER) as file:
                    yield file
        except _UNREADABLE as error:
            raise VerificationFailed(
                f"{name} cannot be read ({error})", field=name, code="bag"
            ) from error

    def read(self, name: str) -> bytes:
        """A small file whole. Raises: VerificationFailed."""
        with self.opened(name) as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise VerificationFailed(f"{name} is too long to be one", field=name, code="bag")
        return content

    def text(self, name: str) -> str:
        """A small file of UTF-8. Raises: VerificationFailed."""
        try:
            return self.read(name).decode()
        except UnicodeDecodeError as error:
            raise VerificationFailed(f"{name} is no UTF-8", field=name, code="bag") from error

    def digest(self, name: str) -> FileDigest:
        """Raises: VerificationFailed where it cannot be read."""
        with self.opened(name) as file:
            digest = hashlib.file_digest(file, "sha256")
            return FileDigest(file.tell(), digest.hexdigest())

    def close(self) -> None:
        if self._archive is not None:
            self._archive.close()


def _names_in(folder: Path) -> set[str]:
    """Every file below. A link could lead anywhere, so there is none in an export. Raises: VerificationFailed."""
    names = set()
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            raise VerificationFailed(f"{name} is a link and no file", field=name, code="bag")
        if path.is_file():
            names.add(name)
    return names


def check_bag(contents: Contents) -> Mapping[str, FileDigest]:
    """Holds every file against the bag's manifests. Returns the digest of each.

    Raises: VerificationFailed (`bag`) naming the first file that is missing, was changed, or should not be there.
    """
    if contents.read("bagit.txt") != _DECLARATION:
        raise VerificationFailed(
            "bagit.txt does not say that this is a bag of BagIt 1.0", field="bagit.txt", code="bag"
        )
    named = _manifest(contents, PAYLOAD) | _manifest(contents, TAGS)
    for name in _manifest(contents, PAYLOAD):
        if not name.startswith("data/"):
            raise VerificationFailed(f"{name} is in no payload", field=PAYLOAD, code="bag")
    digests = {}
    for name in sorted(named):
        digests[name] = found = contents.digest(name)
        if found.sha256 != named[name]:
            raise VerificationFailed(
                f"{name} is not the file that the bag names: its SHA-256 is another",
                field=name,
                code="bag",
            )
    if beside := sorted(contents.names - named.keys() - {TAGS}):
        raise VerificationFailed(
            f"{beside[0]} is in no manifest of the bag", field=beside[0], code="bag"
        )
    return digests


def _manifest(contents: Contents, name: str) -> dict[str, str]:
    named: dict[str, str] = {}
    for line in contents.text(name).splitlines():
        found = _LINE.fullmatch(line)
        path = PurePosixPath("/" if found is None else found[2])
        if found is None or path.is_absolute() or ".." in path.parts or found[2] in named:
            raise VerificationFailed(
                f"a line of {name} names no file: {line[:80]!r}", field=name, code="bag"
            )
        named[found[2]] = found[1]
    return named
