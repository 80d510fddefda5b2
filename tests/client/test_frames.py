"""Rows filtered where they flow: only those that the policy accepts, and none where something fails."""

import importlib
import os
import pickle
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry.client.frames import Kept, RowFilter
from registry.errors import InvalidInput, Unavailable
from registry.instants import system_clock
from registry.services.register_platform import add_platform_key
from registry.signing.keys import FileSigner
from tests.client.between import ALLOWED, BROKEN, CONDITIONAL, DENIED, UNKNOWN, World, world
from tests.house.tree import ROOT
from tests.outside_programs import FRAMES
from tests.registries import STEWARD

ROWS: dict[str, Any] = {
    "isrc": [*(each[5:] for each in (ALLOWED, DENIED, UNKNOWN, BROKEN, CONDITIONAL)), None],
    "n": [0, 1, 2, 3, 4, 5],
}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("frames"), REGISTRY_CLOCK_SKEW_SECONDS="300") as made:
        made.served.clock.now = system_clock()
        yield made


@pytest.fixture
def rows(here: World, tmp_path: Path) -> RowFilter:
    here.served.clock.now = system_clock()
    signer = FileSigner.create(tmp_path / "key")
    platform = here.served.platform("P")
    with here.served.registry.writing() as ledger:
        add_platform_key(ledger, platform, dict(signer.public.jwk), STEWARD)
    key = str(tmp_path / "key")
    return RowFilter(here.served.url, key, "permission", "generative-training", "isrc")


def test_a_batch_is_filtered_by_the_policy(rows: RowFilter) -> None:
    assert rows(ROWS) == [True, False, False, False, False, False]
    assert replace(rows, policy="no-objection")(ROWS) == [True, False, True, False, False, False]


def test_a_batch_is_explained(rows: RowFilter) -> None:
    columns = rows.explain(ROWS)
    assert columns["registry_decision"] == [
        "allow", "deny", "unregistered", None, "conditional", None,
    ]  # fmt: skip
    assert columns["registry_proceed"] == [True, *[False] * 5]
    assert [type(each) for each in columns["registry_reasons"]] == [list] * 6


def test_it_goes_to_other_processes_as_a_value(rows: RowFilter) -> None:
    rows(ROWS)
    assert pickle.loads(pickle.dumps(rows)) == rows
    assert pickle.loads(pickle.dumps(rows))(ROWS) == rows(ROWS)


def test_where_something_fails_no_row_passes(here: World, rows: RowFilter) -> None:
    with pytest.raises(InvalidInput, match="no column"):
        rows({"n": [1]})
    with pytest.raises(InvalidInput):
        replace(rows, policy="all")(ROWS)
    with (
        here.altering(lambda *all: (503, {"retry-after": "3600"}, b"")),
        pytest.raises(Unavailable),
    ):
        replace(rows, run="other")(ROWS)


@pytest.mark.parametrize("value", ["GBAYE0601499", "", b"GBAYE0601499", 7, 0.5, None, {"a": 1}])
def test_a_single_row_is_refused_and_told_to_come_in_a_batch(rows: RowFilter, value: Any) -> None:
    for ask in (rows, rows.explain):
        with pytest.raises(TypeError, match="batched=True"):
            ask({"isrc": value, "n": 1})
    with pytest.raises(TypeError):
        rows({"isrc": value, "n": 1}, 0)  # type: ignore[call-arg]


def test_a_row_with_a_list_of_identifiers_is_taken_for_no_yes(rows: RowFilter) -> None:
    found = rows({"isrc": [ROWS["isrc"][1]]})
    for each in (found, pickle.loads(pickle.dumps(found))):
        assert list(each) == [False]
        with pytest.raises(TypeError, match="batched=True"):
            bool(each)
    with pytest.raises(TypeError, match=r"column n .*batched=True"):
        rows.explain({"isrc": [ROWS["isrc"][1]], "n": 1})


def test_a_row_as_hugging_face_gives_it_is_refused_whatever_it_holds(rows: RowFilter) -> None:
    class LazyRow(dict[str, Any]):
        pass

    with pytest.raises(TypeError, match="batched=True"):
        rows.explain(LazyRow(ROWS))
    with pytest.raises(TypeError, match="batched=True"):
        bool(Kept())


def test_rows_that_name_nothing_are_not_asked_about(here: World, rows: RowFilter) -> None:
    begun = len(here.between.seen)
    assert rows({"isrc": [None, "", float("nan")]}) == [False, False, False]
    assert len(here.between.seen) == begun


def test_record_batches_keep_the_rows_that_may_be_used(rows: RowFilter) -> None:
    pa = pytest.importorskip("pyarrow", reason='no pyarrow; to have it: pip install ".[screening]"')
    batches = pa.table(ROWS).to_batches(max_chunksize=4)
    kept = list(replace(rows, policy="no-objection").in_arrow()(iter(batches)))
    assert [each["n"].to_pylist() for each in kept] == [[0, 2], []]
    assert kept[0].schema.names == ["isrc", "n"]


@pytest.mark.needs("frames")
def test_data_frames_keep_the_rows_that_may_be_used(rows: RowFilter) -> None:
    pd = importlib.import_module("pandas")
    frames: list[Any] = [pd.DataFrame(ROWS), pd.DataFrame({"isrc": [], "n": []})]
    kept = list(rows.in_pandas()(iter(frames)))
    assert [each["n"].tolist() for each in kept] == [[0], []]


@pytest.mark.needs("frames")
def test_a_dataset_of_hugging_face_is_filtered(rows: RowFilter) -> None:
    datasets = importlib.import_module("datasets")
    made = datasets.Dataset.from_dict(ROWS)
    kept = made.filter(rows, batched=True, batch_size=4, load_from_cache_file=False)
    assert kept["n"][:] == [0]
    for each in (made.to_iterable_dataset(), made.with_format("numpy").to_iterable_dataset()):
        assert [row["n"] for row in each.filter(rows, batched=True, batch_size=4)] == [0]
    assert len(made.with_format("pandas").filter(rows, batched=True)) == 1
    assert len(made.filter(rows, batched=True, num_proc=2, load_from_cache_file=False)) == 1
    explained = made.map(rows.explain, batched=True, load_from_cache_file=False)
    assert explained["registry_decision"][1] == "deny"


@pytest.mark.needs("frames")
@pytest.mark.parametrize("given", [{}, {"with_indices": True}, {"input_columns": "isrc"}])
@pytest.mark.parametrize("listed", [False, True])
def test_a_dataset_that_is_filtered_row_by_row_is_refused(
    rows: RowFilter, given: dict[str, Any], listed: bool
) -> None:
    datasets = importlib.import_module("datasets")
    codes = ROWS["isrc"][:4]
    made = datasets.Dataset.from_dict({"isrc": [[each] for each in codes] if listed else codes})
    with pytest.raises((TypeError, InvalidInput)):
        made.filter(rows, load_from_cache_file=False, **given)
    with pytest.raises((TypeError, InvalidInput)):
        made.map(rows.explain, load_from_cache_file=False, **given)
    with pytest.raises((TypeError, InvalidInput)):
        list(made.with_format("numpy").filter(rows, load_from_cache_file=False, **given))
    with pytest.raises(Exception, match=r"batched=True|positional|column"):
        list(made.to_iterable_dataset().filter(rows, **given))


@pytest.mark.needs("java")
@pytest.mark.needs("frames")
def test_a_spark_job_keeps_the_rows_that_may_be_used(
    here: World, rows: RowFilter, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [str(ROOT), str(FRAMES), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    sql = importlib.import_module("pyspark.sql")
    options = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
    }
    builder = sql.SparkSession.builder.master("local[2]")
    for name, value in options.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    frame = spark.createDataFrame(list(zip(*ROWS.values(), strict=True)), "isrc string, n int")
    here.served.clock.now = system_clock()
    kept = frame.mapInArrow(rows.in_arrow(), frame.schema).collect()
    spark.stop()
    assert [row.n for row in kept] == [0]
