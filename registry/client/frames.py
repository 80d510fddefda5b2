"""Asking the registry from where rows already flow: Hugging Face `datasets`, and Spark. Imports neither.

A `RowFilter` is a plain value that can be pickled; each process opens its own connection when it first asks. It keeps
the rows that the policy accepts. Whatever fails raises, and so fails the batch or task that it fails in: no row passes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NoReturn

from registry.client.answers import Result
from registry.client.corpus.columns import Unreadable, identifiers_of, parse_columns
from registry.client.registry import Registry
from registry.errors import InvalidInput

_ONE_ROW: Final = "rows are asked about in batches, each column a list of values: say batched=True"


class Kept(list[bool]):
    """For each row of a batch, may it be used? As a whole it is no yes or no: a list that is not empty would pass for a
    yes where one row was to be decided, whatever stands in it."""

    def __bool__(self) -> NoReturn:
        """Raises: TypeError, always."""
        raise TypeError(_ONE_ROW)


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows may be used. Paths have to lead to the same files in every process that asks.

    `key` is the platform's private key (PEM), `columns` as for `registry screen` (`url,track=isrc`), `keys` the
    registry's `did.json`, pinned, `log_key` the log's verifier key, pinned.
    """

    url: str
    key: str
    policy: str
    usage: str
    columns: str
    keys: str | None = None
    log_key: str | None = None
    keyid: str | None = None
    run: str | None = None

    def __call__(self, batch: Mapping[str, Sequence[Any]]) -> Kept:
        """For `Dataset.filter(…, batched=True)`: for each row of the batch, may it be used?

        Raises: TypeError for a single row, InvalidInput for a column that is not there, and whatever `Registry.ask`
        raises.
        """
        return Kept(result is not None and result.proceed for result in self._results(batch))

    def explain(self, batch: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
        """For `Dataset.map(…, batched=True)`: columns `registry_proceed`, `registry_decision` (None where nothing
        could be read) and `registry_reasons`. Raises: as the call."""
        results = self._results(batch)
        return {
            "registry_proceed": [each is not None and each.proceed for each in results],
            "registry_decision": [None if each is None else each.decision for each in results],
            "registry_reasons": [[] if each is None else list(each.reasons) for each in results],
        }

    def in_arrow(self) -> Callable[[Iterator[Any]], Iterator[Any]]:
        """For Spark's `DataFrame.mapInArrow`: record batches → the rows of each that may be used."""

        def kept(batches: Iterator[Any]) -> Iterator[Any]:
            import pyarrow as pa

            for batch in batches:
                columns = {
                    name: batch.column(name).to_pylist()
                    for name in self._names()
                    if name in batch.schema.names
                }
                yield batch.filter(pa.array(self(columns), pa.bool_()))

        return kept

    def in_pandas(self) -> Callable[[Iterator[Any]], Iterator[Any]]:
        """For Spark's `DataFrame.mapInPandas`: data frames → the rows of each that may be used."""

        def kept(frames: Iterator[Any]) -> Iterator[Any]:
            for frame in frames:
                columns = {
                    name: frame[name].tolist() for name in self._names() if name in frame.columns
                }
                yield frame.loc[self(columns)]

        return kept

    def _names(self) -> list[str]:
        return [column.name for column in parse_columns(self.columns)]

    def _results(self, batch: Mapping[str, Sequence[Any]]) -> list[Result | None]:
        """The result of each row; None where a row names nothing."""
        columns = parse_columns(self.columns)
        for name in batch if isinstance(batch, dict) else ():
            _values(batch, name)
        lists = []
        for column in columns:
            if column.name not in batch:
                raise InvalidInput(f"the rows have no column {column.name}", field="columns")
            lists.append([_present(value) for value in _values(batch, column.name)])
        named = [identifiers_of(row, columns) for row in zip(*lists, strict=True)]
        rows = [row for row, each in enumerate(named) if not isinstance(each, Unreadable)]
        found: list[Result | None] = [None] * len(named)
        if rows:
            items = [each for each in named if not isinstance(each, Unreadable)]
            answers = _connection(self).ask(items, usage=self.usage, run=self.run, evidence=False)
            for row, result in zip(rows, answers, strict=True):
                found[row] = result
        return found


@lru_cache(maxsize=8)
def _connection(rows: RowFilter) -> Registry:
    """One connection a process and filter."""
    return Registry(
        rows.url,
        rows.key,
        rows.policy,
        keys=rows.keys,
        log_key=() if rows.log_key is None else rows.log_key,
        keyid=rows.keyid,
    )


def _values(batch: Mapping[str, Any], name: str) -> Sequence[Any]:
    """A column's values. Raises: TypeError where it is one value: a row's. A row whose column is a list is told by its
    other columns, or by its type (`LazyRow`, of Hugging Face); a filter's answer to it is told by `Kept`."""
    values: Any = batch[name]
    single = isinstance(values, str | bytes | bytearray | memoryview | Mapping)
    if single or not hasattr(values, "__iter__") or type(batch).__name__ == "LazyRow":
        raise TypeError(f"column {name} holds one value; {_ONE_ROW}")
    return values  # type: ignore[no-any-return]


def _present(value: Any) -> Any:
    """A missing value of pandas, which is a number that is not itself, as None."""
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124
