"""A build context for people: what is sent, what is kept back, and what each COPY takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TextIO

from dockerlint.context.files import human_size
from dockerlint.context.tree import Branch, largest
from dockerlint.project.payload.sections import Evidence, Section, Use
from dockerlint.project.payload.weighing import Taken, Unwanted, Weight, taken, unwanted
from dockerlint.report.text import plural, visible, width

_BAR = 20
_LONGEST_WORDS = 100
_MOST_PATHS = 3
_MOST_PATTERNS = 5


def render(sections: Sequence[Section], limit: int, out: TextIO) -> None:
    """Write all sections; of the largest entries and of what should not be there at most `limit` each."""
    for number, section in enumerate(sections):
        if number:
            out.write("\n")
        out.writelines(visible(line) + "\n" for line in _section(section, limit))


def problems(section: Section) -> list[str]:
    """What keeps the figures from being sure, or Docker from building at all."""
    context, walk = section.context, section.context.walk
    found = [f"cannot read the folder {path}" for path in walk.unreadable]
    if context.ignore_path is not None and context.ignore is None:
        found.append(f"cannot read {context.ignore_path}: a link, no regular file, or larger than 1 MB")
    errors = context.ignore.errors if context.ignore is not None else ()
    return found + [f"Docker refuses `{text}` in {context.ignore_path}:{text.line}: {why}" for text, why in errors]


def _section(section: Section, limit: int) -> Iterator[str]:
    yield f"Context {section.context.root}"
    for use in section.uses:
        yield f"  of {use.build.dockerfile.path}: {', '.join(map(_why, use.evidence))}"
    if not section.uses:
        yield "  no Dockerfile here: the folder itself"
    yield from (f"  cannot tell for sure: {problem}" for problem in problems(section))
    yield ""
    yield from _totals(section)
    yield from _tree(section, limit)
    for use in section.uses:
        yield from _copies(use)
    yield from _unwanted(section, limit)


def _why(evidence: Evidence) -> str:
    return evidence.text if evidence.path is None else f"{evidence.text} ({evidence.path}:{evidence.line})"


def _totals(section: Section) -> Iterator[str]:
    context, walk = section.context, section.context.walk
    at_least = " at least: there are too many files to count" if walk.is_cut else ""
    yield f"  sent       {_weight(Weight(len(context.files), context.sent.size))}{at_least}"
    yield from _large(section)
    if walk.special:
        yield f"  not counted: pipes, sockets and devices, of which there are {len(walk.special):,}"
    if context.ignore_path is None:
        yield "  kept back  nothing: there is no .dockerignore"
        return
    kept_back = Weight(len(context.kept_back.entries), context.kept_back.size)
    count = len(context.ignore.patterns) if context.ignore is not None else 0
    yield f"  kept back  {_weight(kept_back)}  by {context.ignore_path} ({plural(count, 'pattern')})"
    patterns = sorted(walk.by_pattern, key=lambda each: (-each.size, each.pattern.line))
    for each in patterns[:_MOST_PATTERNS]:
        yield f"             {_weight(Weight(each.files, each.size))}  {each.pattern.text} (line {each.pattern.line})"


def _large(section: Section) -> Iterator[str]:
    """What is more than the settings allow."""
    limits, large = section.limits, section.large_files
    if section.is_large:
        yield f"             more than the {human_size(limits.context_size)} of `context-size`"
    if large:
        names = ", ".join(entry.path for entry in large[:_MOST_PATHS])
        more = f" and {len(large) - _MOST_PATHS} more" if len(large) > _MOST_PATHS else ""
        yield f"             larger than the {human_size(limits.file_size)} of `file-size`: {names}{more}"


def _weight(weight: Weight) -> str:
    return f"{plural(weight.files, 'file'):>14}  {human_size(weight.size):>7}"


def _tree(section: Section, limit: int) -> Iterator[str]:
    total = section.context.sent.size
    branches = largest(section.context.files, limit) if total else []
    if branches:
        yield ""
        yield "  Largest of what is sent"
    above = [""]
    for branch in branches:
        del above[branch.depth + 1 :]
        yield _branch(branch, total, branch.path.removeprefix(above[-1]))
        above.append(branch.path + "/")


def _branch(branch: Branch, total: int, name: str) -> str:
    share = branch.size / total
    bar = ("#" * round(share * _BAR)).ljust(_BAR, ".")
    title = f"{name}/ ({plural(branch.files, 'file')})" if branch.is_folder else name
    return f"  {human_size(branch.size):>7} {share:>4.0%} {bar} {'  ' * branch.depth}{title}"


def _copies(use: Use) -> Iterator[str]:
    found = list(taken(use.build))
    yield ""
    path = use.build.dockerfile.path
    yield f"  COPY and ADD of {path}" if found else f"  {path} takes nothing of the context by COPY or ADD"
    last = None
    for each in found:
        instruction = each.asked.instruction
        if instruction is not last:
            yield f"    {instruction.start_line:>4}  {_shortened(instruction.text)}"
        last = instruction
        yield f"          {_column(each.asked.word, 22)} {_weight(each.sent)}{_ignored(each)}"


def _ignored(each: Taken) -> str:
    kept_back = each.ignored
    notes = [f"{plural(kept_back.files, 'file')} of {human_size(kept_back.size)} ignored"] if kept_back.files else []
    if not each.asked.is_known:
        notes.append("a variable decides")
    return f"  ({'; '.join(notes)})" if notes else ""


def _column(text: str, least: int) -> str:
    return text + " " * (least - width(visible(text)))


def _shortened(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST_WORDS else words[: _LONGEST_WORDS - 3] + "..."


def _unwanted(section: Section, limit: int) -> Iterator[str]:
    found = unwanted(section)
    yield ""
    if not found:
        yield "  Nothing is sent that surely should not be there"
        return
    yield "  What should not be there"
    for one in found[:limit]:
        yield f"    {_weight(one.weight)}  {_paths(one)}: {one.what}{_taken_by(one)}"
    if len(found) > limit:
        yield f"    and {len(found) - limit} more"


def _paths(one: Unwanted) -> str:
    names = [path + "/" * one.is_folder for path in one.paths[:_MOST_PATHS]]
    more = [f"{len(one.paths) - _MOST_PATHS} more"] if len(one.paths) > _MOST_PATHS else []
    return ", ".join([*names, *more])


def _taken_by(one: Unwanted) -> str:
    places = dict.fromkeys(f"{build.dockerfile.path}:{word.word.line}" for build, word in one.takers)
    return f", taken by {', '.join(places)}" if places else ", in the context, though no COPY takes it"
