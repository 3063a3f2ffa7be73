"""ADD from a server."""

from __future__ import annotations

import re
from functools import lru_cache

from dockerlint.dockerfile.instructions import Add, Onbuild, Run
from dockerlint.dockerfile.stages import Stage
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.shell.script import Command


class AddRemoteUnverified(Rule[Stage]):
    """ADD fetches a URL without a checksum.

    Whatever the server sends becomes a part of the image, and nobody notices when that changes.

    Add `--checksum=sha256:...`, with the digest of the file that is meant. What a later RUN of the stage checks, by
    `sha256sum -c` or `gpg --verify`, is not reported, nor what is fetched only to renew the build's cache.

    https://docs.docker.com/reference/dockerfile/#add---checksum
    """

    severity = Severity.INFO
    aliases = ("DD059", "curl_or_wget_instead_of_add", "prefer-copy-over-add")
    bad = {
        "FROM alpine:3.22\nADD «https://example.com/tool» /usr/bin/tool": None,
        "FROM alpine:3.22\nADD --chmod=755 «HTTPS://example.com/tool» /usr/bin/": None,
        "FROM alpine:3.22\nADD a.txt «https://example.com/$V/x» /srv/": None,
        "FROM alpine:3.22\nADD «https://example.com/tool/master.tar.gz» /srv/": None,
        "FROM alpine:3.22\nRUN sha256sum -c a.sha256\nADD «https://example.com/b» /b": None,
        "FROM alpine:3.22\nONBUILD ADD «https://example.com/tool» /usr/bin/tool": None,
    }
    good = (
        "FROM alpine:3.22\nADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d "
        "https://example.com/tool /tool",
        "FROM alpine:3.22\nADD https://github.com/a/b.git#v1 /src",
        "FROM alpine:3.22\nADD app.py /srv/",
        "FROM alpine:3.22\nADD https://example.com/a.tgz /\nRUN echo $SUM /a.tgz | sha256sum -c - && tar xf /a.tgz",
        "FROM alpine:3.22\nADD https://example.com/a https://example.com/a.asc /\nRUN gpg --batch --verify /a.asc /a",
        "FROM alpine:3.22\nADD https://api.github.com/repos/a/b/git/refs/heads/main version.json",
        "FROM alpine:3.22\nADD https://example.com/build-number /dev/null",
    )

    def check(self, stage: Stage) -> Findings:
        for one in stage.instructions:
            add = one.instruction if isinstance(one, Onbuild) else one
            if not isinstance(add, Add) or add.flag("checksum") is not None:
                continue
            if add.destination == "/dev/null" or _last_check(stage) > add.start_line:
                continue
            for source in add.sources:
                if _is_file_by_https(source):
                    yield self.finding(source, _message(source))


def _is_file_by_https(source: str) -> bool:
    """Whether it is fetched by https and is no repository; GitHub's API is asked for whether something is new."""
    scheme, _, rest = source.partition("://")
    host = rest.partition("/")[0].rpartition("@")[2]
    return scheme.lower() == "https" and host != "api.github.com" and not re.search(r"\.git(?:#|$)", source)


@lru_cache(maxsize=1)
def _last_check(stage: Stage) -> int:
    """The line of the last RUN of the stage that compares a checksum, or checks a signature; 0 if none does."""
    runs = (one for one in stage.instructions if isinstance(one, Run))
    return max((run.start_line for run in runs if any(map(_checks_a_file, run.commands))), default=0)


def _checks_a_file(command: Command) -> bool:
    words = [str(word.value) for word in command.arguments]
    if re.fullmatch(r"(?:md5|sha\d+|sha|b2)sum|shasum", command.name):
        return any(word == "--check" or re.match(r"-[a-z]*c", word) for word in words)
    return command.name == "gpgv" or any(word in ("--verify", "verify-blob") for word in words)


_LONGEST_URL = 80


def _message(source: str) -> str:
    """What is wrong with it, without the password that the URL may hold."""
    shown = re.sub(r"//[^/]*@", "//", source)
    if len(shown) > _LONGEST_URL:
        shown = f"{'/'.join(shown.split('/')[:3])}/.../{shown.rpartition('/')[2]}"[:_LONGEST_URL]
    moving = re.search(r"/(master|main|HEAD|develop|dev|trunk|latest|nightly)(?=/|\.zip$|\.tar\b|\.tgz$|$)", source)
    if moving is not None:
        return f"`ADD {shown}` takes what `{moving[1]}` is that day; name a version, and add `--checksum=sha256:...`"
    return f"`ADD {shown}` takes whatever the server sends; add `--checksum=sha256:...`"
