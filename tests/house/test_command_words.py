"""Every command of `registry`, with each of its options, stands in docs/commands.md, and no other.

A command's section begins with a heading that holds its whole name ("### `registry keys new`")
and ends at the next heading.
"""

import re
from collections.abc import Iterator

import click

from tests.house.tree import listed, text_of

HEADING = re.compile(r"^#+ +`(registry[a-z0-9 -]*)`", re.MULTILINE)
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")


def commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for word in command.list_commands(context):
            below = command.get_command(context, word)
            assert below is not None, word
            if not below.hidden:
                yield from commands(below, f"{name} {word}")


def every_command() -> dict[str, click.Command]:
    from registry.cli.main import main

    return dict(commands(main, "registry"))


def sections() -> dict[str, str]:
    """Command → the text from its heading to the next heading of any kind."""
    text = re.sub(r"^(#+ )", "\0\\1", text_of("docs/commands.md"), flags=re.MULTILINE)
    return {
        heading[1].strip(): part for part in text.split("\0") if (heading := HEADING.match(part))
    }


def long_options(command: click.Command) -> set[str]:
    return {
        word
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.hidden
        for word in (*parameter.opts, *parameter.secondary_opts)
        if word.startswith("--")
    }


def test_every_command_is_documented_and_every_documented_command_exists() -> None:
    assert set(sections()) == set(every_command())


def test_every_option_is_documented_with_its_command_and_no_other_is() -> None:
    written = sections()
    differing = {
        name: sorted(long_options(command) ^ (set(OPTION.findall(written[name])) - {"--help"}))
        for name, command in every_command().items()
        if name in written
        and long_options(command) != set(OPTION.findall(written[name])) - {"--help"}
    }
    assert differing == {}


def test_every_argument_is_documented_with_its_command() -> None:
    written = sections()
    missing = [
        f"{name} {parameter.human_readable_name}"
        for name, command in every_command().items()
        for parameter in command.params
        if isinstance(parameter, click.Argument)
        and parameter.human_readable_name not in written.get(name, "")
    ]
    assert not missing, listed(missing)


def test_every_command_and_option_says_in_its_help_what_it_does() -> None:
    silent = [name for name, command in every_command().items() if not command.help]
    silent += [
        f"{name} {parameter.opts[0]}"
        for name, command in every_command().items()
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.help
    ]
    assert not silent, listed(silent)
