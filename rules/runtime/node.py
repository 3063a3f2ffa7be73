"""What a package.json says of the program that `npm start` and its like run."""

from __future__ import annotations

import re

from dockerlint.dockerfile.copies import absolute_path
from dockerlint.dockerfile.stages import Stage
from dockerlint.project.build import Build
from dockerlint.shell.script import Command, Script, read_script
from dockerlint.source import Source

PACKAGE_TOOLS = frozenset({"npm", "yarn", "pnpm"})


def manifest(build: Build, stage: Stage) -> Source | None:
    """The package.json of the working directory, where it can be read."""
    return build.read(stage, absolute_path("package.json", stage.state.workdir))


def script_name(command: Command) -> str:
    """The script that `npm start`, `npm run X` or `yarn X` names; empty if it is another command."""
    operands = [str(word.value) for word in command.operands]
    if operands[:1] in (["run"], ["run-script"]):
        return operands[1] if len(operands) > 1 else ""
    return operands[0] if operands else ""


def package_script(build: Build, stage: Stage, command: Command) -> Script | None:
    """The script behind `npm start` or `npm run X`."""
    name = script_name(command) if command.name in PACKAGE_TOOLS else ""
    source = manifest(build, stage) if name else None
    if source is None or '"scripts"' not in source.text:
        return None
    found = re.search(rf'"{re.escape(name)}"\s*:\s*"((?:[^"\\]|\\.)*)"', source.text)
    if found is None or '"scripts"' not in source.text[: found.start()]:
        return None
    return read_script(source.slice(*found.span(1)))
