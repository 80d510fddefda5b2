"""The kinds of jobs: what is run for each, how often it is tried, and which ones nobody has to ask for.

To have something done later: write a function `(registry, job) -> None` in a module of this room, enter it in KINDS,
and call `uow.jobs.add(kind, key, due)` in the transaction that gives rise to it (`ledger.uow.jobs` where the log is
written).
"""

from dataclasses import dataclass
from typing import Final, Protocol

from registry.bootstrap import Registry
from registry.errors import Unavailable
from registry.instants import HOUR_MS, SECOND_MS
from registry.services.export_for_audit import AUDIT_EXPORT
from registry.services.import_catalogue import IMPORT
from registry.services.monthly_notice import MONTH
from registry.services.prove_claim import PROVE, RECHECK
from registry.services.prove_domain import DOMAIN
from registry.services.read_directory import DIRECTORY
from registry.services.say_for_many import SAY
from registry.services.send_mail import MAIL
from registry.storage.jobs import Job
from registry.worker.acts import root_acts
from registry.worker.asks import root_asks
from registry.worker.audit_exports import make_audit_export
from registry.worker.audit_figures import keep_audit_figures
from registry.worker.census import keep_census
from registry.worker.counts import count_told
from registry.worker.erasures import erase_due
from registry.worker.imports import run_import
from registry.worker.mails import send_mail
from registry.worker.notices import begin_month, tell_effects, tell_of_month
from registry.worker.platforms import look_at_directory, look_at_domain
from registry.worker.proofs import prove_claim, recheck_claim
from registry.worker.sayings import run_saying
from registry.worker.snapshots import make_due_snapshot
from registry.worker.upkeep import check_log, publish_status_lists, tidy

TRIES: Final = 8
"""How often a job is tried unless its kind says otherwise: over some twenty minutes (`registry.worker.runner`)."""


class Run(Protocol):
    """What a kind does.

    No transaction is open: it opens its own, and none while it waits for others. It may be run again after it has
    done its work (a process can be killed right before the end is written down), so its effect has to be the same
    twice as once. Ends well by returning; any exception means that it is tried again later.
    """

    def __call__(self, registry: Registry, job: Job, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """`every` (ms): a standing job, one with an empty key, run again that long after it ended. `foreign`: errors that
    others cause, which are no fault of this machine."""

    run: Run
    tries: int = TRIES
    every: int | None = None
    foreign: type[Exception] | tuple[type[Exception], ...] = ()


KINDS: Final[dict[str, Kind]] = {
    "status-lists": Kind(publish_status_lists, every=60 * SECOND_MS),
    "log-check": Kind(check_log, every=HOUR_MS),
    "tidy": Kind(tidy, every=HOUR_MS),
    "erase": Kind(erase_due, every=10 * 60 * SECOND_MS),
    "census": Kind(keep_census, every=HOUR_MS),
    "snapshot": Kind(make_due_snapshot, every=60 * SECOND_MS),
    "asks": Kind(root_asks, every=60 * SECOND_MS),
    "counts": Kind(count_told, every=60 * SECOND_MS),
    "effects": Kind(tell_effects, every=60 * SECOND_MS),
    "months": Kind(begin_month, every=HOUR_MS),
    AUDIT_EXPORT: Kind(make_audit_export),
    "audit-figures": Kind(keep_audit_figures, every=HOUR_MS),
    "acts": Kind(root_acts, every=10 * 60 * SECOND_MS),
    MAIL: Kind(send_mail, tries=20, foreign=Unavailable),
    IMPORT: Kind(run_import),
    SAY: Kind(run_saying),
    PROVE: Kind(prove_claim),
    RECHECK: Kind(recheck_claim),
    MONTH: Kind(tell_of_month),
    DOMAIN: Kind(look_at_domain),
    DIRECTORY: Kind(look_at_directory),
}
