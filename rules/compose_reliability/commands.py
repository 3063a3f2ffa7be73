"""Commands that are written for a shell which nobody starts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dockerlint.compose.commands import Command
from dockerlint.compose.nodes import Scalar
from dockerlint.lint.rule import Findings, Fix, Rule, Severity, replace
from dockerlint.lint.yaml_edits import is_shared, quote_of
from dockerlint.project.containers import Container
from dockerlint.shell.script import SHELLS
from dockerlint.shell.words import base_name
from dockerlint.source import Text

_OPERATOR = re.compile(r"&&|\|\||>>|[;&|<>]")
_VARIABLE = re.compile(r"\$(?:[A-Z_][A-Z0-9_]*|\{[A-Z_][A-Z0-9_]*\})")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=\S*")
# They put variables into their arguments themselves, or take them for something else.
_EXPANDING = frozenset({"java", "envsubst", "awk", "sed", "mongosh", "mongo", "supervisord"})


class CommandNeedsShell(Rule[Container]):
    """A command in one text is written for a shell, but no shell runs it.

    Compose splits the text into words and starts the first one. At an unquoted `&&`, `||`, `|`, `;`, `<` or `>` it
    stops and drops the rest without a word; variables and backticks are handed to the program as they are written.

    Start a shell: `command: sh -c "alembic upgrade head && exec uvicorn app:app"`.

    https://docs.docker.com/reference/compose-file/services/#command
    """

    severity = Severity.ERROR
    bad = {
        "=== compose.yaml\nservices:\n  api:\n    image: python:3.14\n    command: alembic upgrade head «&& python app.py»\n": (
            "=== compose.yaml\nservices:\n  api:\n    image: python:3.14\n"
            '    command: sh -c "alembic upgrade head && python app.py"\n'
        ),
        "=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    command: >\n      ./migrate «; ./run»\n": None,
        "=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    entrypoint: 'run «> /log»'\n": (
            "=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    entrypoint: 'sh -c \"run > /log\"'\n"
        ),
        "=== compose.yaml\nservices:\n  cache:\n    image: redis:8\n"
        "    command: redis-server --requirepass «$$REDIS_PASSWORD»\n": None,
        "=== compose.yaml\nservices:\n  api:\n    image: node:24\n    command: «PORT=80» node app.js\n": (
            '=== compose.yaml\nservices:\n  api:\n    image: node:24\n    command: sh -c "PORT=80 node app.js"\n'
        ),
        "=== compose.yaml\nservices:\n  api:\n    image: node:24\n    command: node app.js «`hostname`»\n": (
            '=== compose.yaml\nservices:\n  api:\n    image: node:24\n    command: sh -c "node app.js `hostname`"\n'
        ),
        "=== compose.yaml\nservices:\n  api:\n    image: node:24\n    command: sh -c npm ci «&& npm start»\n": None,
    }
    good = (
        '=== compose.yaml\nservices:\n  api:\n    image: python:3.14\n    command: sh -c "a && b"\n',
        "=== compose.yaml\nservices:\n  api:\n    image: python:3.14\n    command: python -c \"print('a;b')\"\n",
        '=== compose.yaml\nservices:\n  api:\n    image: python:3.14\n    command: ["sh", "-c", "a && $$B"]\n',
        "=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    command: run.sh --to $$HOME\n",
        "=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    command: bash -c 'echo $$HOME'\n",
        '=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    entrypoint: ["sh", "-c"]\n    command: A=1\n',
        "=== compose.yaml\nservices:\n  api:\n    image: python:3.14\n    command: serve --url http://x/?a=1\n",
    )

    def check(self, container: Container) -> Findings:
        service = container.service
        for key, command in (("entrypoint", service.entrypoint), ("command", service.command)):
            if command is None or command.text is None or command.words is None or _is_placeholder(command.text):
                continue
            place = command.lost.trimmed() if command.lost is not None else _for_shell(container, key, command)
            if place is None:
                continue
            fix = _in_shell(container, key, command)
            yield self.finding(place, _message(container, key, command, place), help='`sh -c "..."`', fix=fix)


def _is_placeholder(text: Text) -> bool:
    """Whether the reader shall put something in its place: `<YOUR_KEY>`."""
    return re.fullmatch(r"<[\w -]+>", text) is not None


def _message(container: Container, key: str, command: Command, place: Text) -> str:
    shown = str(place).strip()
    where = f"`{key}` of `{container.service.name}`"
    if command.lost is not None:
        operator = _OPERATOR.match(shown)
        return f"Compose drops all of {where} from `{operator[0] if operator else shown}` on: no shell runs it"
    words = command.words or ()
    if place.start == words[0].text.start:
        return f"`{shown}` in {where} is taken for the program's name: no shell runs it"
    return f"`{shown}` in {where} is an argument of `{base_name(words[0].text)}`, as it is written: no shell runs it"


def _for_shell(container: Container, key: str, command: Command) -> Text | None:
    """A word that only a shell would understand, if surely none reads it."""
    words = command.words or ()
    if not words or any(base_name(word.text) in SHELLS for word in words) or _starts_shell(container, key) is not False:
        return None
    if key == "entrypoint" or _starts_program_of_command(container):
        first = words[0].text
        if _ASSIGNMENT.fullmatch(first) and len(words) > 1 and not words[0].unknown:
            return first
    if base_name(words[0].text) in _EXPANDING:
        return None
    return next((word.text for word in words[1:] if _is_expansion(word.text)), None)


def _is_expansion(word: Text) -> bool:
    written = word.source.text[word.start : word.end]
    if written.startswith("'") or "'" in written:
        return False
    return re.fullmatch(r"`[^`]+`", word) is not None or ("$$" in written and _VARIABLE.search(word) is not None)


def _starts_shell(container: Container, key: str) -> bool | None:
    """Whether the words end up with a shell; None for an entrypoint that nobody knows."""
    if key == "entrypoint":
        return False
    words = _entrypoint_words(container)
    return None if words is None else any(base_name(word) in SHELLS for word in words)


def _starts_program_of_command(container: Container) -> bool:
    """Whether the command's first word is the program: there is no entrypoint, or a script that starts what follows."""
    words = _entrypoint_words(container)
    return words is not None and (not words or "entrypoint" in words[-1])


def _entrypoint_words(container: Container) -> Sequence[str] | None:
    service, stage = container.service, container.stage
    if service.entrypoint is not None:
        given = service.entrypoint
        return None if given.unknown else [str(word.text) for word in given.words or ()]
    if service.build is not None and stage is None:
        return None
    if stage is not None and stage.entrypoint is not None:
        return stage.entrypoint.exec_form if stage.entrypoint.exec_form is not None else ["sh"]
    return container.facts.entrypoint if container.facts is not None else None


def _in_shell(container: Container, key: str, command: Command) -> Fix | None:
    """The whole text behind `sh -c`, where it stands on one line and means the same between double quotes."""
    service = container.service
    node = service.node.get(key)
    is_alone = service.command is None if key == "entrypoint" else _starts_program_of_command(container)
    if not isinstance(node, Scalar) or not is_alone or is_shared(node.span):
        return None
    text, quote = str(node.text), quote_of(node)
    has_shell = container.facts is None or not container.facts.no_shell
    is_split = re.search(r'["$\\\n]|: |\s#', text) is not None
    starts = (command.words or ())[:1]
    if is_split or not has_shell or quote == '"' or (starts and base_name(starts[0].text) in SHELLS):
        return None
    written = node.span.source.text[node.span.start : node.span.end]
    if written.strip("'") != text:
        return None
    return replace(node.text, f'{quote}sh -c "{text}"{quote}', "start a shell", is_safe=False)
