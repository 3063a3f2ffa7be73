"""Shell scripts, and the scripts of package.json, that build images."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dockerlint.project.build import has_development_part
from dockerlint.project.builders import Builder, BuildLink
from dockerlint.project.files import Files, absolute
from dockerlint.project.reading import commands
from dockerlint.source import Source


def links_in(source: Source, folders: tuple[Path, ...], files: Files) -> Iterator[BuildLink]:
    """What a shell script builds; `folders` are those that people may run it in."""
    name = source.path.rpartition("/")[2]
    builder = Builder("script", f"`{name}`", folders, has_development_part(name))
    text = source.slice(0, len(source.text))
    yield from commands.links_in(text, builder, files, variables={}, path=absolute(Path(source.path)))


def links_in_package(source: Source, folder: Path, files: Files) -> Iterator[BuildLink]:
    """What the scripts of a package.json build; npm runs them in its folder.

    https://docs.npmjs.com/cli/using-npm/scripts/
    """
    from dockerlint.compose.nodes import Mapping, Scalar, parse  # noqa: PLC0415 (slow to import, seldom needed)

    root = next(iter(parse(source).documents), None)
    scripts = root.get("scripts") if isinstance(root, Mapping) else None
    for entry in scripts.entries if isinstance(scripts, Mapping) else ():
        if isinstance(entry.value, Scalar):
            name = str(entry.key.text)
            builder = Builder("script", f"`npm run {name}`", (folder,), has_development_part(name.replace(":", "-")))
            yield from commands.links_in(entry.value.text, builder, files, variables={})
