"""The parts of a letter: as it is written down once, in English, and as somebody gets it, in their language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listed:
    """Lines below a letter's paragraphs: `sentence` once for each of the words that are given under `key`."""

    heading: str
    key: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in English: its subject, its paragraphs, what stands on its button (none: it has no link), and what
    stands small below. `of_others`: words that strangers chose; `spoken`: words that are said in every language."""

    subject: str
    paragraphs: tuple[str, ...]
    button: str | None = None
    small: tuple[str, ...] = ()
    lists: tuple[Listed, ...] = ()
    of_others: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """A letter in one language, filled in. `unsubscribe`: where one ends mails of its kind (RFC 8058)."""

    subject: str
    paragraphs: tuple[str, ...]
    button: str | None
    link: str | None
    small: tuple[str, ...]
    sender: str
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unsubscribe: str | None = None
