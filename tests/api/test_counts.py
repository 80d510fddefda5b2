"""What is counted, by names and labels that stay few whatever is sent."""

import pytest
from prometheus_client import CollectorRegistry

from registry.api.counts import Counts
from registry.api.tallies import Tallies
from tests.api.past import Past


@pytest.fixture
def tallies(tmp_path):
    return Tallies(tmp_path)


def value(tallies, name, **labels):
    registry = CollectorRegistry()
    tallies.collect_into(registry)
    return registry.get_sample_value(name, labels)


def test_a_request_counts_by_endpoint_method_and_class_of_status(tallies):
    Counts(tallies).requests([Past(status=status) for status in (200, 201, 404)])
    assert value(tallies, "registry_requests_total", endpoint="e", method="POST", status="2xx") == 2
    assert value(tallies, "registry_requests_total", endpoint="e", method="POST", status="4xx") == 1


def test_methods_that_nobody_knows_are_one_series(tallies):
    Counts(tallies).requests([Past(method=each, status=405) for each in ("BREW", "X" * 1000)])
    labels = {"endpoint": "e", "method": "other", "status": "4xx"}
    assert value(tallies, "registry_requests_total", **labels) == 2


def test_durations_fall_into_buckets_that_add_up(tallies):
    counts = Counts(tallies)
    counts.requests([Past(seconds=seconds) for seconds in (0.0001, 0.001, 0.004)])
    counts.requests([Past(seconds=99.0)])
    name = "registry_request_duration_seconds"
    assert value(tallies, f"{name}_bucket", endpoint="e", le="0.001") == 2
    assert value(tallies, f"{name}_bucket", endpoint="e", le="0.005") == 3
    assert value(tallies, f"{name}_bucket", endpoint="e", le="10.0") == 3
    assert value(tallies, f"{name}_bucket", endpoint="e", le="0.5") == 3
    assert value(tallies, f"{name}_bucket", endpoint="e", le="+Inf") == 4
    assert value(tallies, f"{name}_sum", endpoint="e") == pytest.approx(99.0051)


def test_items_count_by_usage_and_decision(tallies):
    answered = Past(usage="search", decisions={"deny": 3, "error": 1})
    Counts(tallies).requests([answered])
    assert value(tallies, "registry_items_answered_total", usage="search", decision="deny") == 3
    assert value(tallies, "registry_items_answered_total", usage="search", decision="error") == 1


def test_a_problem_counts_by_code_and_by_what_lay_behind_it(tallies):
    counts = Counts(tallies)
    counts.problem("nonce-replayed", signature=True, store=False, shed=False)
    counts.problem("unavailable", signature=False, store=True, shed=False)
    counts.problem("overloaded", signature=False, store=False, shed=True)
    assert value(tallies, "registry_problems_total", code="nonce-replayed") == 1
    assert value(tallies, "registry_signatures_refused_total", reason="nonce-replayed") == 1
    assert value(tallies, "registry_store_errors_total") == 1
    assert value(tallies, "registry_requests_shed_total") == 1
