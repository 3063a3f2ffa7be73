"""Which files make the project, and what they are called."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from dockerlint.compose import BASE_NAMES
from dockerlint.compose.env_files import parse_env
from dockerlint.compose.errors import ComposeError
from dockerlint.lint.finding import Finding
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.compose_files import OVERRIDE_NAMES
from dockerlint.project.containers import Stack
from dockerlint.project.neighbours import instructions
from dockerlint.source import Source, Text


class MissingComposeFile(Rule[Stack]):
    """A file that belongs to the project is not there.

    Compose refuses the project: it cannot read what `extends`, `include` or COMPOSE_FILE names, or the service in it.

    Mend the path, which counts from the file that names it; in COMPOSE_FILE from the folder of the project.

    https://docs.docker.com/compose/how-tos/multiple-compose-files/
    """

    severity = Severity.ERROR
    guards = True
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    extends:\n      file: «common.yaml»\n      service: base\n": None,
        "=== compose.yaml\nservices:\n  web:\n    extends: {file: «common.yaml», service: a}\n"
        "  api:\n    extends: {file: common.yaml, service: b}\n": None,
        "=== compose.yaml\ninclude:\n  - «other/compose.yaml»\nservices:\n  web:\n    image: x:1\n": None,
        "=== compose.yaml\nservices:\n  web:\n    extends:\n      file: common.yaml\n      service: «bas»\n"
        "=== common.yaml\nservices:\n  base:\n    image: x:1\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n=== .env\nCOMPOSE_FILE=compose.yaml:«compose.prod.yaml»\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    extends:\n      file: common.yaml\n      service: base\n"
        "=== common.yaml\nservices:\n  base:\n    image: x:1\n",
        "=== compose.yaml\ninclude:\n  - https://example.com/a.git\nservices:\n  web:\n    image: x:1\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n  api:\n    extends: web\n=== .env\nCOMPOSE_FILE=compose.yaml\n",
    )

    def check(self, stack: Stack) -> Findings:
        told: dict[tuple[Source, str], list[ComposeError]] = {}
        for error in stack.compose.errors:
            if error.kind == "missing-file":
                told.setdefault((error.span.source, _written(error)), []).append(error)
        for errors in told.values():
            yield self._of_errors(errors, stack)
        for path in _listed(stack):
            if stack.files.is_missing(stack.folder / path):
                yield self.finding(path, f"COMPOSE_FILE names `{path}`, which is not there", is_refusal=True)

    def _of_errors(self, errors: list[ComposeError], stack: Stack) -> Finding:
        """One finding for a file that many services name."""
        first = errors[0]
        lines = sorted({error.span.source.position(error.span.start).line for error in errors[1:]})
        more = f" (needed in line {', '.join(map(str, lines))} too)" if lines else ""
        if _is_generated(first, stack):
            message = f"{first.message}{more}; git ignores it, so something must make it first"
            return self.finding(first.span, message, severity=Severity.WARNING)
        return self.finding(first.span, first.message + more, is_refusal=True)


def _written(error: ComposeError) -> str:
    return error.span.source.text[error.span.start : error.span.end].strip("'\"")


def _is_generated(error: ComposeError, stack: Stack) -> bool:
    """Whether git ignores the file that is missing."""
    source = error.span.source
    path = posixpath.normpath(posixpath.join(posixpath.dirname(source.path), _written(error)))
    return error.message.endswith("not there") and stack.files.git_ignores(Path(os.path.abspath(path))) is True  # noqa: PTH100


def _dotenv(stack: Stack) -> dict[str, Text]:
    entries = parse_env(stack.dotenv) if stack.dotenv is not None else ()
    return {str(entry.name): entry.value for entry in entries if entry.value is not None and not entry.unknown}


def _listed(stack: Stack) -> Iterator[Text]:
    """The paths in COMPOSE_FILE."""
    settings = _dotenv(stack)
    value = settings.get("COMPOSE_FILE")
    separator = str(settings.get("COMPOSE_PATH_SEPARATOR") or ":")
    start = 0
    for part in value.split(separator) if value is not None else ():
        if part and value is not None:
            yield value.part(start, start + len(part))
        start += len(part) + len(separator)


class AmbiguousComposeFiles(Rule[Stack]):
    """A folder holds two files that Compose looks for, and it takes only one.

    Compose warns at each call and never reads the other: a change there has no effect.

    Keep one of them, or name both in COMPOSE_FILE.

    https://docs.docker.com/compose/intro/compose-application-model/#the-compose-file
    """

    severity = Severity.WARNING
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n"
        "=== docker-compose.yml\n«services»:\n  web:\n    image: y:1\n": None,
        "=== compose.yml\nservices:\n  web:\n    image: x:1\n"
        "=== docker-compose.yaml\n# old\n«version»: '3'\nservices:\n  api:\n    image: y:1\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n=== compose.override.yaml\nservices:\n  web:\n    tty: true\n"
        "=== docker-compose.override.yml\n«services»:\n  web:\n    tty: false\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n=== compose.override.yaml\nservices:\n  web:\n    tty: true\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n=== docker-compose.yml\nservices:\n  web:\n    image: y:1\n"
        "=== Makefile\nold:\n\tdocker compose -f docker-compose.yml up\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n=== docker-compose.yml\nservices:\n  web:\n    image: y:1\n"
        "=== .env\nCOMPOSE_FILE=compose.yaml:docker-compose.yml\n",
        "=== compose.yaml\ninclude: [docker-compose.yml]\n=== docker-compose.yml\nservices:\n  web:\n    image: y:1\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n=== compose.prod.yaml\nservices:\n  web:\n    image: y:1\n",
    )

    def check(self, stack: Stack) -> Findings:
        for tree in stack.compose.trees:
            source = tree.span.source
            taken = _taken_instead(source, stack)
            if taken is not None and tree.entries:
                name = posixpath.basename(source.path)
                message = f"`{name}` is ignored because `{taken}` is there too"
                yield self.finding(tree.entries[0].key.text, message)


def _taken_instead(source: Source, stack: Stack) -> str | None:
    """The file that Compose takes instead of one; None if it takes that, or somebody names it."""
    folder, name = posixpath.split(source.path)
    names = next((names for names in (BASE_NAMES, OVERRIDE_NAMES) if name in names), ())
    taken = next((one for one in names if os.path.isfile(os.path.join(folder, one))), name)  # noqa: PTH118
    if taken == name or "COMPOSE_FILE" in _dotenv(stack):
        return None
    other = stack.files.read(stack.folder / taken)
    is_included = other is not None and name in other.text
    pattern = re.compile(rf"(?:-f|--file|COMPOSE_FILE)[^\n]*[\s=:/\"']{re.escape(name)}\b")
    return None if is_included or any(pattern.search(text.text) for text in instructions(stack)) else taken


class MissingProjectName(Rule[Stack]):
    """The project has no name of its own.

    Compose calls it after its folder, and containers and volumes after the project: two checkouts in folders of one name
    share their volumes.

    Begin the file with `name:`, or set COMPOSE_PROJECT_NAME in `.env`.

    https://docs.docker.com/compose/how-tos/project-name/
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("require-project-name-field",)
    bad = {
        "=== compose.yaml\n«services»:\n  web:\n    image: x:1\n": None,
        "=== app/docker-compose.yml\n# the app\n«services»:\n  web:\n    image: x:1\n": None,
        "=== compose.yaml\n«services»:\n  web:\n    image: x:1\n=== compose.override.yaml\nservices:\n  web:\n    tty: true\n"
        "=== .env\nA=1\n": None,
    }
    good = (
        "=== compose.yaml\nname: app\nservices:\n  web:\n    image: x:1\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n=== .env\nCOMPOSE_PROJECT_NAME=app\n",
        "=== compose.prod.yaml\nservices:\n  web:\n    image: x:1\n",
    )

    def check(self, stack: Stack) -> Findings:
        compose = stack.compose
        if compose.name is not None or compose.is_fragment or not compose.services:
            return
        tree = next((tree for tree in compose.trees if tree.span.source is compose.source and tree.entries), None)
        is_base = posixpath.basename(compose.source.path) in BASE_NAMES
        if tree is not None and is_base and "COMPOSE_PROJECT_NAME" not in _dotenv(stack):
            called = compose.project_name
            yield self.finding(
                tree.entries[0].key.text, f"no `name`: the project is called `{called}` after its folder"
            )
