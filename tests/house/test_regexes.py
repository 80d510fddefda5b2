"""No pattern of the registry can be made to run wild (ReDoS), whatever is matched against it.

From each pattern's own syntax tree a text that it matches is built; each short piece of it is then repeated to the
length of the longest identifier, with an end that does not match. Exponential and cubic patterns need minutes.
"""

import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import registry

LENGTH = 8_192
"""As long as an identifier may be (api/question_schemas.py); header fields are cut at twice that."""

MOST_SECONDS = 1.0
"""For one text; what is linear needs less than a millisecond, and the machine may be busy."""

parser: Any = importlib.import_module("re._parser")


def patterns() -> dict[str, re.Pattern[str]]:
    found: dict[str, re.Pattern[str]] = {}

    def look(name: str, value: object, depth: int) -> None:
        if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
            found.setdefault(value.pattern, value)
        elif depth and isinstance(value, dict):
            for key, below in value.items():
                look(f"{name}[{key}]", below, depth - 1)
        elif depth and isinstance(value, list | tuple | set | frozenset):
            for below in value:
                look(name, below, depth - 1)
        elif depth and type(value).__module__.startswith("registry."):
            for slot in getattr(type(value), "__slots__", ()):
                look(f"{name}.{slot}", getattr(value, slot, None), depth - 1)

    for module in pkgutil.walk_packages(registry.__path__, "registry."):
        if module.name.rpartition(".")[2] != "__main__":
            for name, value in vars(importlib.import_module(module.name)).items():
                look(f"{module.name}.{name}", value, 4)
    return found


def example(tree: Iterable[Any]) -> str:
    """A text that this part of a pattern matches, with every repetition there at least once."""
    return "".join(_piece(str(op), av) for op, av in tree)


def _piece(op: str, av: Any) -> str:
    if op == "LITERAL":
        return chr(av)
    if op == "NOT_LITERAL":
        return "b" if av == ord("a") else "a"
    if op == "ANY":
        return "a"
    if op == "IN":
        return _of_class(av)
    if op in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, below = av
        return example(below) * max(least, min(1, int(most)))
    if op == "SUBPATTERN":
        return example(av[-1])
    if op == "ATOMIC_GROUP":
        return example(av)
    if op == "BRANCH":
        return example(max(av[1], key=len))
    return ""  # looking around takes no room


def _of_class(members: list[Any]) -> str:
    negated = str(members[0][0]) == "NEGATE"
    pattern = [(op, av) for op, av in members if str(op) != "NEGATE"]
    if not negated:
        op, av = pattern[-1]
        if str(op) == "LITERAL":
            return chr(av)
        if str(op) == "RANGE":
            return chr(av[0])
        return "0" if "DIGIT" in str(av) else " " if "SPACE" in str(av) else "a"
    taken = set()
    for op, av in pattern:
        if str(op) == "LITERAL":
            taken.add(av)
        elif str(op) == "RANGE":
            taken.update(range(av[0], min(av[1], 0x200) + 1))
    return next(chr(each) for each in [*range(97, 123), *range(33, 0x3000)] if each not in taken)


def hostile(pattern: re.Pattern[str]) -> Iterator[str]:
    text = example(parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG))[:60]
    for start in range(len(text)):
        for length in (1, 2, 3):
            piece = text[start : start + length]
            repeated = piece * (LENGTH // len(piece))
            for end in ("\n\x00", text[start + length :] + "\x00"):
                yield text[:start] + repeated + end


def slow(pattern: re.Pattern[str]) -> float:
    """The longest that one hostile text took, in seconds of this process."""
    worst = 0.0
    for text in hostile(pattern):
        for match in (pattern.fullmatch, pattern.match):
            took = _seconds(match, text)
            if took > MOST_SECONDS:  # by itself, or did something else come between?
                took = min(took, _seconds(match, text))
            worst = max(worst, took)
            if worst > MOST_SECONDS:
                return worst
    return worst


def test_no_pattern_runs_wild() -> None:
    found = patterns()
    assert len(found) > 40
    wild = {text: seconds for text, each in found.items() if (seconds := slow(each)) > MOST_SECONDS}
    assert not wild, wild


def test_a_pattern_that_would_is_found() -> None:
    for text in (r"(\d+)+x", r"([a-z]+\s?)+!", r"(a|a)*b", r"(.*,){9}x"):
        shorter = [each[:21] + each[-2:] for each in hostile(re.compile(text))]
        steps = max(_seconds(re.compile(text).fullmatch, each) for each in shorter)
        harmless = re.compile(r"[\d\w\s,]*x").fullmatch
        assert steps > 50 * min(_seconds(harmless, shorter[0]) for _ in range(5)), text


def _seconds(match: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    match(text)
    return max(time.process_time() - began, 1e-6)
