"""The figures of rightsholders with too many works to be counted while an auditor waits, counted once a day."""

from registry.bootstrap import Registry
from registry.instants import DAY_MS
from registry.services.count_for_audit import count_holder, has_many
from registry.storage.jobs import Job
from registry.storage.whole_projection import whole_projection


def keep_audit_figures(registry: Registry, _job: Job) -> None:
    """Kind `audit-figures`: counts for each such rightsholder whom an auditor may look at, where that was not done
    within the day; forgets those of others. Raises: Unavailable, OSError."""
    now, kept = registry.clock(), registry.kept_figures
    with registry.reading() as uow:
        grants = [each for each in uow.audit_grants.all() if each.counts(now)]
        holders = {each.subject for each in grants if each.scope == "rightsholder"}
        many = [each for each in sorted(filter(None, holders)) if has_many(uow, each)]
    kept.forget_but(many)
    for holder in many:
        newest = kept.of(holder)
        if newest is None or abs(now - newest.at) >= DAY_MS:
            with whole_projection(registry.engine) as projection:
                census = count_holder(projection, holder, now)
            kept.keep(holder, census)
