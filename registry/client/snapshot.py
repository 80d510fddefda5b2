"""A snapshot for offline screening, fetched from a registry and opened: verified before anything of it counts.

Files that are there already are not fetched again, what was broken off goes on where it stopped, and every file is held
against the signed manifest each time it is opened. What a snapshot says: `registry.screening.snapshot`.
"""

import mmap
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from registry.client.published import PublishedKeys
from registry.client.wire import refusal
from registry.domain.vocabulary import Usage
from registry.errors import Unavailable, VerificationFailed
from registry.instants import Clock, system_clock
from registry.screening.filter_file import Filter
from registry.screening.key_lists import KeySet
from registry.screening.manifest import REGISTERED, FileEntry, Manifest, verify_manifest
from registry.screening.snapshot import Snapshot, check_file

if TYPE_CHECKING:
    import httpx2

MANIFEST = "manifest.jws"
MOST_MANIFEST_BYTES = 1 << 20


def fetch_snapshot(
    url: str,
    folder: Path,
    usages: Iterable[Usage],
    keys: PublishedKeys,
    log_key: str,
    client: "httpx2.Client",
    clock: Clock = system_clock,
) -> Snapshot:
    """The registry's newest snapshot, for these usage categories, in a folder that keeps it.

    Raises: Unavailable where the registry or a file is away, VerificationFailed for whatever does not hold.
    """
    base = f"{url.rstrip('/')}/v1/snapshots"
    token = _fetch_manifest(f"{base}/latest", client)
    manifest = verify_manifest(token, keys.finder(), log_key, clock())
    usages = tuple(usages)
    folder.mkdir(parents=True, exist_ok=True)
    for entry in needed_files(manifest, usages).values():
        _fetch_file(f"{base}/{manifest.size}/{entry.name}", folder / entry.name, entry, client)
    (folder / MANIFEST).write_text(token, "ascii")
    return open_snapshot(folder, usages, keys, log_key, clock)


def open_snapshot(
    folder: Path,
    usages: Iterable[Usage],
    keys: PublishedKeys,
    log_key: str,
    clock: Clock = system_clock,
) -> Snapshot:
    """The snapshot that lies in this folder, for these usage categories.

    `log_key` is the verifier key of the log (`name+id+key`), which like `keys` the reader trusts beforehand.
    Raises: VerificationFailed for a manifest that does not hold or is over, and for a file that is cut off, changed or
    not there.
    """
    try:
        token = (folder / MANIFEST).read_text("ascii")
    except (OSError, ValueError) as error:
        raise VerificationFailed(f"there is no manifest of a snapshot in {folder}") from error
    manifest = verify_manifest(token, keys.finder(), log_key, clock())
    filters = {
        name: Filter(_mapped(folder, entry))
        for name, entry in needed_files(manifest, usages).items()
    }
    sets: dict[str, KeySet] = {
        name: filters[manifest.sets[name].filter.name] for name in _names(usages)
    }
    return Snapshot(manifest, sets, clock)


def needed_files(manifest: Manifest, usages: Iterable[Usage]) -> dict[str, FileEntry]:
    """The filters that answer about these usage categories, by file name; several sets may share one."""
    entries = [manifest.sets[name].filter for name in _names(usages)]
    return {entry.name: entry for entry in entries}


def _names(usages: Iterable[Usage]) -> tuple[str, ...]:
    return (REGISTERED, *(usage.value for usage in usages))


def _mapped(folder: Path, entry: FileEntry) -> mmap.mmap:
    try:
        with (folder / entry.name).open("rb") as file:
            check_file(file, entry)
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise VerificationFailed(f"the file {entry.name} cannot be read: {error}") from error


def _fetch_manifest(url: str, client: "httpx2.Client") -> str:
    import httpx2

    try:
        reply = client.get(url)
    except httpx2.RequestError as error:
        raise Unavailable(f"the registry is away: {error}") from error
    if reply.status_code == 404:
        raise Unavailable("this registry has no snapshot that counts now; ask it directly")
    if reply.status_code != 200:
        raise refusal(reply.status_code, reply.content)
    if len(reply.content) > MOST_MANIFEST_BYTES or not reply.content.isascii():
        raise VerificationFailed("what came is no manifest of a snapshot")
    return reply.content.decode("ascii")


def _fetch_file(url: str, path: Path, entry: FileEntry, client: "httpx2.Client") -> None:
    """Fetches a file unless it is there; what came before an interruption is kept in `….part`."""
    import httpx2

    if path.exists() and path.stat().st_size == entry.bytes:
        return
    part = path.with_name(path.name + ".part")
    there = part.stat().st_size if part.exists() else 0
    headers = {"accept-encoding": "identity"} | ({"range": f"bytes={there}-"} if there else {})
    try:
        with client.stream("GET", url, headers=headers) as reply:
            if reply.status_code not in (200, 206):
                raise Unavailable(
                    f"the file {entry.name} is not to be had (status {reply.status_code}); begin again, with the "
                    "newest snapshot"
                )
            with part.open("ab" if reply.status_code == 206 else "wb") as out:
                for chunk in reply.iter_raw():
                    out.write(chunk)
                    if out.tell() > entry.bytes:
                        break
    except httpx2.RequestError as error:
        raise Unavailable(f"the file {entry.name} did not come whole; go on later") from error
    try:
        with part.open("rb") as file:
            check_file(file, entry)
    except VerificationFailed:
        part.unlink()  # whatever it is, more of it does not make it right
        raise
    part.replace(path)
