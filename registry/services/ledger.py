"""Writing to the log within one transaction: append events, seal them under one checkpoint, give receipts.

The sequencer's steps, in order (reliability.md, rules 1 to 3):
  1. the transaction holds the write lock; the head is read under it;
  2. the head is compared with the one in the second place; behind it, or with a clock set back, nothing is signed;
  3. the time of this transaction is fixed: never before, nor equal to, the last one's;
  4. events are appended and folded; their entries are hashed from the bytes that will be stored;
  5. `seal`: what people are told; tiles, root, checkpoint, signature; the rows, last the head, by compare-and-swap.
     Where several write in one transaction (`pool`), each has a ledger, and the last of them seals for all;
  6. the caller commits, then releases the head to the second place, and only then answers.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from registry.client_address import is_loopback
from registry.domain.event_body import AnyEvent, Sequenced, encode_body, event_type
from registry.domain.ids import new_id
from registry.domain.touched import named
from registry.errors import LogRefuses
from registry.instants import rfc3339
from registry.services.actor import Actor
from registry.services.signers import Signers
from registry.services.tell_of_events import Act, tell_of_events
from registry.signing import base64url
from registry.signing.keys import KeyPurpose
from registry.signing.note import sign_note
from registry.storage.head_file import Head
from registry.storage.log_store import SignedHead, StoredEvent
from registry.storage.unit_of_work import UnitOfWork
from registry.tlog.checkpoint import Checkpoint
from registry.tlog.entry import LogEntry, blind
from registry.tlog.many_leaves import digest_texts, leaf_hashes
from registry.tlog.proof import TlogProof
from registry.tlog.tiles import Tree, append_leaves, root_hash

RECORD_TYPES = ("declaration.issued", "withdrawal.issued")
"""Events whose body is the signed record itself."""

CLOCK_STEP_MS = 60_000
"""How far the clock may lie behind the last checkpoint before the log refuses to sign."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where this registry stands: `public_url` (no trailing slash), `issuer` (did:web), log `origin`;
    and how long loosening waits (ms)."""

    public_url: str
    issuer: str
    origin: str
    loosening_delay: int

    @property
    def named(self) -> str:
        """The address under which what is signed for good is named: the log's own, whatever a process was told of where
        it stands. A command in a terminal without the server's settings signs nothing that leads elsewhere."""
        host = self.origin.rpartition("/")[0]
        if self.public_url.partition("://")[2] == host:
            return self.public_url
        return (
            f"{'http' if is_loopback(urlsplit(f'//{host}').hostname or '') else 'https'}://{host}"
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a writer is given: where the event lies in the log, and the proof that it does.

    `entry` is what the leaf commits to; `event` the stored body that it digests, where that is no record.
    """

    index: int
    proof: tuple[bytes, ...]
    checkpoint: str
    entry: str
    event: str | None = None

    def tlog_proof(self) -> str:
        """The offline form: C2SP tlog-proof text."""
        return TlogProof(self.index, self.proof, self.checkpoint, None).encode()


class Ledger:
    """The log in one write transaction. `now` is its time in ms."""

    def __init__(
        self,
        uow: UnitOfWork,
        signers: Signers,
        place: Place,
        *,
        clock_now: int,
        released: Head | None,
    ) -> None:
        """Raises: LogRefuses where the head is behind what was released, or the clock was set back."""
        self.uow = uow
        self.signers = signers
        self.place = place
        self._old = uow.log.head()
        check_released(uow, self._old, released)
        last = -1 if self._old is None else self._old.head.at
        if clock_now < last - CLOCK_STEP_MS:
            raise LogRefuses(
                f"the clock says {rfc3339(clock_now)}, but the log was signed at {rfc3339(last)}; set the "
                "clock right, or wait until it has caught up"
            )
        self.now = max(clock_now, last + 1)
        self._size = 0 if self._old is None else self._old.head.size
        self._appended: list[StoredEvent] = []
        self._digests: list[bytes] = []
        self._acts: list[Act] = []
        self._has_appended = False
        self._when_sealed: list[Callable[[], None]] = []
        self._sealed: SignedHead | None = None
        self._tree: Tree | None = None

    def for_the_next(self) -> "Ledger":
        """A ledger for whoever writes next in this transaction: what is appended there counts if the transaction goes
        on from there."""
        following = object.__new__(Ledger)
        following.__dict__.update(self.__dict__)
        following.uow = self.uow.part()
        following._appended = self._appended.copy()
        following._digests = self._digests.copy()
        following._acts, following._when_sealed = [], []
        following._has_appended = False
        return following

    @property
    def next_seq(self) -> int:
        """The log index that the next event will have."""
        return self._size + len(self._appended)

    def append(
        self,
        event: AnyEvent,
        by: Actor,
        *,
        body: bytes | None = None,
        id: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> Sequenced:
        """The next event. `body` and `id` are given for signed records; else both are made here."""
        if self.is_sealed:
            raise LogRefuses("this transaction is sealed already; nothing can be added to it")
        self._has_appended = True
        if body is None:
            body = encode_body(event, base64url.encode(secrets.token_bytes(16)))
        stored = StoredEvent(
            seq=self.next_seq,
            id=id or new_id(self.now),
            type=event_type(event),
            at=self.now,
            body=body,
        )
        entry = Sequenced(stored.seq, self.now, hashlib.sha256(body).digest(), event)
        self.uow.projection.apply(entry)
        self._appended.append(stored)
        self._digests.append(entry.digest)
        self._acts.append((event, by))
        self.uow.journal.act(
            at=self.now,
            actor=by.id,
            authority=by.authority,
            act=stored.type,
            seq=stored.seq,
            details=details or {},
            about=named(event),
        )
        self.uow.journal.notice(at=self.now, seq=stored.seq, kind=stored.type, subject=stored.id)
        return entry

    @property
    def has_appended(self) -> bool:
        """Was anything appended with this very ledger, or begun to be?"""
        return self._has_appended

    @property
    def is_sealed(self) -> bool:
        """Is there a checkpoint over what was appended?"""
        return self._sealed is not None

    def when_sealed(self, act: Callable[[], None]) -> None:
        """Has this done once there is a checkpoint over what was appended, still within the transaction, and maybe in
        another thread: what gives the receipt to somebody. It must not append anything."""
        self._when_sealed.append(act)

    def tell(self) -> None:
        """Tells people what was appended with this ledger; does nothing the second time."""
        acts, self._acts = self._acts, []
        if acts:
            tell_of_events(self.uow, acts, self.now)

    def seal(self, together: Sequence["Ledger"] = ()) -> SignedHead | None:
        """Signs and stores the checkpoint over everything appended in this transaction; does nothing the second time.
        `together`: the ledgers of those who wrote in it, this one's too, for what waits for the checkpoint.

        Returns the newest checkpoint, or None for a log without any event.
        Raises: LogRefuses where another sequencer moved the head.
        """
        if self._sealed is not None or not self._appended:
            return self._sealed or self._old
        self.tell()
        log = self.uow.log
        log.read_edge()
        tiles = append_leaves(self._size, self._new_leaves(), log)
        log.hold(tiles)
        size = self.next_seq
        self._tree = Tree(size, log)
        root = self._tree.root()
        signer = self.signers[KeyPurpose.LOG]
        origin = self.place.origin
        note = sign_note(
            Checkpoint(origin, size, root).body(), origin, signer.public.raw, signer.sign
        )
        head = Head(size, root, self.now)
        self._sealed = SignedHead(head, note)
        with self.uow.together():
            log.append(self._appended)
            log.grow(tiles)
            log.keep_checkpoint(head, note)
            self.uow.flush()
            for each in together:
                each.give_receipts(self)
            log.advance(None if self._old is None else self._old.head, head, note)
        return self._sealed

    def _new_leaves(self) -> list[bytes]:
        """The leaf hash of each event that was appended."""
        types = [stored.type for stored in self._appended]
        ids = [stored.id for stored in self._appended]
        times = [rfc3339(self.now)] * len(ids)
        return leaf_hashes(types, ids, digest_texts(self._digests), times)

    def give_receipts(self, last: "Ledger") -> None:
        """Does what waited for the checkpoint, which the `last` one to write in this transaction sealed."""
        self._sealed, self._tree = last._sealed, last._tree
        acts, self._when_sealed = self._when_sealed, []
        for act in acts:
            act()

    def receipt(self, seq: int) -> Receipt:
        """The receipt of an event under this transaction's checkpoint; seals it first."""
        sealed = self.seal()
        if sealed is None:
            raise LogRefuses("the log is empty: there is nothing to give a receipt for")
        first = self._appended[0].seq if self._appended else self.next_seq
        stored = self._appended[seq - first] if seq >= first else self.uow.log.event_at(seq)
        if stored is None:
            raise LogRefuses(f"the log has no event {seq}")
        return _receipt(self._tree or Tree(sealed.head.size, self.uow.log), stored, sealed)


def receipt(uow: UnitOfWork, stored: StoredEvent, head: SignedHead) -> Receipt:
    """The receipt of any event under any checkpoint that covers it."""
    return _receipt(Tree(head.head.size, uow.log), stored, head)


def _receipt(tree: Tree, stored: StoredEvent, head: SignedHead) -> Receipt:
    return Receipt(
        index=stored.seq,
        proof=tuple(tree.inclusion_proof(stored.seq)),
        checkpoint=head.note,
        entry=entry_of(stored).encode().decode("ascii"),
        event=None if stored.type in RECORD_TYPES or stored.erased else stored.body.decode(),
    )


def entry_of(stored: StoredEvent) -> LogEntry:
    """What the log commits to for a stored event."""
    return LogEntry(type=stored.type, id=blind(stored.id), digest=stored.digest, at=stored.at)


def holds_record(stored: StoredEvent) -> bool:
    """Is the body the signed record itself, and not what remains of one?"""
    return stored.type in RECORD_TYPES and stored.erased is None


def check_released(uow: UnitOfWork, old: SignedHead | None, released: Head | None) -> None:
    """Step 2. The second place may lag (a crash between commit and release), never lead.

    Raises: LogRefuses where the store is behind it, or tells another history.
    """
    if released is None:
        return
    size = 0 if old is None else old.head.size
    if released.size > size:
        raise LogRefuses(
            f"the log has {size} entries, but a checkpoint over {released.size} was already released: "
            "this store is older than what others hold (a restored backup?). Nothing is signed until an "
            "operator decides; see docs/operators.md"
        )
    root = old.head.root if old is not None and size == released.size else None
    if released.size and (root or root_hash(released.size, uow.log)) != released.root:
        raise LogRefuses(
            f"the log's first {released.size} entries are not those that were already released: the store "
            "was changed or forked. Run: registry fsck"
        )
