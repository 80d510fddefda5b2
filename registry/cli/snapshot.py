"""`registry snapshot`: makes the files for offline screening now."""

import click

from registry.cli.calm import as_json, safe
from registry.cli.desk import at_the_desk
from registry.cli.screen import show_fields, show_json
from registry.cli.store import progress
from registry.instants import rfc3339
from registry.screening.manifest import REGISTERED, Manifest
from registry.services.make_snapshot import make_snapshot


@click.command()
@as_json
def snapshot(json_out: bool) -> None:
    """Makes a signed snapshot for offline screening, and publishes it. Can be broken off at any time."""
    safe("Nothing was published.")
    with at_the_desk() as registry, progress() as report:
        made = make_snapshot(registry.snapshot_press(), report)
        folder = registry.snapshots.folder / str(made.size)
    if json_out:
        show_json(
            {
                "size": made.size,
                "made_at": rfc3339(made.made_at),
                "valid_until": rfc3339(made.valid_until),
                "previous": made.previous,
                "keys": {name: each.keys for name, each in made.sets.items()},
                "bytes": _bytes(made),
                "folder": str(folder),
            }
        )
        return
    everything = made.sets[REGISTERED].keys
    show_fields(
        [
            ("log", f"{made.origin}, {made.size} entries"),
            ("counts until", rfc3339(made.valid_until)),
            ("registered", f"{everything} keys"),
            *(
                (f"{name}", f"{each.keys} keys, {everything - each.keys} open to everybody")
                for name, each in made.sets.items()
                if name != REGISTERED
            ),
            ("files", f"{_bytes(made)} bytes in {folder}"),
        ]
    )


def _bytes(made: Manifest) -> int:
    return sum(file.bytes for file in made.files().values())
