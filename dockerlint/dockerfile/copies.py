"""What COPY and ADD take where, and whose it is then.

https://docs.docker.com/reference/dockerfile/#copy
"""

from __future__ import annotations

import posixpath
from functools import lru_cache
from typing import NamedTuple

from dockerlint.dockerfile.instructions import Transfer
from dockerlint.dockerfile.state import State
from dockerlint.source import Text


class Placed(NamedTuple):
    """A COPY or ADD with its words expanded: sources to a folder or file of the image.

    `owner` is who owns the files then, as `--chown` says it, and root without it; None where the stage or image that
    they come from decides, or a variable.
    """

    transfer: Transfer
    sources: tuple[tuple[Text, str], ...]
    destination: str
    is_folder: bool
    owner: str | None


@lru_cache(maxsize=64)
def placed(transfer: Transfer, before: State) -> Placed | None:
    """What a COPY or ADD takes where; None when a variable leaves that open."""
    destination = before.expanded(transfer.destination, transfer.escape)
    sources = [(word, before.expanded(word, transfer.escape)) for word in transfer.sources]
    known = tuple((word, source) for word, source in sources if source is not None)
    if destination is None or len(known) < len(sources):
        return None
    is_folder = destination.endswith(("/", "/.")) or destination == "." or len(sources) > 1
    path = absolute_path(destination, before.workdir)
    return Placed(transfer, known, path, is_folder, _owner(transfer, before))


def _owner(transfer: Transfer, before: State) -> str | None:
    if transfer.owner:
        return before.expanded(transfer.owner, transfer.escape)
    return None if transfer.origin else "root"


def absolute_path(path: str, workdir: str | None) -> str:
    """A path in the image, from the root.

    Before any WORKDIR relative paths stand below the base image's; as all of them do, it may be taken for the root.
    """
    return posixpath.normpath(posixpath.join("/", workdir or "", path))
