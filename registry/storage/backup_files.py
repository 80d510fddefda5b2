"""A backup as files: one of JSON lines a table, and a manifest with what they have to be.

A folder is whole or not there: it is written under another name, made durable, and renamed at the end. The form is
in docs/formats.md; bytes are base64 (RFC 4648, section 4), as msgspec writes them.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from registry.errors import Conflict, NotFound, VerificationFailed
from registry.storage.whole_store import CHUNK, Kind, Row, Shape

FORMAT: Final = "consent-registry-backup/1"
MANIFEST: Final = "manifest.json"
DIGEST: Final = "manifest.json.sha256"

Name = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]*$")]
"""Of a table or column; it becomes a part of a path and of a statement."""

_PYTHON_OF: Final[dict[Kind, Any]] = {
    "integer": int,
    "text": str,
    "bytes": bytes,
    "real": float,
    "boolean": bool,
}


class TableFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table's file: `columns` in order, rows, bytes, SHA-256 in hex."""

    name: Name
    columns: tuple[tuple[Name, Kind], ...]
    rows: int
    bytes: int
    sha256: str

    @property
    def file(self) -> str:
        return f"{self.name}.jsonl"

    @property
    def shape(self) -> Shape:
        return Shape(self.name, self.columns)


class LogMark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The log's head in the backup: size, root (base64), time (ms), and its signed checkpoint."""

    origin: str
    size: int
    root: bytes
    at: int
    checkpoint: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup is, and what its files have to be. `revision`: the schema's."""

    format: str
    made_at: str
    program: str
    database: str
    revision: str
    log: LogMark
    tables: tuple[TableFile, ...]

    @property
    def rows(self) -> int:
        return sum(each.rows for each in self.tables)


@contextmanager
def fresh_folder(path: Path) -> Iterator[Path]:
    """A folder to write into, which gets its name `path` where the block ends well, and else is taken away.

    What a killed process leaves behind says `incomplete` in its name. Raises: Conflict where `path` exists.
    """
    if path.exists() or path.is_symlink():
        raise Conflict(f"{path} exists already; name a folder that does not", field="FOLDER")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f"{path.name}.incomplete-", dir=path.parent))
    try:
        yield draft
        _sync(draft)
        draft.rename(path)
        _sync(path.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def write_rows(folder: Path, shape: Shape, parts: Iterable[list[Row]]) -> TableFile:
    """Writes a table's rows, durable when this returns."""
    encoder = msgspec.json.Encoder()
    digest, rows, size = hashlib.sha256(), 0, 0
    with _private(folder / f"{shape.name}.jsonl") as file:
        for part in parts:
            lines = encoder.encode_lines(part)
            digest.update(lines)
            file.write(lines)
            rows += len(part)
            size += len(lines)
        file.flush()
        os.fsync(file.fileno())
    return TableFile(shape.name, shape.columns, rows, size, digest.hexdigest())


def read_rows(folder: Path, table: TableFile) -> Iterator[list[Row]]:
    """A table's rows, a few thousand at a time; whole only where nothing is raised at the end.

    Raises: VerificationFailed where the file is missing, or is not the one that was written.
    """
    decoder = msgspec.json.Decoder(
        tuple[tuple(_PYTHON_OF[kind] | None for _, kind in table.columns)]  # type: ignore[misc]
    )
    digest, rows, part = hashlib.sha256(), 0, []
    try:
        with (folder / table.file).open("rb") as file:
            for line in file:
                digest.update(line)
                part.append(decoder.decode(line))
                if len(part) == CHUNK:
                    rows += len(part)
                    yield part
                    part = []
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise VerificationFailed(
            f"{table.file} of the backup cannot be read (line {rows + len(part) + 1}: {error}); "
            "take another copy of it"
        ) from error
    if digest.hexdigest() != table.sha256 or rows + len(part) != table.rows:
        raise VerificationFailed(
            f"{table.file} of the backup is not what was written: its SHA-256 is another than the "
            "manifest says; take another copy of it"
        )
    if part:
        yield part


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """The last file: a folder without it is no backup. Its own digest lies beside it, for `sha256sum -c`."""
    content = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
    digest = f"{hashlib.sha256(content).hexdigest()}  {MANIFEST}\n".encode()
    for name, written in ((MANIFEST, content), (DIGEST, digest)):
        with _private(folder / name) as file:
            file.write(written)
            file.flush()
            os.fsync(file.fileno())


def read_manifest(folder: Path) -> Manifest:
    """Raises: NotFound where there is no backup, VerificationFailed where its manifest was changed."""
    try:
        content = (folder / MANIFEST).read_bytes()
        digest = (folder / DIGEST).read_text("ascii", errors="replace")
    except OSError as error:
        raise NotFound(
            f"there is no whole backup in {folder}: {MANIFEST} or {DIGEST} cannot be read "
            f"({error.strerror})",
            field="FOLDER",
        ) from error
    if digest != f"{hashlib.sha256(content).hexdigest()}  {MANIFEST}\n":
        raise VerificationFailed(
            f"{MANIFEST} of the backup is not what was written: {DIGEST} says another SHA-256; take "
            "another copy of both"
        )
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except msgspec.MsgspecError as error:
        raise VerificationFailed(
            f"{MANIFEST} is none that this version reads ({error}); restore with the version that wrote it"
        ) from error
    if manifest.format != FORMAT:
        raise VerificationFailed(
            f"the backup is of the form {manifest.format!r}, and this version reads {FORMAT!r}"
        )
    return manifest


def copy_key_files(source: Path, target: Path) -> list[str]:
    """Copies private keys as they are, byte by byte, each mode 0600. Returns the names of those that were new.

    Raises: Conflict where another file has the name already, NotFound where there are none.
    """
    found = sorted(source.glob("*.pem"))
    if not found:
        raise NotFound(f"there are no key files in {source}", field="--keys")
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    copied = []
    for each in found:
        content, there = each.read_bytes(), target / each.name
        if there.exists():
            if there.read_bytes() != content:
                raise Conflict(f"{there} is there already, and is another file", field="--keys")
            continue
        with _private(there) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        copied.append(each.name)
    _sync(target)
    return copied


def _private(path: Path) -> Any:
    """A new file that only its owner reads."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
