"""The options that change settings, and which settings are in force for which files."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dockerlint.cli import proposals
from dockerlint.lint.keys import KEYS, BadSetting
from dockerlint.lint.kinds import SEVERITIES
from dockerlint.lint.profiles import PROFILES

if TYPE_CHECKING:
    from dockerlint.lint.configuration import Configuration, Settler

Command = TypeVar("Command", bound=Callable[..., Any])


def _names(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Names given by repeating an option or separated by commas."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def _list_of(name: str, metavar: str, text: str) -> Callable[[Command], Command]:
    proposed = proposals.rules if metavar == "NAMES" else None
    return click.option(
        f"--{name}", multiple=True, callback=_names, metavar=metavar, help=text, shell_complete=proposed
    )


# What is said in place of a setting: an option is called as its setting is.
_OPTIONS = (
    _list_of("select", "NAMES", "Check only these rules."),
    _list_of("extend-select", "NAMES", "Check these rules besides the profile's."),
    _list_of("ignore", "NAMES", "Leave these rules out."),
    click.option(
        "--profile",
        type=click.Choice(PROFILES),
        help="Which rules speak: what a careful review would say (default), taste and policy too (strict), what a"
        " security review wants (security), or what hadolint says (hadolint).",
    ),
    click.option("--preview/--no-preview", default=None, help="Check rules too that are still tried out."),
    click.option(
        "--rules-version", metavar="VERSION", help="Check the rules of this version only, however new dockerlint is."
    ),
    click.option(
        "--shellcheck/--no-shellcheck",
        default=None,
        help="Ask ShellCheck, if it is on the PATH, about the scripts too.",
    ),
    click.option("--min-severity", type=click.Choice(SEVERITIES), help="Report from here on.  [default: info]"),
    click.option(
        "--fail-on",
        type=click.Choice([*SEVERITIES, "never"]),
        help="Exit with 1 from this severity on.  [default: warning]",
    ),
    click.option(
        "--inline-ignores/--no-inline-ignores",
        default=None,
        help="Let comments in the files leave findings out.  [default: yes]",
    ),
    click.option("--require-reason/--no-require-reason", default=None, help="Such comments must say why."),
    click.option(
        "--unsafe-fixes/--no-unsafe-fixes",
        default=None,
        help="Let --fix apply fixes too that may change what is built or run.",
    ),
    _list_of("exclude", "PATTERNS", "Leave out what these match, as in .gitignore, in place of the folders of tools."),
    _list_of("extend-exclude", "PATTERNS", "Leave out what these match besides."),
    click.option(
        "--force-exclude/--no-force-exclude",
        default=None,
        help="Leave out what is excluded even where it is named, as by pre-commit.",
    ),
    click.option(
        "--respect-gitignore/--no-respect-gitignore", default=None, help="Leave out what git ignores.  [default: yes]"
    ),
)
_CONFIG_OPTIONS = (
    click.option(
        "--config",
        multiple=True,
        metavar="FILE | 'KEY = VALUE'",
        type=click.Path(),
        help="Read settings from this file and no other, or set one as TOML; may be repeated.",
    ),
    click.option("--isolated", is_flag=True, envvar="DOCKERLINT_ISOLATED", help="Read no file of settings."),
)


def config_options(command: Command) -> Command:
    """Give a command `--config` and `--isolated`; it gets a `settler` that tells what is in force."""

    @functools.wraps(command)
    def settled(**given: Any) -> Any:
        return command(settler=settler_of({}, given.pop("config"), isolated=given.pop("isolated")), **given)

    wrapped: Any = settled
    for option in reversed(_CONFIG_OPTIONS):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]


def here(settler: Settler) -> Configuration:
    """What is in force in the current folder. Ends the program where that cannot be told."""
    with told():
        return settler.in_folder(str(Path.cwd()))


def setting_options(command: Command) -> Command:
    """Give a command the options of settings; it gets a `settler` that tells what is in force.

    Other options of the command that are called as settings, such as `--format`, are settings too.
    """

    @functools.wraps(command)
    def settled(**given: Any) -> Any:
        names = (name for name in KEYS if name.replace("-", "_") in given)
        options = {name: given.pop(name.replace("-", "_")) for name in names}
        settler = settler_of(options, given.pop("config"), isolated=given.pop("isolated"))
        return command(settler=settler, **given)

    wrapped: Any = settled
    for option in reversed((*_OPTIONS, *_CONFIG_OPTIONS)):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]


def settler_of(options: Mapping[str, Any], config: Sequence[str] = (), *, isolated: bool = False) -> Settler:
    """What the command line and the environment say over any file."""
    from dockerlint.lint.configuration import Settler  # noqa: PLC0415 (who asks for help or completion needs no engine)
    from dockerlint.lint.given import of_environment, of_options, of_text  # noqa: PLC0415

    lines = [one for one in config if "=" in one and not os.path.isfile(one)]
    named = [one for one in config if one not in lines] or [os.environ.get("DOCKERLINT_CONFIG", "")]
    path = Path(named[-1]) if named[-1] and not isolated else None
    if path is not None and not path.is_file():
        message = f"--config: `{path}` is no file, and no `key = value` either"
        raise click.UsageError(message)
    with told():
        of_variables, doubts = of_environment(os.environ)
        over = (of_variables, *map(of_text, lines), of_options(options))
    for doubt in doubts:
        click.echo(f"warning: {doubt}", err=True)
    return Settler(over, path, isolated=isolated)


def tell(settler: Settler) -> None:
    """Say which files of hadolint stand in for our own."""
    for note in settler.notes:
        click.echo(f"note: {note}", err=True)


class told:  # noqa: N801 (read as a word: `with told():`)
    """Says what is wrong with settings, and ends the program."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, BadSetting):
            raise click.UsageError(str(error)) from error
