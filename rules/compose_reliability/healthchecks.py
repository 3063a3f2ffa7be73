"""Health checks of services: whether there is one, whether it can run, whether it can fail."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerlint.compose.commands import Healthcheck
from dockerlint.compose.nodes import Scalar, Sequence
from dockerlint.compose.services import Service
from dockerlint.compose.values import Value
from dockerlint.lint.finding import Finding
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity, fix_of
from dockerlint.lint.yaml_edits import is_shared, quote_of, replaced_part
from dockerlint.project.containers import Container
from dockerlint.project.health import has_healthcheck, image_has_healthcheck
from dockerlint.shell.outcomes import always_succeeds
from dockerlint.shell.probes import BLIND, forgives_errors, shortened
from dockerlint.shell.script import SHELLS, Command, Script, read_script, script_of_words
from dockerlint.shell.words import base_name
from dockerlint.source import Span, Text

_OPERATORS = frozenset({"||", "&&", "|", ";", "&", ">", ">>", "<"})
_REDIRECTION = re.compile(r"[012&]?>>?(?:&[012]|/dev/\w+)")
_VARIABLE = re.compile(r"\$\{?[A-Z_][A-Z0-9_]*")


class HealthcheckNeedsShell(Rule[Service]):
    """The test of a health check is written for a shell, but no shell runs it.

    `CMD` starts a program with exactly these arguments: a whole command line is no program's name, and `||` is an
    argument like any other. Of a list behind `CMD-SHELL` only the first text is run. The check fails for ever, or tests
    something else.

    Write one text behind `CMD-SHELL`, `["CMD-SHELL", "curl -f http://localhost || exit 1"]`, or each word by itself
    behind `CMD`.

    https://docs.docker.com/reference/compose-file/services/#healthcheck
    """

    severity = Severity.ERROR
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n"
        '      test: ["CMD", «"curl -f http://localhost"»]\n': (
            "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n"
            '      test: ["CMD-SHELL", "curl -f http://localhost"]\n'
        ),
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n"
        '      test: ["CMD", "curl", "-f", "http://localhost", «"||"», "exit", "1"]\n': (
            "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n"
            '      test: ["CMD-SHELL", "curl -f http://localhost || exit 1"]\n'
        ),
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    healthcheck:\n"
        '      test: ["CMD", "pg_isready", "-U", «"$$POSTGRES_USER"»]\n': (
            "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    healthcheck:\n"
            '      test: ["CMD-SHELL", "pg_isready -U $$POSTGRES_USER"]\n'
        ),
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n"
        "      test: [CMD-SHELL, curl, «-f», http://localhost]\n": (
            "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n"
            '      test: ["CMD-SHELL", "curl -f http://localhost"]\n'
        ),
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n      test: «NONE»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n"
        "      test: «CMD-SHELL» curl -f http://localhost\n": (
            "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n"
            "      test: curl -f http://localhost\n"
        ),
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n      test:\n        - CMD\n"
        "        - «curl -f localhost || exit 1»\n": (
            "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n      test:\n        - CMD-SHELL\n"
            "        - curl -f localhost || exit 1\n"
        ),
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n"
        '      test: ["CMD", "sh", "-c", "curl -f http://localhost || exit 1"]\n',
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n"
        '      test: ["CMD-SHELL", "curl -f http://localhost || exit 1"]\n',
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n"
        "      test: curl -f http://localhost || exit 1\n",
        "=== compose.yaml\nservices:\n  db:\n    image: mongo:8\n    healthcheck:\n"
        "      test: [CMD, mongosh, --eval, \"db.adminCommand('ping'); 1 > 0\"]\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n      test: [NONE]\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n"
        '      test: ["CMD", "C:/Program Files/app/check.exe"]\n',
    )

    def check(self, service: Service) -> Findings:
        check = service.healthcheck
        node = check.node.get("test") if check is not None else None
        if check is None or node is None or not check.words:
            return
        if isinstance(node, Scalar):
            yield from self._of_text(check.words[0])
        elif isinstance(node, Sequence) and check.kind == "CMD-SHELL" and len(check.words) > 1:
            rest = check.words[1]
            message = f"`CMD-SHELL` runs only `{check.words[0].text}`: `{rest.text}` and what follows is lost"
            yield self.finding(rest.text, message, help="one text behind `CMD-SHELL`", fix=_joined(node, check))
        elif isinstance(node, Sequence) and check.kind == "CMD":
            yield from self._of_words(node, check)

    def _of_text(self, value: Value) -> Findings:
        match = re.match(r"(NONE\s*$|CMD-SHELL(?=\s)|CMD(?=\s))(\s*)", value.text)
        if match is None:
            return
        word = value.text.part(*match.span(1)) if match[1] != "NONE" else value.text
        message = f"a text is run by a shell, which finds no program `{match[1].strip()}`"
        if match[1].startswith("NONE"):
            yield self.finding(word, message, help="`test: [NONE]`, or `disable: true`")
            return
        edit = replaced_part(value, value.text.part(*match.span()), "")
        fix = fix_of("leave it out", edit)
        yield self.finding(word, message, help="leave it out, or write a list", fix=fix)

    def _of_words(self, node: Sequence, check: Healthcheck) -> Findings:
        first = check.words[0]
        if len(check.words) == 1 and _is_command_line(first):
            message = f"`CMD` looks for a program whose whole name is `{first.text}`"
            yield self.finding(first.text, message, help="`CMD-SHELL`", fix=_with_shell(node))
            return
        if any(base_name(word.text) in SHELLS for word in check.words):
            return
        for word in check.words[1:]:
            text = word.text
            if text in _OPERATORS or _REDIRECTION.fullmatch(text) or _VARIABLE.match(text):
                message = f"`{text}` is given to `{base_name(first.text)}` as an argument: no shell reads it"
                yield self.finding(text, message, help="`CMD-SHELL` and one text", fix=_joined(node, check))
                return


def _is_command_line(word: Value) -> bool:
    """Whether it is more than the name of a program, which may have blanks on Windows."""
    program = word.text.partition(" ")[0]
    return " " in word.text.strip() and not re.match(r"[A-Za-z]:[\\/]", program) and not word.unknown


def _with_shell(node: Sequence) -> Fix | None:
    kind = node.items[0]
    if not isinstance(kind, Scalar) or is_shared(kind.span) or kind.text != "CMD":
        return None
    quote = quote_of(kind)
    return Fix("let a shell run it", (Edit.replacing(kind.span, f"{quote}CMD-SHELL{quote}"),), is_safe=False)


def _joined(node: Sequence, check: Healthcheck) -> Fix | None:
    """All words of a list in brackets as one text; none with quotes or blanks, which a shell would read otherwise."""
    words = [word.text for word in check.words]
    is_plain = all(word.is_literal or "$" in word.text for word in check.words) and node.flow
    if not is_plain or is_shared(node.span) or any(re.search(r"[\s\"'\\`#]", word) for word in words):
        return None
    if any(not isinstance(item, Scalar) for item in node.items) or "#" in node.span.source.text[slice(*node.span[1:])]:
        return None
    # As they stand in the file: there a `$` is written twice.
    written = [node.span.source.text[item.span.start : item.span.end].strip("'\"") for item in node.items[1:]]
    text = f'["CMD-SHELL", "{" ".join(written)}"]'
    return Fix("one text behind `CMD-SHELL`", (Edit.replacing(node.span, text),), is_safe=False)


class ServiceHealthcheckNeverFails(Rule[Container]):
    """The health check of a service succeeds whether its program answers well or not.

    Docker and `depends_on` take the container for healthy while it answers each request with an error. `curl` without
    `-f` exits 0 on a 404 or 500 answer; after `|| true`, `; exit 0` or a pipe into `cat` nothing of a failure is left;
    and `ps aux | grep x` always finds itself.

    Let a failure reach the end: `test: curl -f http://localhost:8000/health || exit 1`.

    https://docs.docker.com/reference/compose-file/services/#healthcheck
    """

    severity = Severity.WARNING
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n"
        "      test: «curl» http://localhost || exit 1\n": (
            "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n"
            "      test: curl -f http://localhost || exit 1\n"
        ),
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n"
        '      test: ["CMD", «"curl"», "-s", "http://localhost"]\n': (
            "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n"
            '      test: ["CMD", "curl", "-f", "-s", "http://localhost"]\n'
        ),
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n      test:\n        - CMD\n"
        "        - «curl»\n        - http://localhost\n": (
            "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n      test:\n        - CMD\n"
            "        - curl\n        - -f\n        - http://localhost\n"
        ),
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n"
        '      test: ["CMD-SHELL", "wget -q localhost || «true»"]\n': None,
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n"
        "      test: ps aux | «grep celery» || exit 1\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: nginx:1.31\n    healthcheck:\n      «test»: []\n"
        "      interval: 5s\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n"
        "      test: curl -fsS http://localhost || exit 1\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n"
        "      test: curl -s http://localhost/health | grep ok\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n"
        "      test: test \"$$(curl -so /dev/null -w '%{http_code}' http://localhost)\" = 200\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n"
        '      test: ["CMD", "curl", "--fail-with-body", "http://localhost"]\n',
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    healthcheck:\n      test: ps aux | grep [c]elery\n",
        "=== compose.yaml\nservices:\n  web:\n    image: kong:3\n    healthcheck:\n      test: []\n      interval: 5s\n",
    )

    def check(self, container: Container) -> Findings:
        check = container.service.healthcheck
        if check is None or check.disabled is not False:
            return
        if check.kind is None:
            yield from self._empty(container, check)
        script = _script(check)
        if script is None:
            return
        found = _swallowing(script, check)
        if found is not None:
            message = f"`{shortened(found)}` makes the check succeed whatever it finds"
            yield self.finding(found.text, message, help="let the last command's failure be the status")
            return
        yield from self._forgiving(check, script)

    def _empty(self, container: Container, check: Healthcheck) -> Findings:
        entry = check.node.entry("test")
        if (
            entry is not None
            and not check.words
            and len(check.node.entries) > 1
            and has_healthcheck(container) is False
        ):
            message = f"an empty `test` checks nothing, and the image of `{container.service.name}` has no check"
            yield self.finding(entry.key.text, message, help="ask the program something, or write `disable: true`")

    def _forgiving(self, check: Healthcheck, script: Script) -> Iterator[Finding]:
        for command in script.commands:
            program = command.program
            if program is not None and forgives_errors(command, script.commands):
                message = f"`{shortened(command)}` exits 0 on a 404 or 500 answer"
                yield self.finding(program.value, message, help="add `-f`", fix=_failing(check, program.value))
        last = _grep_for_itself(script)
        if last is not None:
            message = f"`{shortened(last)}` finds the check itself among the processes: it never fails"
            yield self.finding(last.text, message, help="`pgrep`, or ask the program something")


def _script(check: Healthcheck) -> Script | None:
    """What the check runs; None where a variable hides a part of it."""
    if not check.words or any(word.unknown for word in check.words):
        return None
    if check.kind == "CMD-SHELL":
        return read_script(check.words[0].text)
    words = tuple(word.text for word in check.words)
    return script_of_words(words, words[0]) if check.kind == "CMD" else None


def _swallowing(script: Script, check: Healthcheck) -> Command | None:
    """The command that makes the check succeed always."""
    if check.kind == "CMD":
        if base_name(check.words[0].text) in ("true", "echo"):
            return script.commands[0]
        if len(script.inner) != 1:
            return None
        script = script.inner[0]
    return script.commands[-1] if always_succeeds(script) else None


def _grep_for_itself(script: Script) -> Command | None:
    """`grep` that reads the list of processes with their arguments, its own among them."""
    pipe = [command for command in script.commands if command.name not in BLIND]
    if len(pipe) != 2 or pipe[0].name != "ps" or pipe[1].name not in ("grep", "egrep"):
        return None
    shows_arguments = re.search(r"\s-?\w*[aefx]\w*", str(pipe[0].text)) is not None
    pattern = next((str(word.value) for word in pipe[1].operands), "")
    is_plain = re.fullmatch(r"[\w./: -]+", pattern) is not None and not pipe[1].has_option("-v", "-x")
    return pipe[1] if shows_arguments and is_plain and pipe[1].pipe_length == 2 else None


def _failing(check: Healthcheck, program: Text) -> Fix | None:
    """Adds `-f` behind `curl`: to a shell's text, or as one more item of a list."""
    message = "add `-f`, so that an error of the server fails the check"
    word = next((word for word in check.words if word.text is program), None)
    if check.kind == "CMD-SHELL" or word is None:
        text = check.words[0]
        is_plain = check.kind == "CMD-SHELL" and text.is_literal and program.is_verbatim
        if not is_plain or is_shared(text.written.span):
            return None
        return Fix(message, (_behind(program.span, " -f"),), is_safe=False)
    node = check.node.get("test")
    item = (
        next((one for one in node.items if isinstance(one, Scalar) and one.span == program.span), None)
        if (isinstance(node, Sequence))
        else None
    )
    if item is None or not isinstance(node, Sequence) or is_shared(item.span):
        return None
    quote = quote_of(item)
    if node.flow:
        return Fix(message, (_behind(item.span, f", {quote}-f{quote}"),), is_safe=False)
    return _as_item(item, f"{quote}-f{quote}", message)


def _as_item(item: Scalar, written: str, message: str) -> Fix | None:
    """Adds an item to a block list, on a line of its own below another."""
    source = item.span.source
    line = source.line(item.text.line)
    dash = re.match(r"\s*-\s+", line)
    if dash is None or not line.endswith(source.text[item.span.start : item.span.end]):
        return None
    line_end = "\r\n" if source.text[item.span.end : item.span.end + 1] == "\r" else "\n"
    return Fix(message, (_behind(item.span, f"{line_end}{dash[0]}{written}"),), is_safe=False)


def _behind(place: Span, added: str) -> Edit:
    return Edit.replacing(place._replace(start=place.end), added)


class MissingServiceHealthcheck(Rule[Container]):
    """Neither the service nor its image says how to tell whether the program still works.

    A program that hangs keeps its process: Docker shows it as up, and `depends_on` cannot wait for it to answer.

    Add a `healthcheck` that fails when the program cannot do its work.

    https://docs.docker.com/reference/compose-file/services/#healthcheck
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("healthcheck_not_set", "CIS-5.27", "CIS-4.6")
    bad = {
        "=== compose.yaml\nservices:\n  «web»:\n    image: nginx:1.31\n": None,
        "=== compose.yaml\nservices:\n  «worker»:\n    build: .\n=== Dockerfile\nFROM python:3.14\n"
        'CMD ["python", "worker.py"]\n': None,
        "=== compose.yaml\nservices:\n  «gateway»:\n    image: kong:3\n    healthcheck:\n      disable: true\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: nginx:1.31\n    healthcheck:\n      test: curl -f localhost\n",
        "=== compose.yaml\nservices:\n  web:\n    image: acme/web:1\n",
        "=== compose.yaml\nservices:\n  migrate:\n    image: python:3.14\n    profiles: [tools]\n",
        "=== compose.yaml\nservices:\n  web:\n    image: kong:3\n",
        "=== compose.yaml\nservices:\n  web:\n    image: nginx:1.31\n    healthcheck:\n      disable: true\n",
    )

    def check(self, container: Container) -> Findings:
        service = container.service
        if container.compose.is_fragment or container.is_one_shot or has_healthcheck(container) is not False:
            return
        own = service.healthcheck
        message = f"nobody notices when `{service.name}` hangs: no `healthcheck`"
        if own is not None and own.disabled:
            if image_has_healthcheck(container) is not True:
                return
            message = f"nobody notices when `{service.name}` hangs: the health check of its image is switched off"
        yield self.finding(service.name, message)
