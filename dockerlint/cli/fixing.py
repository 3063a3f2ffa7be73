"""What `dockerlint check --fix` and `--diff` do."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable

import click

from dockerlint.cli.checking import FINDINGS, NOTHING, UNCHECKED, Task, exit_code
from dockerlint.lint.fixing import MOST_PASSES, Mended, Seen, mend, write
from dockerlint.lint.groups import Outcome, offered, ties, together, unsafe
from dockerlint.project.discovery import Found
from dockerlint.project.files import NO_TEXTS, Texts
from dockerlint.report import diff
from dockerlint.report.text import plural, visible

# Leaves out of what is found what is not to be reported: known to a baseline, on lines that are old.
Keep = Callable[[list[Outcome], Texts], list[Outcome]]


# Reports what is found, and tells the exit code.
Report = Callable[..., int]


def fix(task: Task, keep: Keep, report: Report) -> int:
    """Mend the files on disk, then report what is left. Tells the exit code."""
    found = task.outcomes()
    total = Mended()
    for _ in range(MOST_PASSES):
        mended = _mended(task, keep, found)
        unwritten = write(mended)
        total = total.followed_by(mended.without(unwritten))
        found = task.outcomes() if mended.batches else found
        # What comes of an ignore file, say, is only known when it is on disk.
        if unwritten or not mended.is_blind:
            break
    left = keep(found, NO_TEXTS)
    _tell("Fixed", total, left)
    return max(report(left), UNCHECKED if unwritten else NOTHING)


def fix_input(task: Task, keep: Keep, report: Report) -> int:
    """Mend standard input and print it; the report goes to standard error. Tells the exit code."""
    mended = _mended(task, keep, task.outcomes())
    texts = {**task.texts, **mended.texts}
    for text in texts.values():
        click.echo(text, nl=False)
    left = keep(task.outcomes(texts), texts)
    _tell("Fixed", mended, left)
    return report(left, to_stderr=True)


def show(task: Task, keep: Keep, *, exit_zero: bool) -> int:
    """Print what would become of the files, and write nothing. Tells the exit code."""
    mended = _mended(task, keep, task.outcomes())
    is_watched = sys.stdout.isatty()
    for path, before, after in mended.changes:
        for line in diff.render(path, before, after):
            shown = visible(line.removesuffix("\n")) + "\n" if is_watched else line
            click.echo(shown.encode("utf-8", "surrogateescape"), nl=False)
    left = keep(task.outcomes(mended.texts), mended.texts)
    _tell("Would fix", mended, left)
    is_different = bool(mended.changes) and not exit_zero
    return max(exit_code(left, exit_zero=True), FINDINGS if is_different else NOTHING)


def _mended(task: Task, keep: Keep, found: list[Outcome]) -> Mended:
    """What mending comes to of what was found."""

    def seen(outcomes: list[Outcome], texts: Texts) -> Seen:
        return Seen(together(outcomes), offered(keep(outcomes, texts)))

    def look(texts: Texts, only: Collection[Found] | None) -> Seen:
        return seen(task.outcomes(texts, only), texts)

    first = seen(found, NO_TEXTS)
    if not first.offered:
        return Mended()
    files = [file for group in task.groups for file in group.files]
    return mend(look, first, files, ties(task.groups, task.build, task.texts), task.texts)


def _tell(verb: str, mended: Mended, left: Iterable[Outcome]) -> None:
    count = sum(len(batch.findings) for batch in mended.batches)
    done = f"{verb} {plural(count, 'finding')} in {plural(len(mended.texts), 'file')}."
    click.echo(done if count else "Nothing to fix.", err=True)
    hidden = len(unsafe(left))
    if hidden:
        click.echo(f"{plural(hidden, 'more finding')} would be fixed with --unsafe-fixes.", err=True)
    for finding, reason in mended.dropped:
        region = finding.region
        place = f"{region.path}:{region.line}:{region.column}"
        click.echo(visible(f"{place}: not fixed [{finding.rule}]: {reason}"), err=True)
