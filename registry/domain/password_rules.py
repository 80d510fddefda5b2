"""Which passwords are refused, offline (NIST SP 800-63B-4, 3.1.1.2: length, and what is commonly used, expected or
compromised; no rules of composition).

What is that long and yet common is made of common pieces: words and runs of keys, one after the other or again and
again. So that is what is looked for, and what is known of the person. What somebody else made up and lost elsewhere
cannot be known by rules: that takes a list, which an operator can give (storage/breached_list.py, ADR 26).
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Final

LEAST: Final = 15
MOST: Final = 256
_LEAST_DIFFERENT: Final = 6
_LEAST_OWN: Final = 8
"""So many letters have to be left where common pieces, digits and signs are taken away."""
_LEAST_RUN: Final = 4

_LEET = str.maketrans("@4301!5$7+", "aaeoiisstt")
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
)  # fmt: skip
_LONGEST_RUN: Final = max(map(len, _RUNS))
_WORDS = frozenset(
    """
    password passwort passwd motdepasse contrasena kennwort login admin administrator root user username guest test
    testing welcome willkommen bienvenue hello hallo bonjour hola iloveyou love you forever always mylove lovely
    letmein enter access open secret geheim correct horse battery staple trustno trust nobody dragon monkey master
    shadow sunshine princess football baseball basketball soccer hockey superman batman spiderman starwars pokemon
    michael jordan jessica ashley daniel charlie thomas robert william george david andrew joshua matthew nicole
    jennifer michelle computer internet google facebook twitter youtube amazon apple samsung microsoft windows linux
    music musik musique artist singer guitar gitarre piano drums band song songs album record records consent registry
    summer winter spring autumn sommer herbst fruehling january february march april june july august september
    october november december monday tuesday wednesday thursday friday saturday sunday liverpool chelsea arsenal
    barcelona juventus manchester united london berlin paris madrid france germany deutschland america england
    freedom whatever killer hunter ranger buster soccer tigger harley cheese flower butterfly chocolate cookie
    angel angels jesus christ god bless heaven family mother father mommy daddy baby girl boy sister brother friend
    friends happy birthday money qwerty qwertz azerty asdf zxcv abc abcd default changeme change please demo sample
    example temp temporary mypassword thisis this is my the new your our and not for password one two three four five
    six seven eight nine ten
    """.split()  # noqa: SIM905
)


class Weakness(StrEnum):
    """Why a password is refused."""

    SHORT = "short"
    LONG = "long"
    UNPRINTABLE = "unprintable"
    SIMPLE = "simple"
    """Few different characters, or one piece again and again."""
    COMMON = "common"
    """Made of common words and runs of keys."""
    ABOUT_YOU = "about-you"
    """Made of the e-mail address, the name, or the name of this registry."""
    BREACHED = "breached"
    """On the operator's list."""


def normal(password: str) -> str:
    """The password as it is hashed: the same from every keyboard (Unicode NFC, RFC 8265 section 4.2)."""
    return unicodedata.normalize("NFC", password)


def weakness(password: str, about: Iterable[str] = ()) -> Weakness | None:
    """Why this password is refused, or None. `about`: what is known of the person (address, name)."""
    password = normal(password)
    if len(password) < LEAST:
        return Weakness.SHORT
    if len(password) > MOST:
        return Weakness.LONG
    if not password.isprintable():
        return Weakness.UNPRINTABLE
    folded = password.casefold().replace(" ", "")
    if len(set(folded)) < _LEAST_DIFFERENT or _is_repeated(folded):
        return Weakness.SIMPLE
    # as typed, and with the digits and signs that stand for letters
    forms = {folded, folded.translate(_LEET)}
    if min(_own_letters(each, _WORDS) for each in forms) < _LEAST_OWN:
        return Weakness.COMMON
    known = {
        word for text in about for word in re.split(r"[\W_]+", text.casefold()) if len(word) > 2
    }
    if min(_own_letters(each, _WORDS | known) for each in forms) < _LEAST_OWN:
        return Weakness.ABOUT_YOU
    return None


def _is_repeated(text: str) -> bool:
    """One piece, again and again, or with the beginning of another time at its end."""
    return any(
        text == (text[:length] * (len(text) // length + 1))[: len(text)]
        for length in range(1, len(text) // 2 + 1)
    )


def _own_letters(text: str, words: frozenset[str]) -> int:
    """How many letters are left without words, runs, digits and signs: the least that a division of the text can
    leave."""
    longest = max(_LONGEST_RUN, *(len(word) for word in words))
    least = [0]
    for end in range(1, len(text) + 1):
        fewest = least[-1] + text[end - 1].isalpha()
        for start in range(max(0, end - longest), end - 2):
            piece = text[start:end]
            if least[start] < fewest and (piece in words or _is_run(piece)):
                fewest = least[start]
        least.append(fewest)
    return least[-1]


@lru_cache(maxsize=4096)
def _is_run(piece: str) -> bool:
    if len(piece) < _LEAST_RUN:
        return False
    back = piece[::-1]
    return len(set(piece)) == 1 or any(piece in run or back in run for run in _RUNS)
