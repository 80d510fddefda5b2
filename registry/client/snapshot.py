"""A snapshot for offline screening, fetched from a registry and opened: verified before anything of it counts.

Files that are there already are not fetched again, what was broken off goes on where it stopped, and every file is held
against a signed manifest each time it is opened. Where a filter of an earlier snapshot is there, it is brought forward
by deltas as long as they are small beside a new one. What a snapshot says: `registry.screening.snapshot`.
"""

import mmap
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from registry.client.published import PublishedKeys
from registry.client.wire import refusal
from registry.domain.vocabulary import Usage
from registry.errors import RegistryError, Unavailable, VerificationFailed
from registry.instants import Clock, system_clock
from registry.screening.filter_file import Filter
from registry.screening.key_lists import Delta, Grown, KeySet, decode_delta
from registry.screening.manifest import (
    REGISTERED,
    TYP,
    FileEntry,
    Manifest,
    decode_manifest,
    verify_manifest,
)
from registry.screening.snapshot import Snapshot, check_file
from registry.signing.jws import verify_jws

if TYPE_CHECKING:
    import httpx2

MANIFEST = "manifest.jws"
MOST_MANIFEST_BYTES = 1 << 20
LARGEST_SHARE = 4
"""Deltas are fetched while all of them together are at most this part of new filters: what was taken out of a set stays
in a filter that was brought forward, and costs questions."""
MOST_DELTAS = 200


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
    if _lacking(folder, manifest, usages) and not _fetch_deltas(
        base, folder, manifest, usages, keys, log_key, client
    ):
        for entry in needed_files(manifest, usages).values():
            _fetch_file(f"{base}/{manifest.size}/{entry.name}", folder / entry.name, entry, client)
    _keep(folder / MANIFEST, token)
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
    usages = tuple(usages)
    manifest = verify_manifest(_kept(folder / MANIFEST), keys.finder(), log_key, clock())
    chain = _chain(folder, manifest, usages, keys, log_key)
    filters = {
        name: Filter(_mapped(folder, entry))
        for name, entry in needed_files(chain[-1], usages).items()
    }
    sets: dict[str, KeySet] = {
        name: filters[chain[-1].sets[name].filter.name] for name in _names(usages)
    }
    for older, newer in reversed(list(zip(chain[1:], chain, strict=False))):
        sets = {n: Grown(each, _delta(folder, older, newer, n)) for n, each in sets.items()}
    return Snapshot(manifest, sets, clock, deltas=len(chain) - 1)


def _chain(
    folder: Path, manifest: Manifest, usages: Sequence[Usage], keys: PublishedKeys, log_key: str
) -> list[Manifest]:
    """The manifest, and those before it back to the one whose filters are there.

    Raises: VerificationFailed where one of them does not hold, or is not there.
    """
    chain = [manifest]
    while not all((folder / name).exists() for name in needed_files(chain[-1], usages)):
        before = chain[-1].previous
        if before is None or before >= chain[-1].size or len(chain) > MOST_DELTAS:
            names = ", ".join(needed_files(manifest, usages))
            raise VerificationFailed(f"the files {names} cannot be read: fetch the snapshot anew")
        chain.append(_earlier(_kept(folder / _older_name(before)), before, keys, log_key))
    return chain


def _earlier(token: str, size: int, keys: PublishedKeys, log_key: str) -> Manifest:
    """A manifest from which deltas lead on: everything has to hold but that it is good for now.

    Raises: VerificationFailed.
    """
    made_at = decode_manifest(verify_jws(token, keys.finder(), typ=TYP).payload).made_at
    manifest = verify_manifest(token, keys.finder(), log_key, made_at)
    if manifest.size != size:
        raise VerificationFailed(f"the manifest is of {manifest.size} entries, and not of {size}")
    return manifest


def _delta(folder: Path, older: Manifest, newer: Manifest, name: str) -> Delta:
    """What leads from a set in one snapshot to the same in the next. Raises: VerificationFailed."""
    entry = newer.sets[name].delta
    if entry is None:
        raise VerificationFailed(f"nothing leads to the set {name} of {newer.size} entries")
    with _mapped(folder, entry) as body:
        delta = decode_delta(body[:])
    ends = (delta.before.hex(), delta.after.hex())
    if ends != (older.sets[name].content, newer.sets[name].content):
        raise VerificationFailed(f"the file {entry.name} leads from or to another set of keys")
    return delta


def _fetch_deltas(
    base: str,
    folder: Path,
    manifest: Manifest,
    usages: Sequence[Usage],
    keys: PublishedKeys,
    log_key: str,
    client: "httpx2.Client",
) -> bool:
    """Fetches what leads from the snapshot in the folder to this one, if that is small beside new filters: is it there
    now? Whatever is in the way means no; new filters do as well."""
    most = sum(entry.bytes for entry in needed_files(manifest, usages).values()) // LARGEST_SHARE
    try:
        token = _kept(folder / MANIFEST)
        size = decode_manifest(verify_jws(token, keys.finder(), typ=TYP).payload).size
        held = _chain(folder, _earlier(token, size, keys, log_key), usages, keys, log_key)
        chain, tokens = [manifest], {size: token}
        while chain[-1].size != size:
            before = chain[-1].previous
            if before is None or not size <= before < chain[-1].size:
                return False
            if _cost([*chain, *held], usages) > most or len(chain) + len(held) > MOST_DELTAS:
                return False
            if before not in tokens:
                tokens[before] = _fetch_manifest(f"{base}/{before}/manifest", client)
            chain.append(_earlier(tokens[before], before, keys, log_key))
        for newer in chain[:-1]:
            for entry in _deltas_of(newer, usages):
                _fetch_file(f"{base}/{newer.size}/{entry.name}", folder / entry.name, entry, client)
        whole = [*chain, *held[1:]]
        for older, newer in zip(whole[1:], whole, strict=False):
            for name in _names(usages):
                _delta(folder, older, newer, name)
        if _lacking(folder, whole[-1], usages):
            return False
    except RegistryError:
        return False
    for before, older_token in tokens.items():
        _keep(folder / _older_name(before), older_token)
    return True


def _deltas_of(manifest: Manifest, usages: Sequence[Usage]) -> list[FileEntry]:
    entries = [manifest.sets[name].delta for name in _names(usages)]
    return [entry for entry in entries if entry is not None]


def _cost(chain: Sequence[Manifest], usages: Sequence[Usage]) -> int:
    """Bytes of all deltas that lead to each but the last of these."""
    return sum(entry.bytes for each in chain[:-1] for entry in _deltas_of(each, usages))


def _lacking(folder: Path, manifest: Manifest, usages: Sequence[Usage]) -> list[FileEntry]:
    """The filters that are not in the folder, or not in their length."""
    return [
        entry
        for name, entry in needed_files(manifest, usages).items()
        if not (folder / name).exists() or (folder / name).stat().st_size != entry.bytes
    ]


def _older_name(size: int) -> str:
    return f"manifest.{size}.jws"


def _kept(path: Path) -> str:
    """A manifest in the folder. Raises: VerificationFailed."""
    try:
        return path.read_text("ascii")
    except (OSError, ValueError) as error:
        raise VerificationFailed(
            f"there is no manifest of a snapshot in {path.parent} ({path.name})"
        ) from error


def _keep(path: Path, token: str) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(token, "ascii")
    fresh.replace(path)


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
