"""What an application compiles while it is made and first asked is kept in a test process, in which some hundred
applications of the same routes and templates are made: what turns an endpoint into a URL (half of the time it takes to
make one), and templates, through the cache that Jinja has for them. Nothing else is shared.
"""

from collections.abc import Callable
from functools import wraps
from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class _Templates(BytecodeCache):
    """Compiled templates, by name and source."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._kept[bucket.key, bucket.checksum] = bucket.code


def _kept(compiled: Callable[[Rule, bool], Builder]) -> Callable[..., Builder]:
    made: dict[Any, Builder] = {}

    @wraps(compiled)
    def found(rule: Rule, append_unknown: bool = True) -> Builder:
        # all that the code of a builder is made of; the rule that it is for is its argument
        key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in made:
            made[key] = compiled(rule, append_unknown)
        return made[key]

    return found


def compile_once() -> None:
    """From now on, in this process."""
    Flask.jinja_options = {"bytecode_cache": _Templates()}
    Rule._compile_builder = _kept(Rule._compile_builder)  # type: ignore[method-assign]
