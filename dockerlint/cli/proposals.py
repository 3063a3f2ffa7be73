"""What is proposed where a shell completes a value. It costs no rule and no engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockerlint.report.formats import FORMATS

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem


def rules(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of rules and families, and codes of other linters once one is begun; also behind commas."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415 (only who completes needs it)

    before, comma, begun = incomplete.rpartition(",")
    taken = set(before.split(","))
    return [CompletionItem(f"{before}{comma}{name}", help=about) for name, about in _named(begun) if name not in taken]


def _named(begun: str) -> Iterator[tuple[str, str | None]]:
    from dockerlint.knowledge.records import load  # noqa: PLC0415

    known = load("rule_names")
    for name, about in {**dict.fromkeys(known["families"]), **known["rules"]}.items():
        if name.startswith(begun):
            yield name, about
    for code, names in known["codes"].items():
        if begun and code.upper().startswith(begun.upper()):
            yield code, names


def formats(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of formats, and files behind `NAME=`."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415

    form, equals, file = incomplete.partition("=")
    if equals:
        return [CompletionItem(file, type="file")]
    return [CompletionItem(name) for name in FORMATS if name.startswith(form)]
