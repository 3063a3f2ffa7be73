"""The model itself, as `dockerlint parse` prints it: one JSON document for each file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockerlint.compose.config import faults_of_files, to_config
from dockerlint.compose.config_shapes import Places
from dockerlint.compose.errors import ComposeError
from dockerlint.compose.services import Compose
from dockerlint.dockerfile.copies import placed
from dockerlint.dockerfile.expansion import Value
from dockerlint.dockerfile.instructions import Healthcheck, Instruction, ShellForm
from dockerlint.dockerfile.stages import Dockerfile, Stage
from dockerlint.dockerfile.state import Copied
from dockerlint.shell.script import Command
from dockerlint.source import Source, Span, Text


def of_dockerfile(dockerfile: Dockerfile) -> dict[str, Any]:
    """`error` is what a plain build stops with: Docker parses, types and carries out in that order."""
    errors = [error for error in dockerfile.errors if error.stops_build]
    first = min(errors, key=lambda error: (error.level, error.span.start), default=None)
    return {
        "path": dockerfile.path,
        "kind": "dockerfile",
        "error": _error(first.message, first.span) if first else None,
        "errors": [_error(error.message, error.span) for error in dockerfile.errors],
        "directives": {directive.name: str(directive.value) for directive in dockerfile.directives},
        "arguments": {name: _value(value) for name, value in dockerfile.global_arguments.items()},
        "instructions": [_instruction(instruction) for instruction in dockerfile.instructions],
        "stages": [_stage(stage, dockerfile) for stage in dockerfile.stages],
    }


def _value(value: Value) -> str | None:
    return value if isinstance(value, str) else None


def of_compose(compose: Compose, places: Places) -> dict[str, Any]:
    """`error` is the first thing that Compose refuses, and without one `config` is what it prints."""
    noted = (error for error in compose.errors if not error.by_engine and not error.is_dormant)
    refused = [*noted, *_missing_variables(compose), *faults_of_files(compose, places)]
    return {
        "path": compose.source.path,
        "kind": "compose",
        "error": _error(refused[0].message, refused[0].span) if refused else None,
        "config": None if refused else to_config(compose, places),
    }


def _missing_variables(compose: Compose) -> Iterator[ComposeError]:
    for variable in compose.variables:
        if variable.state == "required":
            message = f"`{variable.name}` must be set, by whoever runs Compose or in the `.env` file"
            yield ComposeError("interpolation", message, variable.text.span)


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


def _stage(stage: Stage, dockerfile: Dockerfile) -> dict[str, Any]:
    state = stage.state
    return {
        "name": stage.name or "",
        "base": str(stage.from_.image),
        "image": stage.base_name,
        "parent": stage.parent.index if stage.parent else None,
        "used": stage.index in dockerfile.used_stages,
        "start": stage.from_.start_line,
        "end": stage.end_line,
        "user": state.user_name,
        "workdir": state.workdir,
        "shell": list(state.shell) if state.shell is not None else None,
        "environment": {name: _value(found.value) for name, found in state.environment.variables().items()},
        "ports": [{"first": port.first, "last": port.last, "protocol": port.protocol} for port in state.ports],
        "volumes": list(state.volumes),
        "labels": dict(state.labels),
        "entrypoint": _started(state.entrypoint),
        "cmd": _started(state.cmd),
        "healthcheck": _started(state.healthcheck),
        "stop_signal": state.stop_signal,
        "copies": [_copied(copied) for copied in state.copies],
    }


def _started(form: ShellForm | None) -> list[str] | str | None:
    """A command as it is written: a list in exec form, a text in shell form."""
    if form is None:
        return None
    if form.exec_form is not None:
        return list(form.exec_form)
    return str(form.command or form.kind) if isinstance(form, Healthcheck) else str(form.rest)


def _copied(copied: Copied) -> dict[str, Any]:
    place = placed(copied.transfer, copied.before)
    return {
        "line": copied.transfer.start_line,
        "from": str(copied.transfer.origin) if copied.transfer.origin else None,
        "sources": [source for _, source in place.sources] if place else None,
        "destination": place.destination if place else None,
        "owner": place.owner if place else None,
    }
