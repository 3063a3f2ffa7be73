"""What an image from outside brings to the stages that stand on it."""

from __future__ import annotations

from functools import lru_cache

from dockerlint.dockerfile.environment import NOTHING_KNOWN
from dockerlint.dockerfile.image import Reference
from dockerlint.dockerfile.stages import BaseImage
from dockerlint.knowledge.environment import environment_of
from dockerlint.knowledge.images import facts
from dockerlint.shell.dialects import POSIX, Shell, shell_of_words
from dockerlint.source import Source, Text


@lru_cache(maxsize=4096)
def base_image(reference: Reference) -> BaseImage:
    """The variables of an image, and what reads shell forms in it."""
    return BaseImage(environment_of(reference) or NOTHING_KNOWN, _shell(reference))


def _shell(reference: Reference) -> Shell:
    known = facts(reference)
    if known is not None and known.shell:
        return shell_of_words([_text(word) for word in known.shell])
    if reference.is_windows:
        return Shell("cmd")
    return Shell(known.shell_dialect) if known is not None and known.shell_dialect else POSIX


def _text(word: str) -> Text:
    return Source("", word).slice(0, len(word))
