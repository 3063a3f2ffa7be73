"""What an image is told to be: ports, signals, and instructions of which only the last one counts."""

from __future__ import annotations

from collections.abc import Iterator

from dockerlint.dockerfile.errors import Kind
from dockerlint.dockerfile.expansion import expand_words
from dockerlint.dockerfile.instructions import Cmd, Entrypoint, Expose, Healthcheck, Instruction
from dockerlint.dockerfile.stages import Dockerfile, Stage
from dockerlint.dockerfile.state import Step
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity, replace
from dockerlint.source import Span, Text


class InvalidPort(Rule[Dockerfile]):
    """EXPOSE names something that is no port.

    Docker refuses the build. Ports are numbers up to 65535, ranges such as `8000-8010`, each with `/tcp`, `/udp` or
    `/sctp` behind it if need be, and blanks between them.

    Write the number that the program listens on.

    https://docs.docker.com/reference/dockerfile/#expose
    """

    severity = Severity.ERROR
    guards = True
    aliases = ("DL3011", "DS-0008", "invalid-port", "unix_ports_out_of_range", "DF040", "DD038", "invalid_port")
    bad = {
        "FROM alpine:3.22\nEXPOSE «80800»": None,
        "FROM alpine:3.22\nEXPOSE «80,443»": None,
        "FROM alpine:3.22\nEXPOSE 80 «http»": None,
        "FROM alpine:3.22\nEXPOSE «8010-8000» 80": None,
        "FROM alpine:3.22\nEXPOSE «80/http»": None,
        "FROM alpine:3.22\nARG PORT=eighty\nEXPOSE «$PORT»": None,
    }
    good = (
        "FROM alpine:3.22\nEXPOSE 80 443/tcp 53/UDP 8000-8010",
        "FROM alpine:3.22\nARG PORT\nEXPOSE $PORT ${PORT}/tcp",
        "=== Dockerfile.j2\nFROM alpine:3.22\nEXPOSE {{ port }}",
    )

    def check(self, dockerfile: Dockerfile) -> Findings:
        for error in dockerfile.certain_errors(Kind.PORT):
            yield self.finding(error.span, error.message, is_refusal=True)


class InvalidStopSignal(Rule[Dockerfile]):
    """STOPSIGNAL names something that is no signal.

    Docker refuses the build. A signal has a number, or a name such as `SIGTERM` or `TERM`.

    Write the signal on which the program ends.

    https://docs.docker.com/reference/dockerfile/#stopsignal
    """

    severity = Severity.ERROR
    guards = True
    aliases = ("DD079",)
    bad = {
        "FROM alpine:3.22\nSTOPSIGNAL «SIGTREM»": None,
        "FROM alpine:3.22\nSTOPSIGNAL «0»": None,
        "FROM alpine:3.22\nENV S=QIUT\nSTOPSIGNAL «$S»": None,
    }
    good = (
        "FROM alpine:3.22\nSTOPSIGNAL sigrtmin+3",
        "FROM alpine:3.22\nSTOPSIGNAL 15",
        "FROM alpine:3.22\nARG S\nSTOPSIGNAL $S",
    )

    def check(self, dockerfile: Dockerfile) -> Findings:
        for error in dockerfile.certain_errors(Kind.SIGNAL):
            yield self.finding(error.span, error.message, is_refusal=True)


# hadolint has a code for each.
_CODES = {"DL3012": "HEALTHCHECK", "DL4003": "CMD", "DL4004": "ENTRYPOINT"}


class OverriddenInstruction(Rule[Stage]):
    """A later instruction of the same kind replaces this one.

    Of several CMD, ENTRYPOINT or HEALTHCHECK in a stage only the last has any effect, and nothing says so.

    Delete the earlier one.

    https://docs.docker.com/reference/build-checks/multiple-instructions-disallowed/
    """

    severity = Severity.WARNING
    aliases = (
        "DL3012", "DL4003", "DL4004", "DS-0007", "DS-0016", "DS-0023", "MultipleInstructionsDisallowed",
        "multiple-cmd-instructions", "multiple-entrypoint-instructions", "multiple_cmd_instructions_listed",
        "multiple_entrypoint_instructions_listed", "DF038", "DF039", "DF041", "DD036", "DD037", "DD049",
    )  # fmt: skip
    bad = {
        'FROM alpine:3.22\n«CMD» ["a"]\nCMD ["b"]': 'FROM alpine:3.22\nCMD ["b"]',
        "FROM alpine:3.22\n«HEALTHCHECK» CMD \\\n  a\nUSER app\nHEALTHCHECK NONE": (
            "FROM alpine:3.22\nUSER app\nHEALTHCHECK NONE"
        ),
        'FROM alpine:3.22\n# start it\n«ENTRYPOINT» ["a"]\nENTRYPOINT ["b"]': None,
        'FROM alpine:3.22\n«CMD» ["a"]\n«cmd» ["b"]\nCMD ["c"]': 'FROM alpine:3.22\nCMD ["c"]',
    }
    good = (
        'FROM alpine:3.22 AS base\nCMD ["a"]\nFROM base\nCMD ["b"]',
        'FROM alpine:3.22\nENTRYPOINT ["a"]\nCMD ["b"]\nHEALTHCHECK CMD c',
        'FROM alpine:3.22 AS a\nONBUILD CMD ["a"]\nCMD ["b"]\nFROM a\nCMD ["c"]',
    )

    def check(self, stage: Stage) -> Findings:
        own = [step.instruction for step in stage.steps if not step.is_trigger]
        for kind in (Cmd, Entrypoint, Healthcheck):
            found = [one for one in own if isinstance(one, kind)]
            for one in found[:-1]:
                message = f"this {one.name} never takes effect: line {found[-1].start_line} replaces it"
                aliases = self.aliases_of(_CODES, found[-1].name)
                yield self.finding(one.keyword, message, fix=_deleted(one), aliases=aliases)


def _deleted(instruction: Instruction) -> Fix | None:
    """Delete the lines of an instruction, where no comment speaks of it."""
    source = instruction.keyword.source
    if instruction.line.comments:
        return None
    starts = [*source.line_starts, len(source.text)]
    span = Span(source, starts[instruction.start_line - 1], starts[instruction.end_line])
    return Fix(f"delete the earlier {instruction.name}", (Edit.replacing(span, ""),), is_safe=True)


class ExposeHostPort(Rule[Stage]):
    """EXPOSE names a port or an address of the host.

    EXPOSE only documents what the program listens on: Docker leaves the part before the colon out, and publishes nothing.

    Name the container's port here, and publish it with `docker run -p` or `ports:` in a Compose file.

    https://docs.docker.com/reference/build-checks/expose-invalid-format/
    """

    severity = Severity.WARNING
    aliases = ("ExposeInvalidFormat", "expose_host_port")
    bad = {
        "FROM alpine:3.22\nEXPOSE «8080:80»": "FROM alpine:3.22\nEXPOSE 80",
        "FROM alpine:3.22\nEXPOSE 22 «127.0.0.1:80:80/tcp»": "FROM alpine:3.22\nEXPOSE 22 80/tcp",
        "FROM alpine:3.22\nARG P=8080\nEXPOSE «$P:80»": "FROM alpine:3.22\nARG P=8080\nEXPOSE 80",
        "FROM alpine:3.22\nARG P=8080:80\nEXPOSE «$P»": None,
    }
    good = (
        "FROM alpine:3.22\nEXPOSE 80 443/tcp",
        "FROM alpine:3.22\nEXPOSE :80",
        "FROM alpine:3.22\nARG P\nEXPOSE $P:80",
    )

    def check(self, stage: Stage) -> Findings:
        for step, word, values in _exposed(stage):
            if any(value.rpartition(":")[0].strip(":") for value in values):
                container = word.rpartition(":")[2]
                is_plain = word.is_verbatim and ":" in word and "$" not in container and "}" not in container
                fix = replace(word, container, f"write `{container}`", is_safe=True) if is_plain else None
                shown = values[0].rpartition(":")[2].partition("/")[0]
                message = f"{step.instruction.name} cannot publish: `{word}` only documents port {shown}"
                yield self.finding(word, message, fix=fix)


class UntidyExpose(Rule[Stage]):
    """EXPOSE writes a protocol in capitals, or names a port twice.

    Docker does not mind the first, and will refuse it one day; the second time says nothing new.

    Write the protocol in lower case, and each port once.

    https://docs.docker.com/reference/build-checks/expose-proto-casing/
    """

    severity = Severity.INFO
    aliases = ("ExposeProtoCasing", "DD048")
    bad = {
        "FROM alpine:3.22\nEXPOSE «80/TCP»": "FROM alpine:3.22\nEXPOSE 80/tcp",
        "FROM alpine:3.22\nEXPOSE 80\nEXPOSE 443 «80/tcp»": "FROM alpine:3.22\nEXPOSE 80\nEXPOSE 443",
        "FROM alpine:3.22\nEXPOSE 80\nEXPOSE «80» 443": "FROM alpine:3.22\nEXPOSE 80\nEXPOSE 443",
        "FROM alpine:3.22\nEXPOSE 80\nEXPOSE «80»\nUSER app": "FROM alpine:3.22\nEXPOSE 80\nUSER app",
        "FROM alpine:3.22\nEXPOSE 53/udp 53 \\\n  «53»": None,
    }
    good = (
        "FROM alpine:3.22\nEXPOSE 53/tcp 53/udp",
        "FROM alpine:3.22 AS a\nEXPOSE 80\nFROM a\nEXPOSE 80",
        "FROM alpine:3.22\nEXPOSE 8000-8010 8005",
        "FROM alpine:3.22\nARG P=80\nARG Q=80\nEXPOSE $P $Q",
    )

    def check(self, stage: Stage) -> Findings:
        lines: dict[str, int] = {}
        for step, word, values in _exposed(stage):
            if len(values) != 1 or not isinstance(step.instruction, Expose):
                continue
            port, _, protocol = values[0].partition("/")
            if protocol != protocol.lower():
                fix = (
                    replace(word, word.lower(), f"write `{word.lower()}`", is_safe=True) if word == values[0] else None
                )
                yield self.finding(word, f"`{word}` should be `{port}/{protocol.lower()}`", fix=fix)
                continue
            key = f"{port}/{protocol or 'tcp'}"
            if key in lines and "$" not in word:
                message = f"port {port} is exposed in line {lines[key]} already"
                yield self.finding(word, message, fix=_without(step.instruction, word))
            lines.setdefault(key, word.line)


def _without(expose: Expose, word: Text) -> Fix | None:
    """Delete one of the words, and the instruction where it is the only one."""
    if len(expose.ports) == 1:
        return _deleted(expose)
    index = next(number for number, one in enumerate(expose.ports) if one is word)
    if index:
        start, end = expose.ports[index - 1].end, word.end
    else:
        start, end = word.start, expose.ports[1].start
    if "\n" in word.source.text[start:end]:
        return None
    return Fix(f"delete `{word}`", (Edit.replacing(Span(word.source, start, end), ""),), is_safe=True)


def _exposed(stage: Stage) -> Iterator[tuple[Step, Text, tuple[str, ...]]]:
    """The words of EXPOSE, and the ports that each certainly becomes."""
    for step in stage.steps:
        expose = step.instruction
        if isinstance(expose, Expose):
            for word in expose.ports:
                yield step, word, expand_words(word, step.before.environment.lookup, expose.escape).value or ()
