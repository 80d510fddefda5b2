"""What `registry doctor` finds on the machine: the clock's keeper, disks, key files, and the address outside."""

import ctypes
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from registry.client_address import is_loopback
from registry.errors import RegistryError
from registry.instants import DAY_MS, rfc3339
from registry.services.finding import Finding, good, warning, wrong
from registry.services.ledger import Place
from registry.services.signers import KeyFiles, Signers

FULL_BYTES = 200_000_000
"""With less free space than this, nothing should be relied on."""
NEARLY_FULL_BYTES = 2_000_000_000
PLACEHOLDER = "CHANGE-ME"
"""What stands in the example for what an operator has to choose (docs/deploy)."""
OLD_KEY_MS = 400 * DAY_MS
ENDING_KEY_MS = 30 * DAY_MS

_EXAMPLE_HOST = re.compile(r"(^|\.)example(\.(com|org|net))?$")  # RFC 2606
_TIMEX_BYTES = 512  # struct timex of Linux has 208; all zero asks and changes nothing
_TIME_ERROR = 5
_GROUP_OR_OTHERS = 0o077


def clock_is_synchronised() -> bool | None:
    """What the kernel knows of its clock, whichever program keeps it (Linux, adjtimex(2)). None: it does not
    tell."""
    try:
        library = ctypes.CDLL(None, use_errno=True)
        state = library.adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != _TIME_ERROR


def look_at_clock(
    synchronised: Callable[[], bool | None] = clock_is_synchronised,
) -> Iterator[Finding]:
    """Whether something keeps the clock right."""
    kept = synchronised()
    if kept is None:
        yield warning(
            "NTP",
            "this system does not tell whether its clock is kept right",
            "make sure yourself that NTP runs on the host",
        )
    elif kept:
        yield good("NTP", "the kernel's clock is synchronised")
    else:
        yield warning(
            "NTP",
            "the kernel says that nothing keeps its clock right",
            "run an NTP client (chrony, systemd-timesyncd); in a container, look at the host's",
        )


def look_at_disks(
    places: Mapping[str, Path],
    free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free,
) -> Iterator[Finding]:
    """Room and access where things are kept: name → file or folder."""
    for name, path in places.items():
        folder = path if path.is_dir() else path.parent
        if not folder.is_dir():
            yield wrong(name, f"{folder} is not there", "make it, or correct the setting")
            continue
        if not os.access(folder, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
            yield wrong(
                name, f"{path} cannot be written", "give it to the user that runs the registry"
            )
            continue
        left = free(folder)
        said = f"{left / 1_000_000_000:.1f} GB free at {folder}"
        if left < FULL_BYTES:
            yield wrong(name, said, "make room now: writes fail when it is full")
        elif left < NEARLY_FULL_BYTES:
            yield warning(name, said, "make room")
        else:
            yield good(name, said)


def look_at_second_place(store: Path, head: Path) -> Iterator[Finding]:
    """Whether the head file would outlive what puts the store (a file) back: a disk's snapshot takes both along."""
    if not store.exists() or not head.exists():
        return
    if store.stat().st_dev == head.stat().st_dev:
        yield warning(
            "second place",
            "the head file is on the disk of the store: a snapshot put back takes both back, unnoticed",
            "put REGISTRY_HEAD_FILE on another disk (stop, move the file, start), or keep checkpoints elsewhere",
        )
    else:
        yield good("second place", "the head file is on another disk than the store")


def look_at_keys(signers: Signers, files: KeyFiles, now: int, public: bool) -> Iterator[Finding]:
    """Files there, private and opening with the passphrase; ages. `public`: it serves more than this machine."""
    if files.folder.is_dir() and files.folder.stat().st_mode & _GROUP_OR_OTHERS:
        yield warning("keys", f"{files.folder} is open to others", f"run: chmod 700 {files.folder}")
    for purpose, kid in signers.current.items():
        about = f"key {purpose.value}"
        try:
            files.load(purpose, kid)
        except RegistryError as error:
            yield wrong(
                about, error.message, 'see docs/runbooks.md, "A key was lost or is compromised"'
            )
            continue
        record = signers.keyring.find(kid, purpose)
        end = record.not_after
        if end is not None and end - now < ENDING_KEY_MS:
            yield wrong(
                about,
                f"it ends {rfc3339(end)}",
                f"run: registry keys rotate --purpose {purpose.value}",
            )
        elif now - record.not_before > OLD_KEY_MS:
            yield warning(
                about,
                f"it signs since {rfc3339(record.not_before)}",
                f"rotate yearly: registry keys rotate --purpose {purpose.value}",
            )
        else:
            yield good(about, f"{kid}, since {rfc3339(record.not_before)}")
    if public and files.passphrase is None:
        yield warning(
            "keys",
            "the key files are not encrypted",
            "that is a decision for the first start; keep their folder and its backups to yourself",
        )


def look_at_examples(
    public_url: str, database_url: str, passphrase: str | None
) -> Iterator[Finding]:
    """Whether something still stands as the example has it (names for examples: RFC 2606)."""
    host = urlsplit(public_url).hostname or ""
    if _EXAMPLE_HOST.search(host):
        yield warning(
            "address",
            f"{host} is a name for examples: nobody reaches it",
            "set REGISTRY_PUBLIC_URL to your own before the first record",
        )
    if passphrase == PLACEHOLDER:
        yield wrong(
            "keys",
            f"the passphrase is the {PLACEHOLDER} of the example: whoever gets a key file can open it",
            "before the first start: set another. After it: encrypt the key files anew with one of "
            "your own (openssl pkcs8), and set that",
        )
    if PLACEHOLDER in database_url:
        yield warning(
            "store",
            f"the database's address still says {PLACEHOLDER}",
            "set the password in REGISTRY_DATABASE_URL, and in the database",
        )


def look_at_name(place: Place) -> Iterator[Finding]:
    """Whether links that are made here lead to the address after which the log is named."""
    if place.public_url != place.named:
        yield warning(
            "address",
            f"the log is named {place.origin}, but with these settings links lead to {place.public_url}",
            "set PORT or REGISTRY_PUBLIC_URL to what the server has, in this shell too",
        )


def look_at_address(
    public_url: str, *, given: bool, host: str, proxies_are_named: bool
) -> Iterator[Finding]:
    """Whether the public address can be what others sign and send secrets to, and whether the proxy that it takes is
    known."""
    parts = urlsplit(public_url)
    if is_loopback(parts.hostname or ""):
        if is_loopback(host):
            yield good("address", f"{public_url}: this machine only")
        else:
            yield wrong(
                "address",
                f"it listens on {host}, but calls itself {public_url}: others cannot sign for that",
                "set REGISTRY_PUBLIC_URL to the address under which others reach it",
            )
    elif parts.scheme != "https":
        yield wrong(
            "address",
            f"{public_url} is not https: tokens and answers go in clear",
            "put TLS in front, and set REGISTRY_PUBLIC_URL to the https address before the first record",
        )
    elif not given:
        yield warning(
            "address", f"{public_url} follows from host and port", "set REGISTRY_PUBLIC_URL"
        )
    elif parts.path:
        yield warning(
            "address",
            f"{public_url} has a path: did:web and /.well-known/ are looked for at the root",
            "give the registry a host name of its own",
        )
    else:
        yield good("address", f"{public_url}")
    if parts.scheme == "https" and not proxies_are_named:  # the registry itself speaks no TLS
        yield warning(
            "proxy",
            "no proxy's X-Forwarded-For is believed: all who come through it count as one address",
            "set REGISTRY_TRUSTED_PROXIES (1, for one proxy that replaces that field)",
        )
