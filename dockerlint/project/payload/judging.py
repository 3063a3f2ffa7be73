"""Which of the things that a broad copy takes are a fault in this build."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from dockerlint.context.files import Context
from dockerlint.context.listing import Entry
from dockerlint.knowledge.secret_files import credential_file, holds_secret, may_be_harmless
from dockerlint.knowledge.tokens import Token, find_tokens
from dockerlint.project.build import Build
from dockerlint.project.payload.anchoring import anchored
from dockerlint.project.payload.contents import Burden, Contents
from dockerlint.project.payload.copies import BroadCopy
from dockerlint.project.payload.kinds import Kind
from dockerlint.project.payload.tools import Tool, needs_git, tools

# Clutter of one kind and of fewer bytes is not worth a word.
_WORTH_MENTIONING = 100_000

# Source is never taken for a credential file, so most names need not be compared with the list of those.
_SOURCE = (
    ".py", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".vue", ".go", ".rs", ".java", ".kt", ".scala", ".rb", ".php",
    ".cs", ".c", ".h", ".cc", ".cpp", ".hpp", ".swift", ".ex", ".exs", ".html", ".css", ".scss", ".less", ".svg",
    ".png", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".woff", ".woff2", ".ttf", ".md", ".rst", ".txt", ".map", ".sum",
    ".lock", ".snap", ".proto", ".sql", ".csv", ".po", ".mo",
)  # fmt: skip

# Where tokens are looked for, in so many files of such sizes.
_SETTINGS = (
    ".json", ".yml", ".yaml", ".toml", ".ini", ".cfg", ".conf", ".config", ".properties", ".xml", ".env", ".envrc",
)  # fmt: skip
_NO_SETTINGS = frozenset({"package-lock.json", "composer.lock", "pnpm-lock.yaml", "tsconfig.json"})
_LARGEST_SETTINGS = 65_536
_MOST_SETTINGS = 1_000

_TEST_FOLDERS = frozenset(
    {
        "test", "tests", "testdata", "fixtures", "__fixtures__", "__tests__", "spec", "example", "examples", "samples",
        "e2e",
    }
)  # fmt: skip


class Secret(NamedTuple):
    """A file that gives a secret away; `what` says what it is, with its article."""

    path: str
    what: str


def git(build: Build, copy: BroadCopy) -> list[Burden]:
    """The history that a copy takes into the image, unless something there reads it."""
    found = _burdens(build, copy, Kind.GIT)
    return [] if not found or build.context is None or needs_git(build, build.context, copy.stage) else found


def dependencies(build: Build, copy: BroadCopy) -> list[tuple[Burden, Tool]]:
    """The folders that the image makes by itself as well, with what makes them there.

    In a stage that does not ship only what is written over counts: the build goes on with the wrong files.
    """
    found: list[tuple[Burden, Tool]] = []
    for burden in _burdens(build, copy, Kind.DEPENDENCIES, in_builders=True):
        makers = [tool for tool in tools(build) if tool.kind in burden.makers]
        if makers and not any(tool.replaces and _runs_after(tool, copy) for tool in makers):
            overwritten = next((tool for tool in makers if overwrites(copy, burden, tool)), None)
            if overwritten is not None or copy.ships:
                found.append((burden, overwritten or makers[0]))
    return found


def _runs_after(tool: Tool, copy: BroadCopy) -> bool:
    return copy.stage in tool.stage.chain and tool.line > copy.transfer.start_line


def overwrites(copy: BroadCopy, burden: Burden, tool: Tool) -> bool:
    """Whether the copy puts a folder in the place where a tool has made it before."""
    if tool.stage not in copy.stage.chain or tool.line > copy.transfer.start_line or copy.destination is None:
        return False
    if tool.kind != "node" or copy.source != copy.base:
        return False
    place = posixpath.join(tool.workdir or "", "node_modules")
    return any(
        posixpath.join(copy.destination, posixpath.relpath(path, copy.base or ".")) == place for path in burden.paths
    )


def clutter(build: Build, copy: BroadCopy) -> list[Burden]:
    """What is of no use in the image, of whatever size."""
    found = [burden for burden in _burdens(build, copy, Kind.CLUTTER) if not is_used(build, copy.contents, burden)]
    return sorted(found, key=lambda burden: -burden.size)


def worth_mentioning(build: Build, copy: BroadCopy) -> list[Burden]:
    """The clutter, if it is of several kinds or large; then with the files about containers."""
    found = clutter(build, copy)
    if len(found) < 2 and sum(burden.size for burden in found) < _WORTH_MENTIONING:
        return []
    return found + _burdens(build, copy, Kind.CONTAINER_FILES)


def is_used(build: Build, contents: Contents, burden: Burden) -> bool:
    """Whether the program or the build names the files."""
    text = build.dockerfile.source.text
    if burden.is_folder:
        return burden.pattern.endswith("docs") and "docs" in text
    return any(path in contents.referred or posixpath.basename(path) in text for path in burden.paths)


def _burdens(build: Build, copy: BroadCopy, kind: Kind, *, in_builders: bool = False) -> list[Burden]:
    """What a copy that ships (or one in any stage) takes of one kind, the largest first.

    Left out is what the ignore file lets in on purpose, and what a pattern of it means but misses: that is a fault of
    the pattern.
    """
    if not (copy.ships or in_builders) or build.context is None:
        return []
    context = build.context
    told = {path for each in anchored(build) for path in each.paths}
    found = [
        burden
        for burden in copy.contents.burdens
        if burden.kind is kind and not _is_wanted(context, burden) and not told.issuperset(burden.paths)
    ]
    return sorted(found, key=lambda burden: -burden.size)


def _is_wanted(context: Context, burden: Burden) -> bool:
    if context.ignore is None or not context.ignore.has_negations:
        return False
    return all(is_readmitted(context, path) for path in burden.paths)


def is_readmitted(context: Context, path: str) -> bool:
    """Whether a `!` pattern names just this path, so that it is in the context on purpose."""
    pattern = context.ignore.deciding(path) if context.ignore is not None else None
    return pattern is not None and pattern.negated and pattern.matches(path)


def secrets(copy: BroadCopy) -> tuple[Secret, ...]:
    return secrets_in(copy.contents)


@lru_cache(maxsize=8)
def secrets_in(contents: Contents) -> tuple[Secret, ...]:
    """The files that give secrets away, shortest paths first."""
    found = [secret for entry in contents.others if (secret := _credentials(contents.context, entry))]
    known = {secret.path for secret in found}
    found += (secret for secret in _settings_with_tokens(contents) if secret.path not in known)
    return tuple(sorted(found, key=lambda secret: (secret.path.count("/"), secret.path)))


def _credentials(context: Context, entry: Entry) -> Secret | None:
    name = posixpath.basename(entry.path)
    if (name.endswith(_SOURCE) and not name.startswith(".")) or entry.is_symlink or not entry.size:
        return None
    what = credential_file(entry.path)
    if what is None:
        return None
    is_test = _is_test(entry.path)
    if not may_be_harmless(entry.path):
        return None if is_test else Secret(entry.path, what)
    source = context.read_text(entry.path)
    if source is None or not holds_secret(entry.path, source.text):
        return None
    return Secret(entry.path, what) if not is_test or _token(entry.path, source.text) else None


def _token(path: str, text: str) -> Token | None:
    """A token in the text of a file; among tests only one that a provider has issued, for keys are made up there."""
    is_test = _is_test(path)
    return next((token for token in find_tokens(text) if token.provider or not is_test), None)


def _is_test(path: str) -> bool:
    return not _TEST_FOLDERS.isdisjoint(path.lower().split("/")[:-1])


def _settings_with_tokens(contents: Contents) -> Iterator[Secret]:
    settings = [entry for entry in contents.others if _may_hold_a_token(entry)]
    settings.sort(key=lambda entry: entry.path.count("/"))
    for entry in settings[:_MOST_SETTINGS]:
        source = contents.context.read_text(entry.path, _LARGEST_SETTINGS)
        token = _token(entry.path, source.text) if source is not None else None
        if token is not None:
            yield Secret(entry.path, token.title)


def _may_hold_a_token(entry: Entry) -> bool:
    if not entry.path.endswith(_SETTINGS) or entry.size > _LARGEST_SETTINGS or entry.is_symlink:
        return False
    return posixpath.basename(entry.path) not in _NO_SETTINGS
