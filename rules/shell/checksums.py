"""Whether what is fetched is what was meant."""

from __future__ import annotations

import re
from typing import NamedTuple

from dockerlint.lint.edits import is_editable
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity
from dockerlint.project.layers import Layer
from dockerlint.shell import addresses
from dockerlint.shell.pipes import readers
from dockerlint.shell.script import Command
from dockerlint.source import Span, Text

from .fetches import Fetch, fetches, name_of, shown
from .tools import has_package, is_busybox


class DownloadWithoutChecksum(Rule[Layer]):
    """A file is downloaded, and nothing tells whether it is the one that was meant.

    A file that was exchanged on the server, or cut short on the way, becomes part of the image unnoticed, and two builds
    of the same Dockerfile may hold different programs.

    Compare it with a checksum in the same RUN: `echo "<sha256>  helm.tar.gz" | sha256sum -c`, or with a signature by
    `gpg --verify` or `cosign`. `ADD --checksum=sha256:... URL` does it without a tool. Keys and package lists, which
    package managers check against, are not reported, nor is what runs at once: `piped-remote-script` tells of that.

    https://docs.docker.com/reference/dockerfile/#add---checksum
    """

    severity = Severity.INFO
    profile = "strict"
    bad = {
        "FROM debian:13\nRUN curl -fLO «https://example.com/helm.tar.gz» && tar xzf helm.tar.gz": None,
        "FROM debian:13\nRUN curl -fsSL «https://example.com/helm.tar.gz» | tar xz": None,
        'FROM debian:13\nRUN wget -qO /usr/local/bin/helm \\\n    «"https://example.com/$V/helm"»': None,
        "FROM debian:13\nRUN sha256sum -c a.sum && wget -q «https://example.com/b»": None,
        "FROM debian:13\nRUN curl -fO «https://example.com/a.deb» -fO «https://example.com/b.deb» && dpkg -i a.deb b.deb": None,
    }
    good = (
        'FROM debian:13\nRUN curl -fLO https://example.com/a.tgz && echo "$SUM  a.tgz" | sha256sum -c -',
        "FROM debian:13\nRUN curl -fO https://example.com/a.tgz -fO https://example.com/a.tgz.asc && gpg --batch --verify a.tgz.asc",
        'FROM debian:13\nRUN curl -fO https://example.com/a && [ "$SUM" = "$(sha256sum a | cut -c1-64)" ]',
        "FROM debian:13\nRUN curl -fO https://example.com/a\nRUN cosign verify-blob a",
        "FROM debian:13\nRUN curl -fsSL https://example.com/key.gpg -o /etc/apt/keyrings/a.gpg",
        "FROM debian:13\nRUN curl -fsSL https://example.com/key | gpg --dearmor -o /etc/apt/keyrings/a.gpg",
        "FROM debian:13\nRUN V=$(curl -fs https://example.com/latest | grep tag) && make V=$V",
        "FROM debian:13\nRUN curl -fs https://example.com/i.sh | sh",
        "FROM debian:13\nRUN wget -q https://example.com/i.sh && sh i.sh",
        "FROM debian:13\nRUN curl -fO https://raw.example.com/0123456789abcdef0123456789abcdef01234567/a.py",
        "FROM debian:13\nRUN wget -q http://localhost/a.tgz && curl -fo /dev/null https://example.com",
        "FROM rockylinux:9\nRUN curl -fo /etc/yum.repos.d/a.repo https://example.com/a.repo",
        "FROM debian:13\nADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://example.com/a /a",
    )

    def check(self, layer: Layer) -> Findings:
        for fetch in fetches(layer, "curl", "wget"):
            if _is_kept(fetch) and not fetch.is_checked and fetch.runner is None:
                yield self.finding(fetch.word.value, f"`{name_of(fetch)}` is used unchecked; compare its sha256")


def _is_kept(fetch: Fetch) -> bool:
    """Whether it fetches a file that stays, from outside, and whose content may change."""
    url = fetch.url or fetch.word.value
    if fetch.is_near or fetch.is_dropped or not fetch.is_read_only or addresses.is_pinned(url):
        return False
    if fetch.download.to_stdout:
        return any(reader.name in _UNPACKERS for reader in readers(fetch.layer.commands, fetch.command))
    if fetch.download.files and all(map(_is_evidence, fetch.download.files)):
        return False
    return not _is_evidence(re.split(r"[?#]", url, maxsplit=1)[0])


_UNPACKERS = frozenset({"tar", "bsdtar", "unzip", "gunzip", "funzip", "cpio", "unxz", "unzstd", "bunzip2"})


def _is_evidence(name: str) -> bool:
    """Whether a file by this name is what others are checked with, or is checked by a package manager itself."""
    last = name.lower().rpartition("/")[2]
    endings = (
        ".asc", ".gpg", ".key", ".pub", ".pem", ".crt", ".cer", ".sig", ".sign", ".sha1", ".sha256", ".sha512", ".md5",
        ".sha256sum", ".repo", ".list", ".sources", ".rpm", ".minisig", ".digest",
    )  # fmt: skip
    return last.endswith(endings) or re.search(r"gpg[-_.]?key|^keys?$|sums?(?:\.txt)?$|checksum", last) is not None


class ChecksumLineOneSpace(Rule[Layer]):
    """A checksum and the name of its file have one blank between them, which busybox does not read.

    busybox finds no file name in such a line, so the check fails however right the file is. GNU's programs take one blank
    as well as two, which is why the line works on another base image.

    Write two blanks, as `sha256sum` itself prints them.

    https://git.busybox.net/busybox/tree/coreutils/md5_sha1_sum.c
    """

    severity = Severity.WARNING
    aliases = ("sha256sumEchoOneSpaces",)
    bad = {
        'FROM alpine:3.22\nRUN wget -q $URL && echo «"$SUM helm.tar.gz"» | sha256sum -c -': (
            'FROM alpine:3.22\nRUN wget -q $URL && echo "$SUM  helm.tar.gz" | sha256sum -c -'
        ),
        "FROM python:3.13-alpine\nRUN echo «'0f343b0931126a20f133d67c2b018a3b /tmp/a'» | md5sum -c": (
            "FROM python:3.13-alpine\nRUN echo '0f343b0931126a20f133d67c2b018a3b  /tmp/a' | md5sum -c"
        ),
        "FROM alpine:3.22\nRUN set -x \\\n && printf «'%s %s\\n'» \"$SUM\" a.tgz | sha512sum -cs": (
            "FROM alpine:3.22\nRUN set -x \\\n && printf '%s  %s\\n' \"$SUM\" a.tgz | sha512sum -cs"
        ),
        "FROM alpine:3.22\nRUN echo «$SUM  a.tgz» | sha256sum -c": None,
        "FROM alpine:3.22\nRUN sh -c 'echo «\"$SUM a.tgz\"» | sha256sum -c'": None,
    }
    good = (
        'FROM alpine:3.22\nRUN echo "$SUM  a.tgz" | sha256sum -c',
        'FROM alpine:3.22\nRUN echo "$SUM *a.tgz" | sha256sum -c -',
        'FROM debian:13\nRUN echo "$SUM a.tgz" | sha256sum -c',
        'FROM alpine:3.22\nRUN apk add --no-cache coreutils\nRUN echo "$SUM a.tgz" | sha256sum -c',
        'FROM acme/base:1\nRUN echo "$SUM a.tgz" | sha256sum -c',
        'FROM alpine:3.22\nRUN echo "$SUM" | sha256sum -c && echo "a b" | sha256sum && echo "a b"',
        'FROM alpine:3.22\nRUN echo "$(cat a.sum) a.tgz" | sha256sum -c && grep a SUMS | sha256sum -c',
        "FROM alpine:3.22\nRUN printf '%s  %s\\n' $SUM a.tgz | sha256sum -c && echo \"$SUM  -\" | md5sum -c",
    )

    def check(self, layer: Layer) -> Findings:
        if not layer.named(*_TESTERS) or not is_busybox(layer):
            return
        for printer in layer.named("echo", "printf"):
            tester = next(readers(layer.commands, printer), None)
            if tester is None or tester.name not in _TESTERS or not tester.has_option("-c", "--check"):
                continue
            line = _line_of(printer)
            if line is not None and not has_package(layer, "coreutils", before=tester):
                message = f"busybox `{tester.name} -c` needs two blanks before `{shown(line.file)}`"
                yield self.finding(line.place, message, fix=_second_blank(layer, tester, line))


_TESTERS = ("sha1sum", "sha256sum", "sha384sum", "sha512sum", "md5sum")


class _Line(NamedTuple):
    """A line for a checker that has one blank before the name of the file: `blank` is where it stands, if in a word."""

    place: Text | Span
    file: str
    blank: int | None


def _line_of(printer: Command) -> _Line | None:
    words = printer.operands
    if len(words) == 2 and printer.name == "echo" and not any(re.search(r"\s|\$\(|`", word.value) for word in words):
        first, last = words[0].value, words[1].value
        is_name = not last.startswith("*")
        return _Line(Span(first.source, first.start, last.end), last, None) if is_name else None
    if not words or (len(words) != 1 and printer.name == "echo"):
        return None
    text = words[0].value
    match = re.match(r"[^\s`]*[^\s`(] (?=[^\s*\\-])([^\s`\\]+)(?:\\n)?$", text)
    if match is None or "$(" in text:
        return None
    file = str(words[2].value) if "%" in match[1] and len(words) > 2 else match[1]
    return _Line(text, file, text.offset(match.start(1) - 1))


def _second_blank(layer: Layer, tester: Command, line: _Line) -> Fix | None:
    if line.blank is None or "script" in tester.nesting or not is_editable(layer):
        return None
    source = layer.run.text.source
    if source.text[line.blank : line.blank + 1] != " ":
        return None
    return Fix("write a second blank", (Edit.replacing(Span(source, line.blank, line.blank), " "),), is_safe=True)
