"""What one shell knows and another does not."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dockerlint.dockerfile.instructions import Run
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.shell_texts import Body, ShellText
from dockerlint.shell.bashisms import CONSTRUCTS, Bashism, bashisms
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word
from dockerlint.source import Text

from .shown import shown

# What ShellCheck calls each construct.
_CODES: Mapping[str, tuple[str, ...]] = {
    "[[": ("SC3010",), "==": ("SC3014",), "[ -v": ("SC3016",), "source": ("SC3046", "SC3051"), "set -o": ("SC3040",),
    "braces": ("SC3009",), "array": ("SC3030",), "<(": ("SC3001",), "<<<": ("SC3011",), "&>": ("SC3020",),
    "&>>": ("SC3020",), ">& file": ("SC3021",), "{fd}": ("SC3022",), "|&": ("SC3029",), "$'": ("SC3003",),
    '$"': ("SC3004",), "${x/a/b}": ("SC3060",), "${x:1}": ("SC3057",), "${x^}": ("SC3059",), "${!x}": ("SC3053",),
    "${x[0]}": ("SC3054",), "$[": ("SC2007",), "x++": ("SC3018",), "function": ("SC2112", "SC2113"),
    "function name": ("SC3033",), "pushd": ("SC3044",), "let": ("SC3039",), "declare": ("SC3044",),
    "shopt": ("SC3044",), "mapfile": ("SC3044",), "+=": ("SC3024",), "export +=": ("SC3024",), "((": ("SC3006",),
    "for ((": ("SC3005", "SC3018"), "select": ("SC3008",), "@(a|b)": ("SC3002",), "$RANDOM": ("SC3028",),
    "$UID": ("SC3028",), "trap ERR": ("SC3047",), "trap DEBUG": ("SC3047",), "trap SIGINT": ("SC3048",),
    "printf %q": ("SC3050",), "printf -v": ("SC3045",), "export -f": ("SC3045",), "export -n": ("SC3045",),
    "read -a": ("SC3045",), "read -t": ("SC3045",), "read": ("SC3061",), "type -p": ("SC3045",),
    "wait -n": ("SC3045",), "exec -a": ("SC3038",), "local -r": ("SC3043",),
}  # fmt: skip


class BashSyntaxInSh(Rule[ShellText]):
    """The script is written for bash, and another shell reads it.

    /bin/sh is dash in images of Debian and Ubuntu and busybox in those of Alpine: the command fails, or does something
    else without a word.

    Let bash read it with `SHELL ["/bin/bash", "-c"]` (Alpine has no bash unless you install it), or write what every
    shell knows: `[ "$a" = b ]` for `[[ $a == b ]]`, `.` for `source`, `> file 2>&1` for `&> file`. Nothing is said
    where nobody knows which shell /bin/sh is.

    https://docs.docker.com/reference/dockerfile/#shell
    """

    severity = Severity.ERROR
    aliases = ("DF066", *sorted({code for codes in _CODES.values() for code in codes}))
    bad = {
        "FROM debian:13\nRUN if «[[» -f /a ]]; then cat /a; fi": None,
        'FROM debian:13\nRUN [ "$A" «==» b ] && «source» ~/.bashrc': None,
        "FROM ubuntu:24.04\nRUN set -o «pipefail» && curl -fsSL https://x.org/i.sh | sh": None,
        "FROM alpine:3.22\nRUN mkdir -p /app/«{log,run}» && touch /app/f«{1..3}»": None,
        "FROM python:3.13\nRUN cat /a «&>» /dev/null": None,
        'FROM debian:13\nRUN <<EOF\nset -e\n«pushd» /srv\n«names»=(a b)\necho "«${names[@]}»"\nEOF': None,
        'FROM debian:13\nARG V\nRUN echo "«${V//-/_}»" "«${V:0:2}»" "«${V^^}»"': None,
        "FROM alpine:3.22\nRUN ls «|&» tee /log": None,
        "FROM debian:13\nRUN useradd -u «$UID» app": None,
        "FROM debian:13\nCMD «source» /env && exec app": None,
        'FROM debian:13\nCMD ["sh", "-c", "«source» /env && exec app"]': None,
        '=== run.sh\n#!/bin/sh\n«[[» -f /a ]] && . /a\nexec "$@"\n'
        '=== Dockerfile\nFROM debian:13\nCOPY run.sh /\nENTRYPOINT ["/run.sh"]': None,
    }
    good = (
        "FROM fedora:43\nRUN if [[ -f /a ]]; then source /a; fi",
        'FROM debian:13\nSHELL ["/bin/bash", "-c"]\nRUN [[ -f /a ]] && source /a',
        "FROM debian:13\nRUN bash -c '[[ -f /a ]] && source /a'",
        "FROM debian:13\nRUN bash -c \"eval 'source /a'\"",
        "FROM acme/base:1\nRUN [[ -f /a ]]",
        "FROM alpine:3.22\nRUN [[ -f /a ]] && source /a && set -o pipefail && cat <(ls) &> /b",
        "FROM debian:13\nRUN <<EOF\n#!/bin/bash\nsource /a\nEOF",
        "FROM debian:13\nRUN ln -sf /bin/bash /bin/sh\nRUN source /a",
        "FROM debian:13\nRUN find / -name x -exec rm {} + && echo '{a,b}' \"[[ x ]]\" && f() { local x=1; echo -n $x; }",
        'FROM debian:13\nRUN curl -O https://example.com/{a,b}.txt && echo {"a": 1, "b": 2}',
        "FROM debian:13\nARG UID=1000\nRUN useradd -u $UID app",
        "FROM debian:13\nCMD chown $UID /data && exec app",
        "FROM debian:13\nRUN su app -c 'source /a'",
        'FROM debian:13\nRUN source() { . "$1"; } && source /a',
        'FROM debian:13\nCOPY run.sh /\nRUN ["/run.sh"]\n=== run.sh\n#!/bin/bash\n[[ -f /a ]]',
    )

    def check(self, text: ShellText) -> Findings:
        for body in text.bodies:
            if body.dialect not in ("dash", "busybox"):
                continue
            for found in bashisms(body.script, body.commands):
                construct = CONSTRUCTS[found.construct]
                effect = construct.dash if body.dialect == "dash" else construct.busybox
                if effect and not _is_excused(found, text, body):
                    message = f"`{_shown(found)}` is bash; {_reader(text, body)} and {effect}"
                    codes = ("DF066", *_CODES.get(found.construct, ()))
                    yield self.finding(found.place, message, help=_advice(construct.instead), aliases=codes)


def _is_excused(found: Bashism, text: ShellText, body: Body) -> bool:
    if "BASH_VERSION" in body.script.text:
        # It asks which shell reads it.
        return True
    if found.construct == "set -o" and found.place == "pipefail":
        return _has_new_dash(text)
    if found.construct in ("$RANDOM", "$UID"):
        name = found.place.strip("${}").partition("%")[0].partition("#")[0]
        is_set = re.search(rf"(?<![\w${{]){name}\b", text.script.text) is not None
        # When a container starts, and in builds that a trigger runs in, others may set it.
        is_open = text.is_trigger or text.is_file or not isinstance(text.instruction, Run)
        return is_set or is_open or text.is_variable(name)
    return False


# Releases whose dash may be newer than 0.5.12, and know pipefail.
_NEW_UBUNTU = ("ubuntu:25.10", "ubuntu:26.04", "ubuntu:26.10")
_NEW_TAGS = ("sid", "unstable", "testing", "forky", "rolling", "devel", "experimental")


def _has_new_dash(text: ShellText) -> bool:
    known, base = text.build.facts(text.stage), text.stage.base
    is_new = known is not None and known.distro in _NEW_UBUNTU
    return is_new or (base is not None and base.tag is not None and base.tag.startswith(_NEW_TAGS))


def _shown(found: Bashism) -> str:
    if found.construct in ("+=", "export +="):
        return f"{found.place}+="
    if found.construct == "array":
        return f"{found.place}=(...)"
    if found.construct == "set -o":
        return f"set -o {found.place}"
    if found.construct == "function":
        return "function name"
    return shown(found.place)


def _reader(text: ShellText, body: Body) -> str:
    name = text.stage.root.base_name
    return f"/bin/sh of `{name}` is {body.dialect}" if name else f"{body.dialect} reads it"


def _advice(instead: str) -> str:
    shell = 'add `SHELL ["/bin/bash", "-c"]` if the image has bash'
    return f"{instead}, or {shell}" if instead else shell


class EchoMisprints(Rule[ShellText]):
    r"""`echo` prints an option or an escape as it is written.

    Shells do not agree on `echo`: dash prints `-e` in front of the text, and bash and busybox print `\n` as a backslash
    and a letter unless `-e` is there. A file written so is not what was meant.

    `printf 'first\nsecond\n'` does the same in every shell. Where nobody knows which shell reads it, and where the text
    is a program that has escapes of its own, nothing is said.

    https://pubs.opengroup.org/onlinepubs/9799919799/utilities/echo.html
    """

    severity = Severity.WARNING
    aliases = ("SC2028", "SC3037")
    bad = {
        "FROM debian:13\nRUN echo «-e» 'a\\tb' > /a": None,
        "FROM ubuntu:24.04\nRUN echo -n «-e» x; echo «-ne» y; echo «-E» z": None,
        "FROM alpine:3.22\nRUN echo «'[a]\\nb=1'» >> /etc/a.ini": None,
        'FROM fedora:43\nRUN echo «"a\\tb"» | tee /a': None,
        'FROM debian:13\nSHELL ["/bin/bash", "-c"]\nRUN echo -n «"$USER\\n"»': None,
        'FROM debian:13\nHEALTHCHECK CMD echo «-e» "ping" | nc localhost 80': None,
    }
    good = (
        "FROM debian:13\nRUN echo -n a && echo 'a\\nb' && echo x -e",
        "FROM debian:13\nRUN /bin/echo -e 'a\\tb'",
        "FROM debian:13\nRUN bash -c \"echo -e 'a\\tb'\"",
        "FROM alpine:3.22\nRUN echo -e 'a\\nb' && echo $'a\\nb' && echo a\\nb",
        "FROM acme/base:1\nRUN echo -e 'a' && echo 'a\\nb'",
        "FROM fedora:43\nRUN echo 'a\\nb' | sed 's/a/b/' && printf '%b' \"$(echo 'a\\nb')\"",
        "FROM fedora:43\nRUN echo 'C:\\new\\tools' > /a && echo '^\\d+\\.\\n$' > /b",
        "FROM fedora:43\nRUN echo '{\"format\": \"a\\n\"}' > /a.json && echo 'printf a\\n' > /a.sh",
        "FROM fedora:43\nRUN shopt -s xpg_echo; echo 'a\\nb'",
    )

    def check(self, text: ShellText) -> Findings:
        if "echo" not in text.script.text:
            return
        for body in text.bodies:
            if body.dialect not in ("dash", "bash", "busybox"):
                continue
            for command in body.commands:
                if len(command.words) > 1 and command.words[0].value == "echo":
                    yield from self._check(command, body)

    def _check(self, command: Command, body: Body) -> Findings:
        option = _option_of_echo(command)
        if body.dialect == "dash":
            if option is not None:
                message = f"dash prints `{option}` in front of the text; `printf 'a\\tb\\n'` works in every shell"
                yield self.finding(option, message, aliases=("SC3037",))
        elif option is None and not _reads_escapes(command, body):
            for word in command.words[1:]:
                escape = _escape_of(word)
                if escape is not None:
                    message = (
                        f"{body.dialect}'s `echo` prints `{escape}` as it stands; `printf` makes a character of it"
                    )
                    yield self.finding(word.value, message, aliases=("SC2028",))


def _option_of_echo(command: Command) -> Text | None:
    """The word that asks for escapes, or for none: `-e`, `-ne`, `-E`."""
    for word in command.words[1:]:
        if word.value == "-n" and word is command.words[1]:
            continue
        return word.value if re.fullmatch(r"-n*[eE][neE]*", word.value) else None
    return None


# Programs that take the text as it comes.
_TAKE_TEXT = frozenset({"cat", "chpasswd", "crontab", "fdisk", "grep", "head", "nc", "passwd", "tail", "tee"})
# Marks of text that is a program, or an expression with escapes of its own.
_HAS_ESCAPES = r"""\\[^nrt\\'"]|\\\\|[A-Za-z]:\\|print|echo|\b(?:sed|awk|tr|grep|split|replace|join|match)\b"""


def _reads_escapes(command: Command, body: Body) -> bool:
    """Whether what is printed may be meant to hold escapes."""
    if command.in_substitution or "xpg_echo" in body.script.text:
        return True
    reader = body.reader_of(command)
    return not command.is_last_of_pipe and (reader is None or reader.name not in _TAKE_TEXT)


def _escape_of(word: Word) -> str | None:
    value = word.value
    if "\\n" not in value and "\\t" not in value:
        return None
    if not any(part.kind in ("single", "double") for part in word.parts) or re.search(_HAS_ESCAPES, value):
        return None
    place = min(index for index in (value.find("\\n"), value.find("\\t")) if index >= 0)
    # Inside quotes of the text itself it belongs to whoever reads the text.
    is_quoted = value.count('"', 0, place) % 2 or value.count("'", 0, place) % 2
    return None if is_quoted else value[place : place + 2]
