"""Pipes, which hide that what stands before them fails."""

from __future__ import annotations

from dockerlint.lint.edits import prepended
from dockerlint.lint.rule import Findings, Fix, Rule, Severity
from dockerlint.project.layers import Layer
from dockerlint.shell.pipes import NEAR, ahead, behind, readers
from dockerlint.shell.risks import hands_on_what_may_fail, refuses_nothing
from dockerlint.shell.script import Command
from dockerlint.shell.trust import runner_of_output
from dockerlint.shell.words import substitutions

from .wording import title


class PipeWithoutPipefail(Rule[Layer]):
    """A command that may well fail stands before a pipe, whose status is that of its last command.

    The failure of a download or a program is lost: what reads the pipe gets half of the data or nothing, and the step
    may pass all the same. What ends in tar, gunzip, grep or the import of a key is not reported: they fail if nothing
    comes.

    Set `SHELL ["/bin/bash", "-o", "pipefail", "-c"]` before the RUN, where the image has bash, or begin it with
    `set -o pipefail` where its shell knows that; or write to a file and read that.

    https://docs.docker.com/build/building/best-practices/#using-pipes
    """

    severity = Severity.WARNING
    aliases = (
        "DL4006", "set-pipefail", "shell_running_a_pipe_without_pipefail_flag", "DF057", "DD040",
    )  # fmt: skip
    bad = {
        "FROM debian:13\nRUN «curl» -fsSL https://example.com/a.sh | sh": None,
        "FROM alpine:3.22\nRUN apk add curl && \\\n  «curl» -f https://example.com/a.php | php": (
            "FROM alpine:3.22\nRUN set -o pipefail && apk add curl && \\\n  curl -f https://example.com/a.php | php"
        ),
        'FROM debian:13\nSHELL ["/bin/bash", "-c"]\nRUN «./list.sh» | sort > a && «python» b.py | tee c': (
            'FROM debian:13\nSHELL ["/bin/bash", "-c"]\n'
            "RUN set -o pipefail && ./list.sh | sort > a && python b.py | tee c"
        ),
        "FROM debian:13\nRUN V=$(«curl» -s https://example.com/v | cut -f1) && make V=$V": None,
        "FROM debian:13\nRUN «gzip» -d < a.gz | «tar» x -O | cat > b": None,
        "FROM debian:13\nRUN «curl» -f https://example.com/list | wc -l | grep 3": None,
        "FROM fedora:43\nRUN <<EOF\n#!/bin/bash\n«make» | tee log\nEOF": (
            "FROM fedora:43\nRUN <<EOF\n#!/bin/bash\nset -o pipefail\nmake | tee log\nEOF"
        ),
        "FROM debian:13\nRUN bash -c '«make» | tee log'": None,
        "FROM debian:13\nRUN «curl» -fsS https://example.com/setup | php && curl -fO $A && sha256sum -c a.sum": None,
    }
    good = (
        'FROM debian:13\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN curl -f https://example.com/a | sh',
        'FROM debian:13 AS a\nSHELL ["/bin/bash", "-eo", "pipefail", "-c"]\nFROM a\nRUN curl -f https://example.com/a | sh',
        "FROM alpine:3.22\nRUN set -eo pipefail; curl -f https://example.com/a | sh",
        "FROM debian:13\nRUN echo a | tee b && cat a | sort | uniq > b && ls | wc -l",
        "FROM debian:13\nRUN curl -f https://example.com/a.tgz | tar xz && curl -f https://example.com/b | tee c | gunzip > d",
        "FROM debian:13\nRUN wget -qO- https://example.com/key | sudo apt-key add - && php -m | grep xdebug",
        "FROM debian:13\nRUN yes | apt-get install -y curl",
        "FROM debian:13\nRUN if curl -s localhost | grep a; then make; fi",
        "FROM debian:13\nRUN curl -s https://example.com | grep a || echo none",
        "FROM debian:13\nRUN curl -f https://example.com/a || true && echo 'curl x | sh'",
        "FROM debian:13\nRUN curl -f https://example.com/a | tee a.tgz > /dev/null && sha256sum -c a.sum",
        "FROM debian:13\nRUN echo $(curl -s https://example.com/v | cut -f1)",
        "FROM debian:13\nRUN gcc --version | head -1 && dpkg --print-architecture | tr a b && pip list | wc -l",
        'FROM debian:13\nRUN ["curl", "https://example.com", "|", "sh"]',
        'FROM mcr.microsoft.com/powershell\nSHELL ["pwsh", "-Command"]\nRUN curl a | sh',
        "FROM debian:13\nRUN /bin/ls | sort",
    )

    def check(self, layer: Layer) -> Findings:
        if "|" not in layer.run.text and not layer.run.heredocs:
            return
        piped = [command for command in layer.commands if command.pipe_length > 1]
        for number, command in enumerate(piped):
            if command.is_last_of_pipe or command.pipefail is not False or not hands_on_what_may_fail(command):
                continue
            if command.program is None or _is_looked_after(command, layer) or not _reaches_shell(command, layer):
                continue
            reader = next(
                (each for each in piped[number + 1 : number + NEAR] if each.pipe_index > command.pipe_index), None
            )
            message = f"if `{title(command)}` fails here, {_reader(reader)} gets nothing and the step may still pass"
            message += f"; {_advice(layer)}"
            yield self.finding(command.program.value, message, fix=_pipefail_set(layer, command))


def _reader(command: Command | None) -> str:
    return f"`{title(command)}`" if command is not None and command.name else "what reads it"


def _advice(layer: Layer) -> str:
    if layer.dialect == "busybox":
        return "begin the RUN with `set -o pipefail`"
    return 'add `SHELL ["/bin/bash", "-o", "pipefail", "-c"]`'


_CHECKSUMS = frozenset(
    {"b2sum", "cosign", "gpgv", "md5sum", "minisign", "sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "shasum"}
)  # fmt: skip


def _is_looked_after(command: Command, layer: Layer) -> bool:
    """Whether the failure is meant to be passed over, tested, or found out when what was fetched is checked."""
    if command.after == "||" or command.in_condition or command.is_background or "!" in command.nesting:
        return True
    if _ends_in_refusal(command, layer):
        return True
    if runner_of_output(layer.commands, command) is not None:
        return False  # a script that was cut short has run by then
    return any(
        each.name in _CHECKSUMS or (each.name in ("gpg", "gpg2") and each.has_option("--verify"))
        for each in behind(layer.commands, command)
    )


def _ends_in_refusal(command: Command, layer: Layer) -> bool:
    """Whether the last command of the pipe fails if this one does, because nothing or a part comes through to it."""
    following = tuple(readers(layer.commands, command))
    if len(following) != command.pipe_length - command.pipe_index - 1 or not refuses_nothing(following[-1]):
        return False
    return all(each.name in _HAND_THROUGH or refuses_nothing(each) for each in following[:-1])


# They print nothing where nothing comes in.
_HAND_THROUGH = frozenset({"awk", "cat", "cut", "gawk", "head", "pv", "sed", "sort", "tail", "tee", "tr", "uniq"})


def _reaches_shell(command: Command, layer: Layer) -> bool:
    """Whether pipefail would make a difference: of a substitution, only an assignment alone passes the status on."""
    depth = command.nesting.count("substitution")
    if depth != 1:
        return depth == 0
    for each in reversed(ahead(layer.commands, command)):
        value = each.assignments[-1].value if each.assignments and not each.words else None
        for part in substitutions(value.parts) if value is not None else ():
            if part.text.start <= command.text.start < part.text.end:
                return all(statement.connector != "||" for statement in part.statements)
    return False


def _pipefail_set(layer: Layer, command: Command) -> Fix | None:
    """`set -o pipefail` at the start of a script whose shell is known to have it."""
    if layer.dialect not in ("bash", "busybox") or "script" in command.nesting:
        return None
    return prepended(layer, "set -o pipefail", "begin with `set -o pipefail`", is_safe=False)
