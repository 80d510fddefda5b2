"""What a witness answers to `add-checkpoint`: it cosigns a checkpoint that continues the one it cosigned before.

C2SP tlog-witness, "add-checkpoint", step by step; tlog-cosignature, Ed25519. No input or output but the book.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from registry.errors import ConfigurationError, VerificationFailed
from registry.signing.keys import Signer
from registry.signing.note import add_cosignature, cosigner_vkey, parse_vkey, verify_note
from registry.tlog.add_checkpoint import SIZE_TYPE, AddCheckpoint
from registry.tlog.checkpoint import Checkpoint
from registry.tlog.proof import verify_consistency
from registry.witness.book import Book, Seen

TEXT: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, media type and body of an HTTP reply."""

    status: int
    body: str
    type: str = TEXT


class Cosigner:
    """A witness: its name and key, the logs that it knows (by their verifier keys), and its book. For many threads."""

    def __init__(
        self, name: str, signer: Signer, logs: Iterable[str], book: Book, now: Callable[[], int]
    ) -> None:
        """`now` gives seconds since 1970. Raises: KeyRefused, InvalidInput for a bad key or name, ConfigurationError
        where no log is named."""
        self.name = name
        self.vkey = cosigner_vkey(name, signer.public.raw)
        self.logs: dict[str, list[str]] = {}
        for vkey in logs:
            self.logs.setdefault(parse_vkey(vkey).name, []).append(vkey)
        if not self.logs:
            raise ConfigurationError("a witness needs the verifier key of a log at least")
        self._signer = signer
        self._book = book
        self._now = now
        self._lock = threading.Lock()

    def add_checkpoint(self, body: bytes) -> Reply:
        """The reply to a request's body; where it is 200, the checkpoint was written down before.

        Raises: Unavailable where it could not be.
        """
        # 1. the request can be read, and names a log that is known
        try:
            request = AddCheckpoint.parse(body)
        except VerificationFailed as error:
            return Reply(400, f"{error.message}\n")
        origin = request.checkpoint.partition("\n")[0]
        vkeys = self.logs.get(origin)
        if vkeys is None:
            return Reply(404, "This witness does not know that log.\n")
        # 2. the log signed it
        try:
            text = verify_note(request.checkpoint, vkeys).text
        except VerificationFailed as error:
            return Reply(403, f"{error.message}\n")
        # 3. it is a checkpoint, not smaller than what it is said to continue
        try:
            checkpoint = Checkpoint.parse(text)
        except VerificationFailed as error:
            return Reply(400, f"{error.message}\n")
        if request.old > checkpoint.size:
            return Reply(400, "The old size is larger than the checkpoint's.\n")
        # 4. to 6. as one step, or two requests could take the log back
        with self._lock:
            return self._continued(request, checkpoint)

    def _continued(self, request: AddCheckpoint, checkpoint: Checkpoint) -> Reply:
        # 4. it continues what was cosigned last
        seen = self._book.seen(checkpoint.origin)
        same_size = request.old == checkpoint.size
        forked = same_size and checkpoint.root != seen.root
        if request.old != seen.size or forked:
            return Reply(409, f"{seen.size}\n", SIZE_TYPE)
        try:
            verify_consistency(
                seen.size, seen.root, checkpoint.size, checkpoint.root, request.proof
            )
        except VerificationFailed as error:
            return Reply(422, f"{error.message}\n")
        # 5. it is written down, durably, and only then
        at = max(self._now(), seen.at, 1)
        self._book.keep(checkpoint.origin, Seen(checkpoint.size, checkpoint.root, at))
        # 6. cosigned
        note = add_cosignature(
            request.checkpoint, self.name, self._signer.public.raw, self._signer.sign, at
        )
        return Reply(200, note.splitlines(keepends=True)[-1])
