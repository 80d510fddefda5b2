"""A monitor: looks at a log again and again, keeps what holds, looks identifiers up, and says what is new.

What it can see: that the log only grows, that entries and tiles are what was signed, who vouches for it; and what the
registry says in public about identifiers. What it cannot: which work an entry is about, or whether others see another
log, unless witnesses that it trusts say so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from registry.client.heads import continues
from registry.client.lines import TIMEOUT_SECONDS, Line, client_options
from registry.client.monitor.findings import Alarm, Kind
from registry.client.monitor.following import Kept, Log, Round, follow
from registry.client.monitor.keeping import Keeping
from registry.client.monitor.watching import Said, look_up, news
from registry.client.monitor.witnessing import Witnessed, check_witnesses
from registry.client.wire import Flow
from registry.errors import InvalidInput, RegistryError, Unavailable, VerificationFailed
from registry.instants import HOUR_MS, SECOND_MS, Clock, rfc3339, system_clock
from registry.signing.note import parse_vkey

WATCHED: Final = "watched.json"
LOOK_AGAIN_MS: Final = HOUR_MS
"""Identifiers are looked up whenever the log grew, and this often without: what takes effect by time makes no entry."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What to watch: the log; the witnesses to ask for, and how many; identifiers, and the registry that knows them."""

    log: Log
    witnesses: tuple[str, ...] = ()
    quorum: int = 0
    identifiers: tuple[str, ...] = ()
    site: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found, at `at` (ms). `trouble`: what could not be looked at, and why."""

    at: int
    round: Round
    witnessed: Witnessed
    alarms: tuple[Alarm, ...]
    news: tuple[tuple[str, str], ...]
    trouble: tuple[str, ...]

    def members(self) -> dict[str, Any]:
        """As JSON."""
        kept = self.round.kept
        return {
            "at": rfc3339(self.at),
            "head": None if kept is None else kept.head.members(),
            "newest_entry": rfc3339(kept.at) if kept is not None and kept.at else None,
            "read": self.round.read,
            "types": dict(sorted(self.round.types.items())),
            "witnessed_size": self.witnessed.size,
            "cosigned": {
                name: rfc3339(at * SECOND_MS)
                for name, at in sorted(self.witnessed.cosigned_at.items())
            },
            "alarms": [each.members() for each in self.alarms],
            "news": [{"identifier": id, "words": words} for id, words in self.news],
            "trouble": list(self.trouble),
        }


@dataclass
class Monitor:
    """Follows one log. `keeping`: where it remembers; None: only as long as it lives. To be used in a `with`."""

    watch: Watch
    keeping: Keeping | None = None
    clock: Clock = system_clock
    pause: Callable[[float], None] | None = None
    _kept: Kept | None = None
    _said: dict[str, Any] = field(default_factory=dict)
    _looked_at: int = 0

    def __post_init__(self) -> None:
        """Raises: InvalidInput, KeyRefused for keys that do not fit; VerificationFailed for a broken file."""
        names = {parse_vkey(vkey).name for vkey in self.watch.log.vkeys}
        if len(names) != 1:
            raise InvalidInput("the verifier keys are of different logs, or there is none")
        for vkey in self.watch.witnesses:
            parse_vkey(vkey)
        if self.watch.quorum > len(self.watch.witnesses):
            raise InvalidInput(
                "the quorum is larger than the number of witnesses", field="--quorum"
            )
        if self.keeping is not None:
            self._kept = self.keeping.kept()
            self._said = self.keeping.read(WATCHED, dict) or {}

    def __enter__(self) -> Self:
        import httpx2

        self._client = httpx2.Client(**client_options(self.watch.log.url, TIMEOUT_SECONDS))
        waits = {} if self.pause is None else {"pause": self.pause}
        self._line = Line(self._client, TIMEOUT_SECONDS, **waits)
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close()

    def look(self, *, anew: bool = False) -> Look:
        """One look. `anew`: every entry is read again.

        Raises: Unavailable where the log cannot be read, TooLarge; OSError where nothing can be kept.
        """
        keeping = self.keeping
        begun, note = (
            (None, lambda begun: None)
            if keeping is None
            else (keeping.begun(), keeping.note_reading)
        )
        found = self._line.run(
            follow(self.watch.log, self._kept, None if anew else begun, note, anew=anew)
        )
        alarms, trouble = list(found.alarms), []
        if keeping is not None and found.kept is not None and found.kept is not self._kept:
            keeping.keep(found.kept)
        elif keeping is not None and alarms:
            keeping.forget_reading()
        self._kept = found.kept
        witnessed = Witnessed()
        if found.kept is not None and self.watch.witnesses:
            try:
                witnessed = self._line.run(self._witnesses(found.kept))
            except Unavailable as error:
                trouble.append(error.message)
            alarms += [] if witnessed.alarm is None else [witnessed.alarm]
        told = self._look_up(found, alarms, trouble)
        return Look(self.clock(), found, witnessed, tuple(alarms), tuple(told), tuple(trouble))

    def _witnesses(self, kept: Kept) -> Flow[Witnessed]:
        watch = self.watch
        return check_witnesses(
            watch.log, watch.witnesses, watch.quorum, kept, self.clock() // SECOND_MS
        )

    def _look_up(
        self, found: Round, alarms: list[Alarm], trouble: list[str]
    ) -> Sequence[tuple[str, str]]:
        now = self.clock()
        if not self.watch.identifiers or not (
            found.read or not self._said or now - self._looked_at >= LOOK_AGAIN_MS
        ):
            return ()
        told = []
        for identifier in self.watch.identifiers:
            try:
                said = self._line.run(look_up(self.watch.site, identifier, now // SECOND_MS))
                alarms += self._against(said, found.kept)
            except RegistryError as error:
                trouble.append(error.message)
                continue
            told += [(identifier, words) for words in news(self._said.get(identifier), said)]
            self._said[identifier] = said.members()
        self._looked_at = now
        if self.keeping is not None:
            self.keeping.write(WATCHED, self._said)
        return told

    def _against(self, said: Said, kept: Kept | None) -> list[Alarm]:
        """A reply rests on the log that is followed, and on no other."""
        if kept is None or said.head.size < kept.head.size:
            return []  # a cache may be behind; the next look tells
        try:
            self._line.run(continues(kept.head, said.head, self.watch.log.url))
        except Unavailable:
            return []  # a copy of the log that is behind the registry; the next look tells
        except VerificationFailed as error:
            words = f"a lookup rests on another log than the one that is served: {error.message}"
            return [Alarm(Kind.FORK, words, None, {"before": kept.note})]
        return []
