"""GitLab CI: the commands of its jobs.

https://docs.gitlab.com/ci/yaml/#script
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dockerlint.compose.nodes import Mapping, Scalar, Sequence, parse
from dockerlint.project.build import has_development_part
from dockerlint.project.builders import Builder, BuildLink
from dockerlint.project.files import Files
from dockerlint.project.reading import commands
from dockerlint.source import Source, Text

_MOST_LINES = 2000
_NO_JOBS = frozenset(
    {"after_script", "cache", "default", "image", "include", "pages", "services", "spec", "stages", "variables",
     "workflow"}
)  # fmt: skip


def links_in(source: Source, root: Path, files: Files) -> Iterator[BuildLink]:
    """What the jobs build. `root` is the folder of the repository."""
    for document in parse(source).documents:
        if isinstance(document, Mapping):
            yield from _of_jobs(document, source, root, files)


def _of_jobs(document: Mapping, source: Source, root: Path, files: Files) -> Iterator[BuildLink]:
    shared = {**dict(_variables(document)), "CI_PROJECT_DIR": str(root)}
    default = document.get("default")
    for entry in document.entries:
        job = entry.value
        if entry.key.text in _NO_JOBS or not isinstance(job, Mapping):
            continue
        before = _first(job, default, document)
        # One shell runs them all.
        lines = [*_lines(before), *_lines(job.get("script"))]
        script = commands.script_of_lines(lines[:_MOST_LINES], source)
        name = str(entry.key.text)
        # What a template brings may change the folder.
        is_doubtful = name.startswith(".") or "extends" in job
        builder = Builder("gitlab", f"the job `{name}`", (root,), has_development_part(name), is_doubtful=is_doubtful)
        yield from commands.links_in(script, builder, files, variables={**shared, **dict(_variables(job))})


def _first(*nodes: object) -> object:
    """The first `before_script` of some mappings."""
    found = (node.get("before_script") for node in nodes if isinstance(node, Mapping))
    return next((one for one in found if one is not None), None)


def _lines(node: object) -> Iterator[Text]:
    """The commands of a script; lists in it are taken apart. A tag stands for what is not seen."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Scalar):
            yield one.text
        elif isinstance(one, Sequence) and one.tag is None:
            waiting += reversed(one.items)


def _variables(node: Mapping) -> Iterator[tuple[str, str | None]]:
    """The variables that the file sets; those with others in them are not known."""
    given = node.get("variables")
    for entry in given.entries if isinstance(given, Mapping) else ():
        value = entry.value.text if isinstance(entry.value, Scalar) else None
        yield str(entry.key.text), None if value is None or "$" in value else str(value)
