"""The keys that packages and downloads are signed with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerlint.lint.edits import inserted_after
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.layers import Layer
from dockerlint.source import Text

# Releases of Debian and Ubuntu whose apt has no apt-key any more.
_WITHOUT_APT_KEY = frozenset(
    {"debian:trixie", "debian:forky", "debian:sid", "ubuntu:25.04", "ubuntu:25.10", "ubuntu:26.04"}
)
_TESTS = ("command", "which", "type", "hash", "test", "[")


class AptKey(Rule[Layer]):
    """A key is handed to `apt-key`.

    apt trusts the key for every repository then, so that whoever holds it can replace any package. `apt-key` is
    deprecated, and Debian 13 and Ubuntu 25.04 have no such command any more.

    Store the key in /etc/apt/keyrings and name it in the source: `deb [signed-by=/etc/apt/keyrings/vendor.asc] https://...`.

    https://wiki.debian.org/DebianRepository/UseThirdParty
    """

    severity = Severity.WARNING
    bad = {
        "FROM debian:bookworm\nRUN curl -fsSL https://example.com/key | «apt-key» add -": None,
        "FROM debian:trixie\nRUN «apt-key» add key.asc": None,
        'FROM ubuntu:24.04\nRUN [«"apt-key"», "adv", "--keyserver", "keyserver.ubuntu.com", "--recv-keys", "1"]': None,
        "FROM ubuntu:24.04\nRUN sudo «apt-key» --keyring /a.gpg adv --recv-keys 1 && «apt-key» del 2": None,
    }
    good = (
        "FROM debian:bookworm\nRUN apt-key list && apt-key export 1 > a && apt-key finger",
        "FROM debian:trixie\nRUN if command -v apt-key; then apt-key add key.asc; fi",
        "FROM debian:trixie\nRUN [ -x /usr/bin/apt-key ] && apt-key add key.asc",
        "FROM debian:trixie\nRUN curl -fsSL https://example.com/key -o /etc/apt/keyrings/vendor.asc",
        "FROM debian:trixie\nRUN echo apt-key add key.asc",
    )

    def check(self, layer: Layer) -> Findings:
        for command in layer.named("apt-key"):
            verb = next((str(word.value) for word in command.operands), "")
            if command.program is None or verb not in ("add", "adv", "del") or _tests_for(layer, "apt-key"):
                continue
            advice = "store the key in /etc/apt/keyrings and name it with `signed-by=` in the source line"
            yield self.finding(command.program.value, _said_of(layer, verb), help=advice)


def _said_of(layer: Layer, verb: str) -> str:
    facts = layer.build.facts(layer.stage)
    if facts is not None and facts.distro in _WITHOUT_APT_KEY:
        return f"`apt-key {verb}` fails: `{layer.stage.root.base_name}` has no `apt-key` any more"
    if verb == "del":
        return "`apt-key del` is deprecated, and newer releases have no such command"
    return f"`apt-key {verb}` lets the key vouch for every repository, and newer releases have no such command"


def _tests_for(layer: Layer, program: str) -> bool:
    """Whether a command looks first if a program is there."""
    tests = layer.named(*_TESTS)
    return any(word.value.endswith(program) for command in tests for word in command.arguments)


# The pool was shut down in June 2021, and the alias that GnuPG had for it went with it.
_RETIRED = r"(?:[a-z0-9-]+\.)*sks-keyservers\.net|\bkeys\.gnupg\.net"
_MARKS = ("sks-keyservers.net", "keys.gnupg.net")
_ALIVE = ("keys.openpgp.org", "keyserver.ubuntu.com", "pgp.mit.edu", "keyring.debian.org", "pgp.surf.nl")


class RetiredKeyserver(Rule[Layer]):
    """A key is asked for at a key server that was switched off.

    The SKS pool was shut down in 2021, and `keys.gnupg.net` was an alias of it: the key is not found, and the build ends
    there or goes on without it.

    Ask `hkps://keys.openpgp.org` or `hkps://keyserver.ubuntu.com`, or fetch the key from who made it.

    https://gnupg.org/documentation/manuals/gnupg/Dirmngr-Options.html
    """

    severity = Severity.WARNING
    aliases = ("gpgUseHaPools",)
    bad = {
        "FROM debian:trixie\nRUN gpg --batch --keyserver «ha.pool.sks-keyservers.net» --recv-keys 1": None,
        "FROM debian:trixie\nRUN apt-key adv --keyserver hkp://«p80.pool.sks-keyservers.net»:80 --recv-keys 1": None,
        "FROM debian:trixie\nRUN gpg --keyserver «keys.gnupg.net» --recv-keys 1 && "
        "gpg --keyserver keyserver.ubuntu.com --recv-keys 2": None,
        "FROM debian:trixie\nRUN echo 'keyserver hkps://«hkps.pool.sks-keyservers.net»' >> ~/.gnupg/dirmngr.conf": None,
        "FROM debian:trixie\nENV KEYSERVER=pool.sks-keyservers.net\n"
        "RUN gpg --keyserver «$KEYSERVER» --recv-keys 1": None,
        "FROM debian:trixie\nRUN for server in «ha.pool.sks-keyservers.net» «keys.gnupg.net»; do "
        "gpg --keyserver $server --recv-keys 1 && break; done": None,
    }
    good = (
        "FROM debian:trixie\nRUN gpg --keyserver keys.openpgp.org --recv-keys 1",
        "FROM debian:trixie\nRUN gpg --keyserver ha.pool.sks-keyservers.net --recv-keys 1 || "
        "gpg --keyserver keyserver.ubuntu.com --recv-keys 1",
        "FROM debian:trixie\nRUN for server in ha.pool.sks-keyservers.net keys.openpgp.org; do "
        "gpg --keyserver $server --recv-keys 1 && break; done",
        "FROM debian:trixie\n# ha.pool.sks-keyservers.net is gone\nRUN make # as is keys.gnupg.net",
    )

    def check(self, layer: Layer) -> Findings:
        for place in _retired_servers(layer):
            match = re.search(_RETIRED, place, re.IGNORECASE)
            name = match[0] if match else place
            advice = "ask hkps://keys.openpgp.org or hkps://keyserver.ubuntu.com"
            yield self.finding(place, f"`{name}` was shut down in 2021", help=advice)


def _retired_servers(layer: Layer) -> Iterator[Text]:
    """The names of retired servers where the script has them, and variables whose value holds one."""
    text = layer.script.text
    is_one_of_several = any(server in text for server in _ALIVE) and ("||" in text or "for " in text)
    if any(mark in text for mark in _MARKS) and not is_one_of_several:
        comments = [(comment.start, comment.end) for comment in layer.script.comments]
        for match in re.finditer(_RETIRED, text, re.IGNORECASE):
            place = text.part(*match.span())
            if not any(start <= place.start < end for start, end in comments):
                yield place
    for command in layer.named("gpg", "gpg2", "apt-key"):
        for word in command.words:
            if word.is_expanded and any(mark in word.value for mark in _MARKS):
                yield word.value


_MAY_ASK = (
    "--recv-keys", "--recv-key", "--receive-keys", "--recv", "--import", "--decrypt", "-d", "--gen-key",
    "--generate-key", "--full-generate-key", "--dearmor", "--keyserver",
)  # fmt: skip
_NEVER_ASKS = ("--batch", "--no-tty")


class GpgWithoutBatch(Rule[Layer]):
    """gpg is called as if somebody sat in front of it.

    Without `--batch` it may stop with a question, such as whether to overwrite a file or to trust a key, and its output is
    meant for people.

    Add `--batch`.

    https://www.gnupg.org/documentation/manuals/gnupg/Unattended-Usage-of-GPG.html
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("gpgUseBatchFlag",)
    bad = {
        "FROM debian:trixie\nRUN «gpg» --import key.asc && gpg --verify a.asc a": (
            "FROM debian:trixie\nRUN gpg --batch --import key.asc && gpg --verify a.asc a"
        ),
        "FROM debian:trixie\nRUN curl -fsSL https://example.com/key | «gpg2» --dearmor -o /etc/apt/keyrings/a.gpg": (
            "FROM debian:trixie\nRUN curl -fsSL https://example.com/key | "
            "gpg2 --batch --dearmor -o /etc/apt/keyrings/a.gpg"
        ),
        'FROM debian:trixie\nRUN [«"gpg"», "--recv-keys", "1"]': (
            'FROM debian:trixie\nRUN ["gpg", "--batch", "--recv-keys", "1"]'
        ),
        "FROM debian:trixie\nRUN sh -c '«gpg» -d a'": None,
    }
    good = (
        "FROM debian:trixie\nRUN gpg --batch --import key.asc",
        "FROM debian:trixie\nRUN gpg --no-tty --decrypt a.asc && gpg --verify a.asc a",
        "FROM debian:trixie\nRUN gpg --version && gpg --list-keys && apt-get install -y gpg",
        "FROM debian:trixie\nRUN gpg $OPTIONS --import key.asc",
    )

    def check(self, layer: Layer) -> Findings:
        for command in layer.named("gpg", "gpg2"):
            option = command.options.find(*_MAY_ASK)
            if command.program is None or option is None or command.has_option(*_NEVER_ASKS):
                continue
            if any(word.value.startswith("$") and not word.is_literal for word in command.arguments[:1]):
                continue
            fix = inserted_after(layer, command, command.program, "--batch", "add `--batch`", is_safe=False)
            message = f"`{command.name} {option.name}` may ask; add `--batch`"
            yield self.finding(command.program.value, message, fix=fix)
