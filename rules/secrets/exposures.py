"""Secrets that are known by their form, wherever they stand in a Dockerfile.

The other rules of this chapter are silent about what is found here: one fault, one finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from dockerlint.dockerfile.instructions import Arg, Instruction, KeyValues, Onbuild, Pair, Run, ShellForm, Transfer
from dockerlint.dockerfile.stages import Dockerfile, Stage
from dockerlint.dockerfile.state import State
from dockerlint.knowledge.secrets import Credentials, find_credentials, find_parameters
from dockerlint.knowledge.tokens import Token, find_tokens
from dockerlint.project.build import Build
from dockerlint.source import Text

from .shell_text import is_asset_build, lines, starts_database
from .values import is_for_browsers


class Node(NamedTuple):
    """An instruction, or the one that ONBUILD defers; `stage` is None before the first FROM."""

    instruction: Instruction
    stage: Stage | None
    before: State


class Exposure(NamedTuple):
    """A token, or the password of a URL, and where it stands. `node` is None for one in a comment."""

    place: Text
    node: Node | None
    token: Token | None = None
    credentials: Credentials | None = None

    @property
    def pair(self) -> Pair | None:
        """The variable or label of whose value it is a part."""
        instruction = self.node.instruction if self.node is not None else None
        if not isinstance(instruction, KeyValues | Arg):
            return None
        return next((pair for pair in instruction.pairs if pair.value and overlap(pair.value, self.place)), None)


@lru_cache(maxsize=1)
def nodes(dockerfile: Dockerfile) -> tuple[Node, ...]:
    """Every instruction with its stage. ONBUILD stands for the instruction that it defers."""
    return tuple(_nodes(dockerfile))


def _nodes(dockerfile: Dockerfile) -> Iterator[Node]:
    steps = iter([(stage, step) for stage in dockerfile.stages for step in stage.steps])
    following = next(steps, None)
    for instruction in dockerfile.instructions:
        inner = instruction.instruction if isinstance(instruction, Onbuild) else instruction
        if following is not None and following[1].instruction is instruction:
            stage, step = following
            yield Node(inner, stage, step.before)
            following = next(steps, None)
        else:
            yield Node(inner, None, State())


def ships(build: Build, node: Node) -> bool:
    """Whether what an instruction leaves behind is a part of an image; otherwise it lies in the build cache."""
    return node.stage is None or node.stage in build.shipping_stages


def overlap(one: Text, other: Text) -> bool:
    return one.start < other.end and other.start < one.end


def is_exposed(dockerfile: Dockerfile, place: Text) -> bool:
    """Whether the secret at a place is one that `known-token` or `credentials-in-url` reports."""
    return any(overlap(exposure.place, place) for exposure in exposures(dockerfile))


@lru_cache(maxsize=1)
def exposures(dockerfile: Dockerfile) -> tuple[Exposure, ...]:
    """The tokens and passwords of a Dockerfile. Remembered, since most rules of the chapter ask."""
    found = (_token(text, node, token) for text, node in _texts(dockerfile) for token in find_tokens(text))
    tokens = [exposure for exposure in found if not _is_public(exposure)]
    return (*tokens, *(found for found in _passwords(dockerfile) if not _is_any(found.place, tokens)))


def _token(text: Text, node: Node | None, token: Token) -> Exposure:
    return Exposure(text.part(token.start, token.end), node, token=token)


def _is_public(exposure: Exposure) -> bool:
    """Whether a key of Google's stands in a variable for web pages, where such keys belong."""
    is_key = exposure.token is not None and (exposure.token.provider, exposure.token.kind) == ("Google", "API key")
    return is_key and exposure.pair is not None and is_for_browsers(exposure.pair.name)


def _is_any(place: Text, exposures: Iterable[Exposure]) -> bool:
    return any(overlap(place, exposure.place) for exposure in exposures)


def _texts(dockerfile: Dockerfile) -> Iterator[tuple[Text, Node | None]]:
    for node in nodes(dockerfile):
        for text in _texts_of(node):
            yield text, node
    for block in _blocks(dockerfile):
        yield block, None


def _texts_of(node: Node) -> tuple[Text, ...]:
    return node.instruction.text, *(heredoc.body for heredoc in node.instruction.heredocs)


def _blocks(dockerfile: Dockerfile) -> Iterator[Text]:
    """The comments, those of adjacent lines as one text: a private key takes several."""
    source = dockerfile.source
    block: Text | None = None
    for comment in dockerfile.comments:
        if block is not None and source.text[block.end : comment.start].strip(" \t\r") == "\n":
            block = source.slice(block.start, comment.end)
            continue
        if block is not None:
            yield block
        block = comment
    if block is not None:
        yield block


def _passwords(dockerfile: Dockerfile) -> Iterator[Exposure]:
    text = dockerfile.source.text
    has_urls = "@" in text and "://" in text
    has_parameters = any(mark in text.lower() for mark in ("@tcp(", "@unix(", "password", "passwd", "pwd"))
    for node in nodes(dockerfile) if has_urls or has_parameters else ():
        found: list[tuple[Text, Credentials]] = []
        if has_urls:
            found += [(text, each) for text in _texts_of(node) for each in find_credentials(text)]
        if has_parameters:
            found += [(text, each) for text in _values(node) for each in find_parameters(text)]
        for text, credentials in found:
            if not _is_excused(node, credentials):
                yield Exposure(text.part(credentials.start, credentials.end), node, credentials=credentials)


def _values(node: Node) -> Iterator[Text]:
    """What may be a connection string as a whole: values of variables, words of commands."""
    instruction = node.instruction
    if isinstance(instruction, KeyValues | Arg):
        yield from (pair.value for pair in instruction.pairs if pair.value)
    elif isinstance(instruction, ShellForm):
        for command in instruction.commands:
            yield from (word.value for word in command.words)
            yield from (each.value.value for each in command.assignments if each.value is not None)
    elif isinstance(instruction, Transfer):
        for heredoc in instruction.heredocs:
            yield from lines(heredoc.body)


def _is_excused(node: Node, credentials: Credentials) -> bool:
    """Whether a command writes a password as manuals do, or one for a database that lives as long as the command."""
    if not isinstance(node.instruction, Run):
        return False
    if credentials.documentation_style or any(is_asset_build(command) for command in node.instruction.commands):
        return True
    is_local = credentials.host.partition(":")[0] in _LOCAL
    return is_local and any(starts_database(command) for command in node.instruction.commands)


_LOCAL = ("localhost", "127.0.0.1", "[::1]", "0.0.0.0", "")  # noqa: S104 (an address to recognise)
