"""Places in Dockerfiles where two linters differ, with what a reader needs to judge who is right."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from dockerlint.dockerfile.instructions import Instruction, Onbuild, Run
from dockerlint.dockerfile.stages import Dockerfile, Stage
from dockerlint.knowledge.images import facts
from dockerlint.lint.run import KNOWING_IMAGES
from dockerlint.project.build import Build
from dockerlint.project.layers import Layer
from dockerlint.shell.packages import PackageAction
from dockerlint.shell.script import Command
from dockerlint.source import Source


class Site(NamedTuple):
    """An instruction that one of the two speaks of. Of hadolint the column is not known, since it says 1."""

    build: Build
    stage: Stage | None
    instruction: Instruction | None
    line: int
    code: str
    column: int = 1
    message: str = ""
    is_ours: bool = False
    # Whether hadolint gave the file up with a syntax error.
    is_given_up: bool = False
    # The codes that hadolint tells of the instruction.
    codes_there: frozenset[str] = frozenset()
    # The lines of the file's instructions of which the other one tells under the same code.
    told_lines: frozenset[int] = frozenset()

    @property
    def written(self) -> Instruction | None:
        """The instruction, or the one inside ONBUILD."""
        return self.instruction.instruction if isinstance(self.instruction, Onbuild) else self.instruction

    @property
    def start(self) -> int:
        """The first line of the instruction."""
        return self.instruction.start_line if self.instruction is not None else self.line

    @property
    def text(self) -> str:
        return str(self.instruction.text) if self.instruction is not None else ""

    @property
    def base(self) -> str:
        """The image from outside that the stage stands on."""
        return (self.stage.root.base_name or "") if self.stage is not None else ""

    @property
    def has_known_base(self) -> bool:
        return self.stage is not None and self.stage.base is not None and facts(self.stage.base) is not None

    @property
    def ships(self) -> bool:
        return self.stage is None or self.stage in self.build.shipping_stages

    @property
    def run(self) -> Run | None:
        return self.written if isinstance(self.written, Run) else None

    @property
    def layer(self) -> Layer | None:
        return next((layer for layer in self.build.layers if layer.run is self.run), None)

    @property
    def commands(self) -> tuple[Command, ...]:
        layer = self.layer
        return layer.commands if layer is not None else ()

    @property
    def actions(self) -> tuple[PackageAction, ...]:
        layer = self.layer
        return layer.actions if layer is not None else ()

    @property
    def command(self) -> Command | None:
        """The innermost command that our finding points at."""
        offset = self.build.dockerfile.source.line_starts[self.line - 1] + self.column - 1
        around = [one for one in self.commands if one.text.start <= offset < one.text.end]
        return around[-1] if around and self.is_ours else None


class Files:
    """The files of a comparison, read when they are asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._builds: dict[str, Build] = {}

    def build(self, path: str) -> Build:
        if path not in self._builds:
            source = Source.from_bytes(path, (self._folder / path).read_bytes())
            self._builds[path] = Build(Dockerfile(source, KNOWING_IMAGES))
        return self._builds[path]

    def site(self, path: str, line: int, code: str) -> Site:
        build = self.build(path)
        instruction = next(
            (one for one in build.dockerfile.instructions if one.start_line <= line <= one.end_line), None
        )
        stage = next((one for one in build.dockerfile.stages if one.from_.start_line <= line <= one.end_line), None)
        return Site(build, stage, instruction, line, code)
