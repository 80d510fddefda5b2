"""`/metrics` for Prometheus: what all workers counted, and how the registry stands at this moment.

Text exposition format 0.0.4. Not for the public: registry.api.operator_access.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

from flask import Response
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from registry.api.blueprint import Blueprint
from registry.api.watch import catch_up
from registry.api.wired import the_registry, the_tallies
from registry.bootstrap import Registry
from registry.errors import RegistryError
from registry.services.publish_cosignatures import witnessing
from registry.storage.asks import Asks
from registry.storage.log_store import SignedHead
from registry.storage.unit_of_work import UnitOfWork
from registry.storage.webhooks import Webhooks

metrics = Blueprint("metrics", __name__, description="For operators")


@metrics.route("/metrics", methods=["GET"])
@metrics.response(200, {"type": "string"}, content_type="text/plain")
def get_metrics() -> Response:
    """Counters and gauges in Prometheus' text format; for this machine, or with the operator's token."""
    catch_up()
    collected = CollectorRegistry()
    the_tallies().collect_into(collected)
    collected.register(_Standing(the_registry()))
    return Response(
        generate_latest(collected),
        content_type=CONTENT_TYPE_PLAIN_0_0_4,
        headers={"Cache-Control": "no-store"},
    )


class _Standing:
    """How the registry stands, read when asked."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            found = [*self._of_the_store()]
            up = 1.0
        except RegistryError:
            found, up = [], 0.0
        yield _gauge("registry_store_up", "1 where the store answers.", up)
        yield from found
        yield from self._of_the_nonces()
        free = GaugeMetricFamily(
            "registry_disk_free_bytes", "Free bytes where these are kept.", labels=["place"]
        )
        for place, path in places(self._registry).items():
            free.add_metric([place], shutil.disk_usage(path).free)
        yield free

    def _of_the_store(self) -> Iterator[GaugeMetricFamily]:
        now = self._registry.clock()
        with self._registry.reading() as uow:
            head = uow.log.head()
            newest = None if head is None else uow.log.event_at(head.head.size - 1)
            depth = uow.jobs.depth(now)
            hooks = list(_of_webhooks(uow.webhooks))
            asks = list(_of_asks(uow.asks, now))
            seen = list(self._of_witnesses(uow, head, now))
        if head is not None:
            yield _gauge("registry_log_size", "Entries in the log.", head.head.size)
            yield _gauge(
                "registry_checkpoint_age_seconds",
                "Since the newest checkpoint was signed.",
                (now - head.head.at) / 1000,
            )
        if newest is not None:
            yield _gauge(
                "registry_newest_event_age_seconds",
                "Since the newest event was logged.",
                (now - newest.at) / 1000,
            )
        released = self._registry.head_file.read()
        if released is not None:
            yield _gauge(
                "registry_released_size",
                "Entries under the newest checkpoint that was released; above registry_log_size: alarm.",
                released.size,
            )
        jobs = GaugeMetricFamily("registry_jobs", "Jobs by state.", labels=["state"])
        for state, number in depth.by_state.items():
            jobs.add_metric([state.value], number)
        yield jobs
        oldest = 0 if depth.oldest_due is None else now - depth.oldest_due
        yield _gauge(
            "registry_oldest_due_job_age_seconds",
            "How long the first job that is due has been waiting; 0: none is due.",
            oldest / 1000,
        )
        yield from hooks
        yield from asks
        yield from seen

    def _of_witnesses(
        self, uow: UnitOfWork, head: SignedHead | None, now: int
    ) -> Iterator[GaugeMetricFamily]:
        settings = self._registry.settings
        if head is None or not settings.witnesses:
            return
        found = witnessing(uow, head, settings.witnesses, settings.witness_quorum)
        size = GaugeMetricFamily(
            "registry_witness_size", "Entries that a witness has cosigned.", labels=["witness"]
        )
        age = GaugeMetricFamily(
            "registry_witness_age_seconds",
            "Since a witness cosigned last, where it has not cosigned the newest checkpoint; else 0.",
            labels=["witness"],
        )
        failures = GaugeMetricFamily(
            "registry_witness_failures", "Tries in a row that went wrong.", labels=["witness"]
        )
        for each in found.witnesses:
            size.add_metric([each.name], 0 if each.cosigned is None else each.cosigned.size)
            last = head.head.at if each.cosigned is None else each.cosigned.at
            age.add_metric([each.name], 0 if each.current else max(0, now - last) / 1000)
            failures.add_metric([each.name], each.failures)
        yield from (size, age, failures)
        yield _gauge("registry_witness_quorum", "Witnesses that make a quorum.", found.quorum)
        yield _gauge(
            "registry_witnessed_size",
            "Entries under the newest checkpoint that a quorum has cosigned.",
            found.witnessed_size,
        )

    def _of_the_nonces(self) -> Iterator[GaugeMetricFamily]:
        try:
            born_at = self._registry.nonces.born_at()
        except RegistryError:
            return
        yield _gauge(
            "registry_nonce_store_birth_timestamp_seconds",
            "When the store of nonces was made; each change is a birth after a loss.",
            born_at / 1000,
        )


def _of_asks(asks: Asks, now: int) -> Iterator[GaugeMetricFamily]:
    count, first = asks.unrooted()
    yield _gauge("registry_asks_unrooted", "Questions whose hour has no root yet.", count)
    late = 0 if first is None else max(0, now - first)
    yield _gauge(
        "registry_asks_root_delay_seconds",
        "Since the end of the first hour of questions that has no root yet; 0: it is not over.",
        late / 1000,
    )


def _of_webhooks(webhooks: Webhooks) -> Iterator[GaugeMetricFamily]:
    by_state = GaugeMetricFamily("registry_webhooks", "Webhooks by state.", labels=["state"])
    for state, number in webhooks.by_state().items():
        by_state.add_metric([state.value], number)
    yield by_state
    waiting, dead = webhooks.notices()
    notices = GaugeMetricFamily(
        "registry_webhook_notices", "Notices that were not taken yet.", labels=["state"]
    )
    notices.add_metric(["waiting"], waiting)
    notices.add_metric(["dead"], dead)
    yield notices
    yield _gauge(
        "registry_webhook_notices_delivered",
        "Notices that the webhooks of today have taken; falls when one is deleted.",
        webhooks.delivered(),
    )


def places(registry: Registry) -> dict[str, Path]:
    """What is kept on disk here, and in which folder: `var`, `head`, and an embedded `store`."""
    settings = registry.settings
    found = {"var": settings.var, "head": settings.head_file.parent}
    store = registry.engine.url
    if store.drivername.startswith("sqlite") and store.database:
        found["store"] = Path(store.database).parent
    return {name: path for name, path in found.items() if path.is_dir()}


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, value=value)
