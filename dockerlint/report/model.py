"""The model itself, as `dockerlint parse` prints it: one JSON document for each file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dockerlint.compose.config import Places, to_config
from dockerlint.compose.services import Compose
from dockerlint.dockerfile.instructions import Instruction, ShellForm
from dockerlint.dockerfile.stages import Dockerfile, Stage
from dockerlint.shell.script import Command
from dockerlint.source import Source, Span, Text


def of_dockerfile(dockerfile: Dockerfile) -> dict[str, Any]:
    errors = dockerfile.errors
    return {
        "path": dockerfile.path,
        "kind": "dockerfile",
        "error": _error(errors[0].message, errors[0].span) if errors else None,
        "instructions": [_instruction(instruction) for instruction in dockerfile.instructions],
        "stages": [_stage(stage) for stage in dockerfile.stages],
    }


def of_compose(compose: Compose) -> dict[str, Any]:
    errors = compose.errors
    return {
        "path": compose.source.path,
        "kind": "compose",
        "error": _error(errors[0].message, errors[0].span) if errors else None,
        "config": None if errors else to_config(compose, _places(compose.source.path)),
    }


def _places(path: str) -> Places:
    """Compose makes paths absolute, from the folder of the file."""
    return Places(str(Path(path).resolve().parent), str(Path.home()))


def of_unreadable(path: str, kind: str, message: str, line: int, column: int) -> dict[str, Any]:
    return {"path": path, "kind": kind, "error": {"message": message, "line": line, "column": column}}


def _error(message: str, span: Span) -> dict[str, Any]:
    line, column = span.source.position(span.start)
    return {"message": message, "line": line, "column": column}


def _instruction(instruction: Instruction) -> dict[str, Any]:
    exec_form = getattr(instruction, "exec_form", None) is not None or getattr(instruction, "is_json", False)
    commands = instruction.commands if isinstance(instruction, ShellForm) else ()
    return {
        "instruction": instruction.name,
        "start": instruction.start_line,
        "end": instruction.end_line,
        "flags": [str(flag.text) for flag in instruction.flags],
        "exec_form": exec_form,
        "heredocs": len(instruction.heredocs),
        "words": [_word(word) for word in instruction.words],
        "commands": [_command(command) for command in commands],
    }


def _command(command: Command) -> dict[str, Any]:
    return {
        "name": command.name,
        "words": [{**_word(word.value), "literal": word.is_literal} for word in command.words],
    }


def _word(word: Text) -> dict[str, Any]:
    source: Source = word.source
    start, end = source.position(word.start), source.position(word.end)
    return {
        "text": str(word),
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
    }


def _stage(stage: Stage) -> dict[str, Any]:
    return {
        "name": stage.name or "",
        "base": str(stage.from_.image),
        "image": stage.base_name,
        "parent": stage.parent.index if stage.parent else None,
        "start": stage.from_.start_line,
        "end": stage.end_line,
        "user": stage.state.user_name,
        "workdir": stage.state.workdir,
        "shell": list(stage.state.shell) if stage.state.shell is not None else None,
    }
