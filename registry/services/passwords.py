"""Passwords as they are kept and held against what is typed: argon2id (RFC 9106) with OWASP's figures of 2025 (19 MiB,
2 passes, 1 lane), some 20 ms of one core. No transaction is open while one is computed.
"""

from collections.abc import Iterable
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from registry.domain.password_rules import MOST, Weakness, normal, weakness
from registry.errors import InvalidInput
from registry.storage.breached_list import BreachedList

_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

_LEAST_GUESSES: Final = 10**10
"""What zxcvbn calls very unguessable, also where the hash was stolen."""
_MOST_LOOKED_AT: Final = 72

WHY: Final[dict[Weakness, str]] = {
    Weakness.SHORT: "a password has 15 characters or more; four or five words that you choose will do",
    Weakness.LONG: f"a password has at most {MOST} characters",
    Weakness.UNPRINTABLE: "a password is made of characters that can be typed",
    Weakness.SIMPLE: "this repeats itself; choose words that do not",
    Weakness.COMMON: "this is made of what many people use: common words, runs of keys, digits; choose other words",
    Weakness.ABOUT_YOU: "this is made of your name or address, or the registry's; choose words that have nothing to do "
    "with them",
    Weakness.BREACHED: "this is on a list of passwords that were stolen elsewhere, so it is tried first; take another",
}


def hash_password(password: str, about: Iterable[str], breached: BreachedList | None) -> str:
    """What is kept of a password. `about`: what is known of the person, and where they are.

    Raises: InvalidInput (field password; its code is `password-` and the weakness), Unavailable (the list).
    """
    weak = weakness(password, about := tuple(about))
    if weak is None and _is_guessed_soon(password, about):
        weak = Weakness.COMMON
    if weak is None and breached is not None and breached.holds(password):
        weak = Weakness.BREACHED
    if weak is not None:
        raise InvalidInput(WHY[weak], field="password", code=f"password-{weak}")
    return _HASHER.hash(normal(password))


def _is_guessed_soon(password: str, about: tuple[str, ...]) -> bool:
    """Is it put together from the 30,000 passwords that were stolen most often, common words and names, dates, and runs
    of keys, so that few guesses reach it? (D. L. Wheeler, "zxcvbn", USENIX Security 2016.)"""
    from zxcvbn import zxcvbn  # 13 MB of lists, for the process in which a password is chosen

    # what comes later can only make it harder; the work grows with the square of the length
    found = zxcvbn(
        normal(password)[:_MOST_LOOKED_AT], user_inputs=[each[:_MOST_LOOKED_AT] for each in about]
    )
    return bool(found["guesses"] < _LEAST_GUESSES)


def password_holds(kept: str | None, password: str) -> bool:
    """Is this the password? Takes as long where none is kept, so that the time tells nobody whether there is one."""
    if len(password) > MOST:
        password = ""
    try:
        _HASHER.verify(kept if kept is not None else _nobodys(), normal(password))
    except (Argon2Error, InvalidHashError):
        return False
    return kept is not None


@cache
def _nobodys() -> str:
    return _HASHER.hash("a password that nobody has, since it opens nothing")
