"""How files are fetched: over which protocol, and what happens when there is none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerlint.dockerfile.instructions import Add
from dockerlint.lint.edits import inserted_after
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.layers import Layer
from dockerlint.shell import addresses, trust
from dockerlint.shell.packages import PackageAction
from dockerlint.shell.pipes import behind, readers
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word, base_name
from dockerlint.source import Text

from .fetches import Fetch, address, fetches, name_of, shown


class PlainHttpDownload(Rule[Layer | Add]):
    """A file is fetched over plain HTTP, and nothing checks it.

    Whoever sits between the build and the server can put another file in its place, and the image runs it: HTTP neither
    proves who answers nor that the answer arrived as it was sent.

    Write `https://`, or compare the sha256 of the file in the same RUN; for ADD there is `--checksum`. Sources of apt
    and apk are not reported: what comes from there is signed. Nor are servers on this machine or in a private network.

    https://docs.docker.com/reference/dockerfile/#add---checksum
    """

    severity = Severity.WARNING
    aliases = ("curlUseHttpsUrl", "wgetUseHttpsUrl")
    bad = {
        "FROM debian:13\nRUN curl -fLO «http://example.com/tool.tgz» && tar xzf tool.tgz": None,
        "FROM debian:13\nRUN wget -q \\\n    «'http://example.com/tool.tgz?a=1'» -O - | tar xz": None,
        "FROM debian:13\nENV MIRROR=http://mirror.example.com\nRUN wget -q «$MIRROR/tool.tgz»": None,
        "FROM debian:13\nRUN git clone «http://example.com/a.git» && make -C a": None,
        "FROM python:3.13\nRUN pip install -i «http://pypi.example.com/simple» flask": None,
        "FROM node:24\nRUN npm ci --registry=«http://npm.example.com»": None,
        "FROM rockylinux:9\nRUN rpm --import «http://example.com/KEY» && yum install -y «http://example.com/a.rpm»": None,
        "FROM debian:13\nADD «http://example.com/tool.tgz» /opt/": None,
        "FROM debian:13\nADD a «ftp://example.com/b» /opt/": None,
        "FROM debian:13\nRUN curl -fs «http://example.com/key.asc» | apt-key add -": None,
    }
    good = (
        "FROM debian:13\nRUN curl -fLO https://example.com/tool.tgz",
        'FROM debian:13\nRUN curl -fLO http://example.com/tool.tgz && echo "$SUM  tool.tgz" | sha256sum -c',
        "FROM debian:13\nRUN curl -f http://localhost:8080/a http://10.0.0.2/b http://nexus/c http://[::1]/d -O",
        "FROM debian:13\nARG HOST\nRUN wget -q http://$HOST/tool.tgz",
        "FROM debian:13\nRUN curl -x http://proxy.example.com:3128 -fO https://example.com/tool.tgz",
        "FROM debian:13\nADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d http://example.com/a /a",
        'FROM debian:13\nRUN echo "deb http://deb.debian.org/debian trixie main" > /etc/apt/sources.list',
        "FROM debian:13\nRUN apt-key adv --keyserver hkp://keyserver.ubuntu.com:80 --recv-keys 0123",
        "FROM debian:13\nHEALTHCHECK CMD curl -f http://app.example.com/health",
        "FROM debian:13\nRUN curl -X POST http://api.example.com/done && wget --spider http://example.com",
        "FROM debian:13\nRUN git clone http://example.com/a.git && cd a && git checkout 0123456789abcdef0123456789abcdef01234567",
        "FROM python:3.13\nRUN pip install http://example.com/a.whl#sha256=24454f830cdb571e2c4ad15481119c43",
    )

    def check(self, node: Layer | Add) -> Findings:
        if isinstance(node, Add):
            for source in _plain_sources(node):
                message = f"`{shown(source)}` can be changed on the way; use https, or give its `--checksum`"
                yield self.finding(source, message)
            return
        if not node.run.text.source.holds("http://"):
            return
        for word, url, command in _plain_urls(node):
            address_shown = shown(word.value if word.value.startswith("http") else url)
            advice = "use https" if command.name == "git" else "use https, or check its sha256"
            yield self.finding(word.value, f"`{address_shown}` can be changed on the way; {advice}")


def _plain_sources(add: Add) -> Iterator[Text]:
    if add.flag("checksum") is None:
        for source in add.sources:
            if source.lower().startswith(("http://", "ftp://")) and _is_far(source):
                yield source


def _is_far(url: str) -> bool:
    """Whether an address is certainly one outside, and what it holds may change."""
    host = addresses.host(url)
    return host is not None and not addresses.is_near(host) and not addresses.is_pinned(url)


# Options that say where a package manager looks, as far as it trusts what it finds there.
_INDEXES = {
    "pip": ("-i", "--index-url", "--extra-index-url", "-f", "--find-links"),
    "uv": ("-i", "--index", "--index-url", "--default-index", "--extra-index-url", "-f", "--find-links"),
    "npm": ("--registry",),
    "pnpm": ("--registry",),
    "yarn": ("--registry",),
    "gem": ("-s", "--source"),
}


def _plain_urls(layer: Layer) -> Iterator[tuple[Word, str, Command]]:
    """The addresses that a RUN trusts over plain HTTP, as written and with their variables replaced, and what asks."""
    for fetch in fetches(layer, "curl", "wget"):
        url = fetch.url
        if url is not None and _is_plain(url) and fetch.is_read_only and not (fetch.is_dropped or fetch.is_checked):
            yield fetch.word, url, fetch.command
    for word, command in _other_addresses(layer):
        url = address(layer, word)
        if url is not None and _is_plain(url.removeprefix("git+")) and not trust.is_checked(layer.commands, command):
            yield word, url, command


def _is_plain(url: str) -> bool:
    return url.lower().startswith("http://") and _is_far(url) and re.search(r"#(?:sha|md5)", url) is None


def _other_addresses(layer: Layer) -> Iterator[tuple[Word, Command]]:
    """What git clones, where package managers look, and the keys that rpm and apt trust."""
    for action in layer.actions:
        if action.manager in ("curl", "wget") or action.options.has("--require-hashes"):
            continue
        if action.manager == "git" and _is_at_commit(layer, action):
            continue
        if action.verb.name in ("install", "download"):
            words = (*action.urls, *action.options.values(*_INDEXES.get(action.manager, ())))
            yield from ((word, action.command) for word in words)
    for command in layer.named("rpm", "apt-key"):
        if command.has_option("--import", "--fetch-keys"):
            yield from ((word, command) for word in command.arguments)


def _is_at_commit(layer: Layer, clone: PackageAction) -> bool:
    """Whether a commit is checked out of what was cloned, named by its hash."""
    later = (command for command in behind(layer.commands, clone.command) if command.name == "git")
    return any(re.fullmatch(r"[0-9a-f]{40}", word.value) for command in later for word in command.arguments)


class CurlWithoutFail(Rule[Layer]):
    """`curl` is not told to fail when the server answers with an error.

    curl reports success whatever the answer is, so the page that says 404 is kept as if it were the file, and the build
    breaks later or not at all.

    Add `-f`. `--fail-with-body` does the same and keeps the answer. What is piped into tar or unzip, unpacked in the same
    RUN, or compared with a checksum fails there, and is not reported.

    https://curl.se/docs/manpage.html#-f
    """

    severity = Severity.INFO
    aliases = ("curlUseFlagF", "DF035")
    bad = {
        "FROM debian:13\nRUN «curl» -sLo /usr/local/bin/kubectl https://example.com/kubectl && chmod +x /usr/local/bin/kubectl": (
            "FROM debian:13\nRUN curl -f -sLo /usr/local/bin/kubectl https://example.com/kubectl && chmod +x /usr/local/bin/kubectl"
        ),
        "FROM debian:13\nRUN set -x && \\\n    «curl» -sO $URL": "FROM debian:13\nRUN set -x && \\\n    curl -f -sO $URL",
        "FROM debian:13\nRUN V=$(«curl» -s https://example.com/latest) && make V=$V": (
            "FROM debian:13\nRUN V=$(curl -f -s https://example.com/latest) && make V=$V"
        ),
        "FROM debian:13\nRUN «curl» --retry 3 https://example.com/get.sh | sh": (
            "FROM debian:13\nRUN curl -f --retry 3 https://example.com/get.sh | sh"
        ),
        'FROM debian:13\nRUN [«"curl"», "-O", "https://example.com/a.jar"]': (
            'FROM debian:13\nRUN ["curl", "-f", "-O", "https://example.com/a.jar"]'
        ),
        "FROM debian:13\nRUN echo https://example.com/a.jar | xargs «curl» -O https://example.com/b.jar": None,
    }
    good = (
        "FROM debian:13\nRUN curl -fsSLO https://example.com/a.jar && curl --fail -O https://example.com/b.jar",
        "FROM debian:13\nRUN curl --fail-with-body -sO https://example.com/a.jar",
        "FROM debian:13\nRUN curl -sI https://example.com && curl -o /dev/null -w '%{http_code}' https://example.com",
        "FROM debian:13\nRUN curl -s -X POST -d a=b https://api.example.com/done",
        "FROM debian:13\nRUN curl -sL https://example.com/a.tgz | tar xz -C /opt",
        "FROM debian:13\nRUN curl -sLo /tmp/a.tgz https://example.com/a.tgz && tar xzf /tmp/a.tgz",
        'FROM debian:13\nRUN curl -sO https://example.com/a && echo "$SUM  a" | sha256sum -c',
        "FROM debian:13\nRUN curl -s http://localhost:9200 && curl -s file:///a -o /b && curl -s ftp://example.com/a -O",
        "FROM debian:13\nRUN if curl -s https://example.com/a; then make; fi; curl -s https://example.com/b || true",
        "FROM debian:13\nRUN echo fail > ~/.curlrc\nRUN curl -sO https://example.com/a",
        "FROM debian:13\nRUN curl $CURL_OPTIONS -O https://example.com/a",
        "FROM debian:13\nHEALTHCHECK CMD curl http://app.example.com/",
        "FROM debian:13\nRUN curl --version && apt-get install -y curl",
    )

    def check(self, layer: Layer) -> Findings:
        seen: set[int] = set()
        for fetch in fetches(layer, "curl"):
            command = fetch.command
            if id(command) in seen or not _keeps_error_pages(fetch):
                continue
            seen.add(id(command))
            program = command.program
            if program is None or program.value.source.holds(".curlrc"):
                continue
            fix = inserted_after(
                layer, command, program, "-f", "add `-f` (a step that lived with an error stops then)", is_safe=False
            )
            yield self.finding(program.value, f"on a 404 `curl` {_use_of(fetch)}; add `-f`", fix=fix)


def _keeps_error_pages(fetch: Fetch) -> bool:
    command = fetch.command
    written = fetch.url if fetch.url is not None else fetch.word.value
    if fetch.download.fails_on_error or fetch.is_near or addresses.scheme(written) not in ("http", "https", ""):
        return False
    is_tested = command.in_condition or "||" in command.nesting or "!" in command.nesting or command.after == "||"
    if is_tested or not fetch.is_read_only or fetch.is_dropped or _may_hold_options(fetch.action):
        return False
    output = fetch.action.options.value("-w", "--write-out")
    if output is not None and "_code" in output.value:
        return False
    return not _stops_at_html(fetch) and not fetch.is_checked


def _may_hold_options(action: PackageAction) -> bool:
    """Whether a variable may stand for options, because it is not the address."""
    variables = [word for word in action.options.operands if word.value.startswith("$") and "/" not in word.value]
    return any(word not in action.urls for word in variables) or len(variables) > 1


# They stop at a page of HTML where they expect an archive, a package or a key.
_STRICT_READERS = frozenset(
    {
        "tar", "bsdtar", "unzip", "gunzip", "gzip", "zcat", "bunzip2", "bzip2", "xz", "unxz", "xzcat", "zstd", "unzstd",
        "7z", "7za", "7zr", "cpio", "jar", "ar", "dpkg", "dpkg-deb", "rpm", "rpm2cpio", "apt-get", "apt", "yum", "dnf",
        "apk", "zypper", "gpg", "gpg2", "gpgv", "apt-key", "pip", "pip3", "docker", "lz4", "funzip", "gdebi",
    }
)  # fmt: skip


def _stops_at_html(fetch: Fetch) -> bool:
    layer, command = fetch.layer, fetch.command
    if fetch.download.to_stdout:
        return any(reader.name in _STRICT_READERS for reader in readers(layer.commands, command))
    names = fetch.names
    return any(later.name in _STRICT_READERS and (not names or _names_one(later, names)) for later in fetch.following)


def _names_one(command: Command, names: set[str]) -> bool:
    """Whether a command is given one of these files, as far as it can be told."""
    texts = [word.value for word in command.arguments]
    texts += [redirection.target.value for redirection in command.redirections if redirection.target is not None]
    return any("*" in text or base_name(text) in names or text.endswith(tuple(names)) for text in texts)


def _use_of(fetch: Fetch) -> str:
    if fetch.download.files:
        return f"saves the error page as {shown(fetch.download.files[0])}"
    reader = next(readers(fetch.layer.commands, fetch.command), None)
    if reader is not None and reader.name:
        return f"hands the error page to `{reader.name}`"
    if fetch.download.to_stdout:
        return "prints the error page as if it were the answer"
    return f"saves the error page as if it were {name_of(fetch)}"
