"""A registry as a platform's code sees it: `Registry(url, key, policy)`, and the same for asyncio.

Whatever is returned was verified, and whatever fails raises; nothing in between can be taken for a permission. The
steps are in `asking`; here are only the connection, the clock, and what is kept between questions.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from registry.client.answers import Answers, joined
from registry.client.asking import Trust, Way, answered, published_keys
from registry.client.heads import Head, continues, read_head, write_head
from registry.client.lines import TIMEOUT_SECONDS, AsyncLine, Line, client_options
from registry.client.policy import Policy, parse_policy
from registry.client.published import PublishedKeys
from registry.client.question import Asked, Item, questions
from registry.client.wire import Flow
from registry.domain.vocabulary import Usage, parse_usage
from registry.errors import ConfigurationError, InvalidInput
from registry.instants import Clock, system_clock
from registry.signing.keys import FileSigner, Signer

if TYPE_CHECKING:
    import httpx2

    from registry.screening.snapshot import Snapshot

Key = Signer | Path | str
Keys = PublishedKeys | Path | str


class Options(TypedDict, total=False):
    """What may be said about how to ask.

    `keys`: the registry's `did.json` or `jwks.json`, pinned; without them those that it publishes are trusted, as far
    as the connection is. `log_key`: the log's verifier keys, pinned; then its signed checkpoint is held against every
    answer's. `keyid`: the key's name there; else its thumbprint. `platform`: who you are there; else whoever the
    first answer is given to. `head_file` keeps the newest head of the log from one process to the next. `timeout`
    (seconds) is for each attempt; `retries` follow the first. `sandbox`: `key` is a test key, only its answers count.
    `packed`: questions that are not small travel as zstd, and receipts are of the packed bytes.
    """

    keys: Keys | None
    log_key: str | Sequence[str]
    keyid: str | None
    platform: str | None
    head_file: Path | str | None
    timeout: float
    retries: int
    clock: Clock
    sandbox: bool
    packed: bool


class _Asking:
    """What both clients hold, and how they begin a question."""

    def __init__(
        self,
        url: str,
        key: Key,
        policy: Policy | str,
        *,
        keys: Keys | None = None,
        log_key: str | Sequence[str] = (),
        keyid: str | None = None,
        platform: str | None = None,
        head_file: Path | str | None = None,
        timeout: float = TIMEOUT_SECONDS,
        retries: int = 3,
        clock: Clock = system_clock,
        sandbox: bool = False,
        packed: bool = False,
    ) -> None:
        self.policy = parse_policy(policy)
        self.url = url.rstrip("/")
        if not self.url.startswith(("http://", "https://")):
            raise ConfigurationError("a registry's address begins with https://", field="url")
        signer = FileSigner.load(Path(key)) if isinstance(key, str | Path) else key
        self.clock = clock
        self._timeout = timeout
        self._head_file = None if head_file is None else Path(head_file)
        self.keyid = keyid or signer.kid
        self._way = Way(
            self.url, signer, self.keyid, clock, retries + 1, sandbox=sandbox, packed=packed
        )
        self.trust = Trust(
            _pinned(keys),
            (log_key,) if isinstance(log_key, str) else tuple(log_key),
            None if self._head_file is None else read_head(self._head_file),
            platform,
        )

    def _flows(
        self,
        items: Iterable[Item],
        usage: str,
        as_of: str | None,
        run: str | None,
        evidence: bool,
        receipts: bool,
    ) -> Iterator[Flow[list[Answers]]]:
        first = 0
        for asked in questions(items, parse_usage(usage).value, as_of=as_of, run=run):
            yield self._flow(asked, first, evidence, receipts)
            first += len(asked.items)

    def _flow(
        self, asked: Asked, first: int, evidence: bool, receipts: bool
    ) -> Flow[list[Answers]]:
        before = self.trust.head
        answers = yield from answered(
            asked, first, self._way, self.trust, self.policy, evidence=evidence, receipts=receipts
        )
        if self._head_file is not None and self.trust.head not in (before, None):
            write_head(self._head_file, self.trust.head)
        return answers


class Registry(_Asking):
    """A registry, asked by code that waits. May be used from several threads; to be closed, or used in a `with`."""

    def __init__(
        self,
        url: str,
        key: Key,
        policy: Policy | str,
        *,
        client: "httpx2.Client | None" = None,
        pause: Callable[[float], None] | None = None,
        **options: Unpack[Options],
    ) -> None:
        """Nothing is sent yet. `key` is a private key (a PEM file of mode 0600) or a signer; `client` an HTTP client of
        the caller's own, `pause` waits for seconds.

        Raises: InvalidInput for another policy, ConfigurationError for a key that cannot be read, VerificationFailed
        for a broken file of keys or head.
        """
        super().__init__(url, key, policy, **options)
        import httpx2

        self._client = client or httpx2.Client(**client_options(self.url, self._timeout))
        self._line = Line(self._client, self._timeout, *(() if pause is None else (pause,)))

    def go_on_from(self, kept: Head) -> None:
        """Makes a head that was kept elsewhere one that every answer has to continue.

        Raises: VerificationFailed for another log, or one that forked; Unavailable where it cannot be read.
        """
        known = self.trust.head
        if known is not None:
            older, newer = sorted((kept, known), key=lambda head: head.size)
            self._line.run(continues(older, newer, self._way.log_url))
        self.trust.saw(kept)

    def ask(
        self,
        items: Iterable[Item],
        *,
        usage: Usage | str,
        as_of: str | None = None,
        run: str | None = None,
        evidence: bool = True,
        receipts: bool = False,
    ) -> Answers:
        """What may be done with each of these, in their order. An item is one identifier, a list of identifiers of one
        asset, or an `Asset`; any number of them.

        `receipts` keeps the registry's signed answer to each question. Raises: Unavailable, Unauthenticated,
        Forbidden, InvalidInput naming the field, TooLarge, VerificationFailed: nothing is permitted then.
        """
        parts = list(
            self.ask_in_parts(
                items, usage=usage, as_of=as_of, run=run, evidence=evidence, receipts=receipts
            )
        )
        return joined(_some(parts))

    def ask_in_parts(
        self,
        items: Iterable[Item],
        *,
        usage: Usage | str,
        as_of: str | None = None,
        run: str | None = None,
        evidence: bool = True,
        receipts: bool = False,
    ) -> Iterator[Answers]:
        """As `ask`, part by part as they are answered: the memory needed is that of one part (10,000 items)."""
        for flow in self._flows(items, usage, as_of, run, evidence, receipts):
            yield from self._line.run(flow)

    def snapshot(self, folder: Path, usages: Iterable[Usage] = ()) -> "Snapshot":
        """The registry's newest snapshot for offline screening, fetched into a folder that keeps it.

        It says what is registered, and for these usage categories what may be opted out. Raises: ConfigurationError
        where the log's key is not pinned, Unavailable where there is none now, VerificationFailed.
        """
        from registry.client.snapshot import fetch_snapshot

        if not self.trust.log_keys:
            raise ConfigurationError(
                "a snapshot is trusted by the log's verifier key: give it, pinned", field="log_key"
            )
        if self.trust.keys is None:
            flow = published_keys(self.url, self._way.attempts, self.clock)
            self.trust.keys = self._line.run(flow)
        return fetch_snapshot(
            self.url,
            folder,
            usages,
            self.trust.keys,
            self.trust.log_keys[0],
            self._client,
            self.clock,
        )

    def close(self) -> None:
        """Closes the connection."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self.close()


class AsyncRegistry(_Asking):
    """A registry, asked under asyncio."""

    def __init__(
        self,
        url: str,
        key: Key,
        policy: Policy | str,
        *,
        client: "httpx2.AsyncClient | None" = None,
        **options: Unpack[Options],
    ) -> None:
        """As for `Registry`."""
        super().__init__(url, key, policy, **options)
        import httpx2

        self._client = client or httpx2.AsyncClient(**client_options(self.url, self._timeout))
        self._line = AsyncLine(self._client, self._timeout)

    async def ask(
        self,
        items: Iterable[Item],
        *,
        usage: Usage | str,
        as_of: str | None = None,
        run: str | None = None,
        evidence: bool = True,
        receipts: bool = False,
    ) -> Answers:
        """As `Registry.ask`."""
        parts = [
            part
            async for part in self.ask_in_parts(
                items, usage=usage, as_of=as_of, run=run, evidence=evidence, receipts=receipts
            )
        ]
        return joined(_some(parts))

    async def ask_in_parts(
        self,
        items: Iterable[Item],
        *,
        usage: Usage | str,
        as_of: str | None = None,
        run: str | None = None,
        evidence: bool = True,
        receipts: bool = False,
    ) -> AsyncIterator[Answers]:
        """As `Registry.ask_in_parts`."""
        for flow in self._flows(items, usage, as_of, run, evidence, receipts):
            for part in await self._line.run(flow):
                yield part

    async def aclose(self) -> None:
        """Closes the connection."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        await self.aclose()


def _pinned(keys: Keys | None) -> PublishedKeys | None:
    if keys is None or isinstance(keys, PublishedKeys):
        return keys
    try:
        return PublishedKeys.read(Path(keys).read_bytes())
    except OSError as error:
        raise ConfigurationError(
            f"the registry's keys in {keys} cannot be read ({error.strerror})", field="keys"
        ) from error


def _some(parts: list[Answers]) -> list[Answers]:
    if not parts:
        raise InvalidInput("nothing was asked: there are no items", field="items")
    return parts
