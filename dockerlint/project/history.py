"""What went before a place in a stage: tests of layers and steps, each made once for a stage.

A rule that looked through all earlier layers for each layer would take ten times the time ten times over for a file
that is ten times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import inf
from typing import TYPE_CHECKING

from dockerlint.dockerfile.stages import Stage

if TYPE_CHECKING:
    from dockerlint.project.layers import Layer

Names = Callable[["Layer"], Iterable[str]]
_Lines = Callable[["History"], Iterator[int]]


class History:
    """The layers and steps of a stage, on the history of the stage that it is built on.

    A test is a function of a module; `asked` are more arguments for it, by which it is known again too. Lines are
    those of a file, where all that a stage stands on, triggers too, stands above its own instructions.
    """

    def __init__(self, stage: Stage, layers: tuple[Layer, ...], below: History | None) -> None:
        self.stage = stage
        self.layers = layers
        self.below = below
        self.firsts: dict[tuple[object, ...], float] = {}
        self._lasts: dict[tuple[object, ...], float] = {}
        self._lines: dict[Names, tuple[dict[str, int], dict[str, int]]] = {}

    def first_layer(self, test: Callable[..., bool], *asked: object) -> float:
        """The line of the first layer of the chain that passes a test; infinity if none does."""

        def lines(one: History) -> Iterator[int]:
            return (layer.run.start_line for layer in one.layers if test(layer, *asked))

        return self._first((test, *asked), lines)

    def first_step(self, test: Callable[..., bool], *asked: object) -> float:
        """The line of the first step of the chain that passes a test; infinity if none does."""

        def lines(one: History) -> Iterator[int]:
            return (step.instruction.start_line for step in one.stage.steps if test(step, *asked))

        return self._first((test, *asked), lines)

    def last_layer(self, test: Callable[..., bool], *asked: object) -> float:
        """The line of the last layer of the stage itself that passes a test; 0 if none does."""
        key = (test, *asked)
        if key not in self._lasts:
            lines = (layer.run.start_line for layer in reversed(self.layers) if test(layer, *asked))
            self._lasts[key] = next(lines, 0)
        return self._lasts[key]

    def first_naming(self, names: Names, name: str) -> float:
        """The line of the first layer of the chain whose names hold one; infinity if no layer's do."""
        history: History | None = self
        found = inf
        while history is not None:
            found = min(found, history.lines_of(names)[0].get(name, inf))
            history = history.below
        return found

    def last_naming(self, names: Names, name: str) -> float:
        """The line of the last layer of the stage itself whose names hold one; 0 if no layer's do."""
        return self.lines_of(names)[1].get(name, 0)

    def lines_of(self, names: Names) -> tuple[dict[str, int], dict[str, int]]:
        """The first and the last line of each name in the stage itself."""
        if names not in self._lines:
            first: dict[str, int] = {}
            last: dict[str, int] = {}
            for layer in self.layers:
                for name in names(layer):
                    first.setdefault(name, layer.run.start_line)
                    last[name] = layer.run.start_line
            self._lines[names] = first, last
        return self._lines[names]

    def _first(self, key: tuple[object, ...], lines: _Lines) -> float:
        unasked: list[History] = []
        history: History | None = self
        while history is not None and key not in history.firsts:
            unasked.append(history)
            history = history.below
        line = history.firsts[key] if history is not None else inf
        for one in reversed(unasked):
            if line == inf:
                line = next(lines(one), inf)
            one.firsts[key] = line
        return line
