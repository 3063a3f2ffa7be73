"""The patterns that an ignore file should have in a project: against what is there, and what will be there."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from fnmatch import fnmatchcase

from dockerlint.context.files import Context
from dockerlint.project.build import Build
from dockerlint.project.payload.contents import contents_of_all
from dockerlint.project.payload.essentials import expected, gets_through, promised
from dockerlint.project.payload.judging import is_readmitted, secrets_in
from dockerlint.project.payload.kinds import Kind, plain_pattern
from dockerlint.project.payload.proof import Proven, proven

_ORDER = (Kind.GIT, Kind.DEPENDENCIES, Kind.CLUTTER)
_STEMS = ("Dockerfile", "compose", "docker-compose")


def fitted(builds: tuple[Build, ...]) -> Proven:
    """What the ignore file of builds that share a context lacks, without what any of them needs."""
    context = builds[0].context
    return proven(builds, tuple(_candidates(builds, context))) if context is not None else Proven((), ())


def _candidates(builds: tuple[Build, ...], context: Context) -> Iterator[str]:
    contents = contents_of_all(context)
    for build in builds:
        for found in expected(build, contents, build.dockerfile.stages):
            if gets_through(context, found):
                yield from found.essential.patterns
    for secret in secrets_in(contents):
        if not is_readmitted(context, secret.path):
            yield plain_pattern(secret.path) or ""
    unwanted = [burden for burden in contents.burdens if not all(is_readmitted(context, path) for path in burden.paths)]
    for kind in _ORDER:
        burdens = sorted((burden for burden in unwanted if burden.kind is kind), key=lambda burden: -burden.size)
        yield from (burden.pattern for burden in burdens)
    yield from promised(context)
    yield from _grouped(sorted(burden.pattern for burden in unwanted if burden.kind is Kind.CONTAINER_FILES))


def _grouped(patterns: list[str]) -> Iterator[str]:
    """Several Dockerfiles or Compose files of a folder by one pattern."""
    for pattern in patterns:
        stem = next((stem for stem in _STEMS if pattern.startswith(stem)), None)
        group = f"{stem}*{posixpath.splitext(pattern)[1] if stem != 'Dockerfile' else ''}"
        alike = [other for other in patterns if stem is not None and fnmatchcase(other, group) and "/" not in other]
        yield group if len(alike) > 1 and pattern in alike else pattern
