"""Where the files of an image come from: which file of the context a path in a stage is."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase

from dockerlint.context.files import Context
from dockerlint.dockerfile.copies import Placed, placed
from dockerlint.dockerfile.instructions import Add, Copy, Transfer
from dockerlint.dockerfile.stages import Dockerfile, Stage

# `COPY --from` chains longer than this are left unfollowed.
_LONGEST_CHAIN = 10


class ImageFiles:
    """The files that COPY and ADD bring into the stages of a Dockerfile."""

    def __init__(self, dockerfile: Dockerfile, context: Context) -> None:
        self._dockerfile = dockerfile
        self._context = context
        self._placed: dict[int, list[Placed]] = {}

    def origin(self, stage: Stage, path: str, depth: int = 0) -> str | None:
        """The file of the context that a stage has at an absolute path, by the last COPY that brought it."""
        if depth > _LONGEST_CHAIN:
            return None
        for link in reversed(stage.chain):
            for place in reversed(self._transfers(link)):
                for candidate in _candidates(place, path):
                    found = self._source(link, place.transfer, candidate, depth)
                    if found is not None:
                        return found
        return None

    def _transfers(self, stage: Stage) -> list[Placed]:
        if stage.index not in self._placed:
            found = (
                placed(step.instruction, step.before)
                for step in stage.steps
                if isinstance(step.instruction, Copy | Add)
            )
            self._placed[stage.index] = [place for place in found if place is not None]
        return self._placed[stage.index]

    def _source(self, stage: Stage, transfer: Transfer, candidate: str, depth: int) -> str | None:
        if transfer.origin is None:
            return candidate if self._context.is_file(candidate) else None
        other = self._dockerfile.stage_of_origin(transfer.origin, stage)
        return self.origin(other, "/" + candidate, depth + 1) if other else None


def _candidates(place: Placed, path: str) -> list[str]:
    """The sources that a path of the image may have come from through one COPY."""
    found: list[str] = []
    for _, source in place.sources:
        clean = posixpath.normpath(source.lstrip("/") or ".")
        if path == place.destination and not place.is_folder:
            found.append(clean)
        if posixpath.dirname(path) == place.destination and posixpath.basename(clean) == posixpath.basename(path):
            found.append(clean)
        if path.startswith(place.destination.rstrip("/") + "/"):
            inner = path[len(place.destination.rstrip("/")) + 1 :]
            folder, name = posixpath.split(clean)
            if any(mark in name for mark in "*?["):
                # A file by its name; a folder that a glob matches loses its own name on the way.
                found += [posixpath.join(folder, inner)] if fnmatchcase(inner.partition("/")[0], name) else []
            else:
                found.append(posixpath.normpath(posixpath.join(clean, inner)))
    return found
