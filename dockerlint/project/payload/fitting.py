"""The patterns that an ignore file should have in a project: against what is there, and what will be there."""

from __future__ import annotations

from collections.abc import Iterator

from dockerlint.context.files import Context
from dockerlint.project.build import Build
from dockerlint.project.payload.contents import contents_of_all
from dockerlint.project.payload.essentials import expected, gets_through, promised
from dockerlint.project.payload.judging import is_readmitted, secrets_in
from dockerlint.project.payload.kinds import Kind, plain_pattern
from dockerlint.project.payload.proof import Proven, proven

_ORDER = (Kind.GIT, Kind.DEPENDENCIES, Kind.CLUTTER, Kind.CONTAINER_FILES)


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
    for kind in _ORDER:
        burdens = sorted(contents.burdens, key=lambda burden: -burden.size)
        for burden in burdens:
            if burden.kind is kind and not all(is_readmitted(context, path) for path in burden.paths):
                yield burden.pattern
    yield from promised(context)
