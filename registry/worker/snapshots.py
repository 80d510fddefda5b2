"""A fresh snapshot for offline screening, as often as the settings say."""

from registry.bootstrap import Registry
from registry.errors import Conflict
from registry.services.make_snapshot import make_snapshot, newest_manifest
from registry.storage.jobs import Job


def make_due_snapshot(registry: Registry, _job: Job) -> None:
    """Kind `snapshot`: makes one if the newest is as old as REGISTRY_SNAPSHOT_EVERY_SECONDS says.

    Raises: Unavailable, LogRefuses; what was published stays.
    """
    every = registry.settings.snapshot_every
    if not every:
        return
    newest = newest_manifest(registry.snapshots)
    now = registry.clock()
    if newest is not None and newest.made_at <= now < newest.made_at + every:
        return
    try:
        make_snapshot(registry.snapshot_press())
    except Conflict:
        return  # somebody is at it
