"""Programs from the net that run as they come."""

from __future__ import annotations

from dockerlint.knowledge.images import is_root
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.layers import Layer
from dockerlint.shell import addresses
from dockerlint.shell.script import Command

from .fetches import Fetch, fetches, name_of, shown


class PipedRemoteScript(Rule[Layer]):
    """A script from the net is run as it comes.

    Whoever controls the server, or the account behind it, runs what he likes in the build, and the image carries it on;
    the next build may get another script than this one. If the transfer breaks off, half of the script has run.

    Download the script, compare its checksum with one that you wrote down after reading it, then run it:
    `curl -fsSLo install.sh https://...`, `echo "<sha256>  install.sh" | sha256sum -c`, `sh install.sh`. An address that
    holds a commit (`.../<40 hex digits>/install.sh`) cannot change either, and is not reported. Better still is a
    package of the distribution, or `COPY --from` of an official image.

    https://docs.docker.com/reference/dockerfile/#add---checksum
    """

    severity = Severity.WARNING
    aliases = ("DF021", "DD054")
    bad = {
        "FROM debian:13\nRUN curl -fsSL «https://get.example.com» | sh": None,
        "FROM debian:13\nRUN set -x && \\\n    wget -qO- «https://get.example.com/i» | sudo -E bash -s -- -y && rm -rf /tmp/x": None,
        'FROM debian:13\nRUN curl -s «"https://get.example.com/$V/get.py"» | python3 - --yes': None,
        "FROM php:8.5\nRUN curl -sS «https://get.example.com/installer» | php -- --quiet": None,
        "FROM debian:13\nRUN bash <(curl -s «https://get.example.com»)": None,
        'FROM debian:13\nRUN sh -c "$(curl -fsSL «https://get.example.com/i.sh»)" "" --unattended': None,
        'FROM debian:13\nRUN eval "$(wget -qO- «https://get.example.com»)"': None,
        "FROM debian:13\nRUN curl -s «https://get.example.com» | tee /tmp/i.sh | bash": None,
        "FROM debian:13\nRUN curl -sLo /tmp/i.sh «https://get.example.com/i» && sh /tmp/i.sh -b": None,
        "FROM python:3.13\nRUN wget «https://get.example.com/get-pip.py» && python3 get-pip.py && rm get-pip.py": None,
        "FROM debian:13\nRUN wget «https://get.example.com/i.run» && chmod +x i.run && ./i.run": None,
        'FROM debian:13\nRUN ["bash", "-c", "curl -s «https://get.example.com» | bash"]': None,
    }
    good = (
        'FROM debian:13\nRUN curl -fo i.sh https://get.example.com && echo "$SUM  i.sh" | sha256sum -c && sh i.sh',
        "FROM debian:13\nRUN curl -fO https://get.example.com/i.sh && gpg --verify i.sh.asc i.sh && sh i.sh",
        "FROM php:8\nRUN curl -o i.php https://get.example.com && php -r \"hash('SHA384', file_get_contents('i.php')) === '$S' || exit(1);\" && php i.php",
        "FROM debian:13\nRUN curl https://raw.example.com/a/0123456789abcdef0123456789abcdef01234567/i.sh | sh",
        "FROM debian:13\nRUN curl -fsSL https://get.example.com/key.asc | gpg --dearmor -o /usr/share/keyrings/a.gpg",
        "FROM debian:13\nRUN curl -s https://api.example.com | python3 -c 'import json, sys; print(json.load(sys.stdin))'",
        'FROM debian:13\nRUN V=$(curl -s https://api.example.com/latest) && sh build.sh $V && bash -c "echo $V"',
        "FROM debian:13\nRUN curl -s http://localhost:8080/init.sh | sh",
        "FROM debian:13\nRUN curl -fLo /usr/local/bin/tool https://get.example.com/tool && /usr/local/bin/tool --version",
        "FROM debian:13\nRUN curl -s https://get.example.com/a.txt | sha256sum && cat b | sh",
        "FROM debian:13\nRUN curl -s https://get.example.com | perl -pe 's/a/b/' > a && bash -n a",
        "FROM debian:13\nRUN cat i.sh | sh && curl -fO https://get.example.com/i.sh",
    )

    def check(self, layer: Layer) -> Findings:
        for fetch in fetches(layer, "curl", "wget"):
            if fetch.is_near or addresses.is_pinned(fetch.url or fetch.word.value):
                continue
            runner = fetch.runner
            if runner is not None:
                yield self.finding(fetch.word.value, _runs_unseen(fetch, runner))


def _runs_unseen(fetch: Fetch, runner: Command) -> str:
    origin = shown(fetch.host or str(fetch.word.value.strip("'\"")))
    how = "runs as root" if _runs_as_root(fetch.layer, runner) else "runs"
    if fetch.download.to_stdout:
        return f"the script of `{origin}` {how} unseen; download it, check its sha256, then run it"
    # A variable says nothing of where it comes from.
    source = f" of `{origin}`" if not origin.startswith("$") else ""
    return f"`{name_of(fetch)}`{source} {how} unchecked; compare its sha256 first"


def _runs_as_root(layer: Layer, runner: Command) -> bool:
    if "sudo" in runner.wrappers:
        return True
    if layer.before.user is not None:
        return is_root(layer.before.user_name) is True
    known = layer.build.facts(layer.stage)
    return known is not None and is_root(known.default_user) is True
