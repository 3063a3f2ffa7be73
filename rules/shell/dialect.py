"""What one shell knows and another does not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.shell_texts import Body, ShellText
from dockerlint.shell.bashisms import CONSTRUCTS, Bashism, bashisms
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word
from dockerlint.source import Text


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
    aliases = (
        "DF066", "SC2112", "SC3001", "SC3003", "SC3005", "SC3006", "SC3008", "SC3009", "SC3010", "SC3011", "SC3014",
        "SC3020", "SC3024", "SC3028", "SC3030", "SC3040", "SC3044", "SC3045", "SC3046", "SC3047", "SC3050", "SC3051",
        "SC3053", "SC3054", "SC3057", "SC3059", "SC3060",
    )  # fmt: skip
    bad = {
        "FROM debian:13\nRUN if «[[» -f /a ]]; then cat /a; fi": None,
        'FROM debian:13\nRUN [ "$A" «==» b ] && «source» ~/.bashrc': None,
        "FROM ubuntu:24.04\nRUN set -o «pipefail» && curl -fsSL https://x.org/i.sh | sh": None,
        "FROM alpine:3.22\nRUN mkdir -p /app/«{log,run}» && touch /app/f«{1..3}»": None,
        "FROM python:3.13\nRUN cat /a «&>» /dev/null": None,
        "FROM debian:13\nRUN <<EOF\nset -e\n«pushd» /srv\n«names»=(a b)\necho \"«${names[@]}»\"\nEOF": None,
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
        "FROM debian:13\nRUN curl -O https://example.com/{a,b}.txt && echo {\"a\": 1, \"b\": 2}",
        "FROM debian:13\nARG UID=1000\nRUN useradd -u $UID app",
        "FROM debian:13\nRUN su app -c 'source /a'",
        "FROM debian:13\nRUN source() { . \"$1\"; } && source /a",
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
                    yield self.finding(found.place, message, help=_advice(construct.instead))


def _is_excused(found: Bashism, text: ShellText, body: Body) -> bool:
    if "BASH_VERSION" in body.script.text:
        # It asks which shell reads it.
        return True
    if found.construct == "set -o" and found.place == "pipefail":
        return _has_new_dash(text)
    if found.construct in ("$RANDOM", "$UID"):
        name = found.place.strip("${}").partition("%")[0].partition("#")[0]
        is_set = re.search(rf"(?<![\w${{]){name}\b", text.script.text) is not None
        return is_set or text.is_variable(name)
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
    return _short(found.place)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:37]}..."


def _reader(text: ShellText, body: Body) -> str:
    name = text.stage.root.base_name
    return f"/bin/sh of `{name}` is {body.dialect}" if name else f"{body.dialect} reads it"


def _advice(instead: str) -> str:
    shell = 'add `SHELL ["/bin/bash", "-c"]` if the image has bash'
    return f"{instead}, or {shell}" if instead else shell
