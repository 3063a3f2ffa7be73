"""What commands have in common: how a build is described."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from dockerlint.dockerfile.stages import Options

Command = TypeVar("Command", bound=Callable[..., Any])


def build_options(command: Command) -> Command:
    """Give a command `--build-arg` and `--target`, as `docker build` has them."""
    command = click.option(
        "--target", metavar="STAGE", help="Read Dockerfiles as a build does that ends with this stage."
    )(command)
    return click.option(
        "--build-arg",
        "arguments",
        multiple=True,
        metavar="NAME[=VALUE]",
        help="Read Dockerfiles as a build does that is given this argument; without a value, the environment's.",
    )(command)


def day_option(command: Command) -> Command:
    """Give a command `--as-of`."""
    return click.option(
        "--as-of",
        type=click.DateTime(["%Y-%m-%d"]),
        metavar="DATE",
        help="Judge ends of life as of this day instead of today.",
    )(command)


def build_of(arguments: tuple[str, ...], target: str | None) -> Options:
    """What a build is told. As for Docker, an argument without `=` that the environment lacks is not given."""
    from dockerlint.lint.run import KNOWING_IMAGES  # noqa: PLC0415

    given: dict[str, str] = {}
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not name:
            raise click.BadParameter(f"`{argument}` has no name before the `=`", param_hint="--build-arg")
        if equals:
            given[name] = value
        elif name in os.environ:
            given[name] = os.environ[name]
    return KNOWING_IMAGES._replace(arguments=given, target=target or None)
