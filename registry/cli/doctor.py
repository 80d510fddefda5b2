"""`registry doctor`: store, keys, log, clock, disks, settings: how they are, and what to do."""

from functools import partial

import click

from registry.bootstrap import open_registry, place_named
from registry.cli.calm import as_json, safe
from registry.cli.desk import check_is_there
from registry.cli.screen import aligned, console, folded, say, show_json
from registry.services.doctor import Patient, examine
from registry.services.finding import Finding, Grade
from registry.settings import Settings, Shown, shown


@click.command()
@click.option("--settings", "with_settings", is_flag=True, help="Show every setting, too.")
@as_json
@click.pass_context
def doctor(ctx: click.Context, with_settings: bool, json_out: bool) -> None:
    """Looks at everything that the registry stands on, and says what to do. Changes nothing."""
    safe("Nothing was changed.")
    settings, described = Settings.from_environ(), shown()
    check_is_there(settings)
    registry = open_registry(settings)
    try:
        found = examine(
            Patient(
                settings=settings,
                engine=registry.engine,
                nonces=registry.nonces,
                head_file=registry.head_file,
                key_files=registry.key_files,
                place_of=partial(place_named, settings),
                now=registry.clock(),
            )
        )
    finally:
        registry.close()
    if json_out:
        show_json(_members(described, found))
    else:
        _show(found)
        if with_settings:
            _show_settings(described)
    if any(each.grade is Grade.WRONG for each in found):
        ctx.exit(1)


def _members(described: list[Shown], found: list[Finding]) -> dict[str, object]:
    return {
        "settings": [
            {"name": each.name, "value": each.value or None, "given": each.given}
            for each in described
        ],
        "findings": [
            {
                "about": each.about,
                "grade": each.grade.value,
                "said": each.said,
                "advice": each.advice,
            }
            for each in found
        ],
    }


def _show(found: list[Finding]) -> None:
    width = console().width
    words = max(len(grade) for grade in Grade)
    names = max(len(each.about) for each in found)
    hang = words + names + 4
    for each in found:
        lines = [f"{each.grade.value.ljust(words)}  {each.about.ljust(names)}  {each.said}"]
        if each.advice is not None:
            lines.append(f"{' ' * hang}→ {each.advice}")
        for line in lines:
            for part in folded(line, hang, width):
                say(part)
    say()
    bad = sum(each.grade is Grade.WRONG for each in found)
    doubtful = sum(each.grade is Grade.WARNING for each in found)
    say(f"{bad} wrong, {doubtful} to look at." if bad or doubtful else "All good.")


def _show_settings(described: list[Shown]) -> None:
    say()
    for line in aligned(
        [(each.name, each.value or "–", "" if each.given else "default") for each in described]
    ):
        say(line)
