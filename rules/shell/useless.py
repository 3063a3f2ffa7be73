"""Commands that can do nothing in a build step, and `cd` where WORKDIR says it."""

from __future__ import annotations

from collections.abc import Callable

from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.layers import Layer
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word, base_name

from .steps import last_started
from .wording import brief


class UselessInBuild(Rule[Layer]):
    """A command has no meaning in a build step.

    A step runs without terminal, without init system, without rights over the host, and alone: there is nothing to look
    at, nobody to type, no service to talk to and no process but its own.

    Leave it out. What is meant for the running container belongs into CMD or ENTRYPOINT.

    https://docs.docker.com/reference/dockerfile/#run
    """

    severity = Severity.INFO
    aliases = ("DL3001", "nonsensical-command", "run_utilities_and_posix_commands", "DF060")
    bad = {
        "FROM debian:13\nRUN «reboot»": None,
        "FROM debian:13\nRUN cd / && «ps aux» | head && «top -b -n1»": None,
        "FROM debian:13\nRUN «vim /etc/hosts»": None,
        "FROM debian:13\nRUN «mount -t tmpfs none /mnt» && «umount /mnt»": None,
        "FROM debian:13\nRUN «killall httpd» || true": None,
        "FROM debian:13\nRUN apt-get update && «systemctl daemon-reload»": None,
        'FROM nginx:1.31\nRUN «systemctl enable nginx»\nCMD ["nginx", "-g", "daemon off;"]': None,
        "FROM debian:13\nRUN «service apache2 reload»": None,
        "FROM alpine:3.22\nRUN «ssh git@github.com»": None,
        "FROM debian:13\nRUN «less /etc/passwd»": None,
    }
    good = (
        "FROM debian:13\nRUN apt-get install -y vim less mount ssh procps",
        "FROM debian:13\nRUN mysqld & sleep 5; mysql -e 'create database a'; kill $!",
        "FROM debian:13\nRUN service mysql start && ps aux && service mysql stop",
        "FROM debian:13\nRUN mysqladmin shutdown",
        "FROM debian:13\nRUN --security=insecure mount -t tmpfs none /mnt",
        "FROM debian:13\nRUN vim -es -u vimrc -i NONE -c PlugInstall -c qa",
        "FROM debian:13\nRUN vim +PlugInstall +qall",
        "FROM debian:13\nRUN --mount=type=ssh ssh git@github.com",
        "FROM debian:13\nRUN ssh -o StrictHostKeyChecking=no git@github.com || true",
        "FROM debian:13\nRUN JOBS=$(free -g | awk '/Mem/ {print $2}') && make -j$JOBS",
        'FROM fedora:43\nRUN systemctl enable sshd\nCMD ["/sbin/init"]',
        "FROM debian:13\nRUN systemctl enable docker",
        "FROM debian:13\nCOPY systemctl.py /usr/bin/systemctl\nRUN systemctl start nginx",
        "FROM debian:13\nCMD service nginx start && top",
        "FROM debian:13\nRUN systemctl restart nginx && systemctl status nginx\n"
        "RUN wget -O /usr/bin/systemctl https://example.com/systemctl3.py",
        "FROM debian:13\nRUN systemctl start nginx",
        "FROM debian:13\nRUN /etc/init.d/ssh start && ./test.sh && /etc/init.d/ssh stop",
    )

    def check(self, layer: Layer) -> Findings:
        for command in layer.named(*_REASONS):
            is_used = command.in_substitution or command.in_function or command.in_condition
            if is_used or (command.program is not None and "/init.d/" in command.program.value):
                continue
            reason = _REASONS[command.name](command, layer)
            if reason is not None:
                yield self.finding(command.text, f"`{brief(command.text)}` {reason}")


_Reason = Callable[[Command, Layer], str | None]

# Before a command that looks for processes, these start none.
_START_NOTHING = frozenset(
    {
        "cat", "cd", "chmod", "chown", "cp", "echo", "env", "export", "grep", "head", "ls", "mkdir",
        "mv", "ps", "rm", "sed", "set", "sleep", "tail", "top", "touch", "true", "whoami",
    }
)  # fmt: skip


def _without_host(_: Command, __: Layer) -> str | None:
    return "has no system to act on: a build step is no machine"


def _without_processes(command: Command, layer: Layer) -> str | None:
    before = (each for each in layer.commands if each.text.start < command.text.start)
    is_alone = all(_starts_nothing(each) for each in before)
    return "finds no process but its own: no other outlives the RUN that started it" if is_alone else None


def _starts_nothing(command: Command) -> bool:
    is_harmless = command.name in _START_NOTHING or not command.words
    return is_harmless and not command.is_background


def _without_reader(_: Command, __: Layer) -> str | None:
    return "shows the machine that builds, and nobody watches"


def _without_terminal(command: Command, _: Layer) -> str | None:
    """Editors can be told by options what to do."""
    is_told = any(word.value[:1] in ("-", "+") for word in command.arguments)
    return None if is_told or not command.is_last_of_pipe else "is for somebody at a terminal, and a build has none"


def _without_rights(command: Command, layer: Layer) -> str | None:
    if not command.arguments:
        return "shows what holds for this step alone, and nobody watches"
    may = layer.run.flag("security") == "insecure" or (command.name == "ifconfig" and layer.run.flag("network"))
    return None if may else "has no rights to do so in a build, and would be undone when the step ends"


def _without_key(command: Command, layer: Layer) -> str | None:
    """A command given to ssh is run, and one that is told to accept the key of the host stores it."""
    has_agent = any(mount.type == "ssh" for mount in layer.run.mounts)
    is_told = command.has_option("-o", "-i", "-V", "-T", "-q", "-f", "-N") or len(command.operands) != 1
    return None if has_agent or is_told else "opens a session, and nobody is there to use it"


def _without_service(command: Command, layer: Layer) -> str | None:
    verb = str(command.arguments[1].value) if len(command.arguments) > 1 else ""
    is_about_process = verb in ("stop", "status", "reload", "force-reload")
    return _without_processes(command, layer) and "finds no running service" if is_about_process else None


# What systemctl does to files alone, for a system that starts later.
_OFFLINE = frozenset({"disable", "enable", "mask", "preset", "set-default", "unmask"})
_ONLINE = frozenset({"daemon-reload", "is-active", "reload", "status", "stop", "try-restart"})


def _without_systemd(command: Command, layer: Layer) -> str | None:
    verb = next((str(word.value) for word in command.arguments if not word.value.startswith("-")), "")
    is_meant = command.has_option("--root", "--global", "--version") or "systemd" in (layer.stage.root.base_name or "")
    if is_meant or _has_other_systemctl(layer) or _base_starts_systemd(layer):
        return None
    if verb in _ONLINE:
        return "has nobody to talk to: no systemd runs in a build"
    if verb in ("start", "restart") and all(place.start != command.text.start for place, _ in last_started(layer)):
        return "has nobody to talk to: no systemd runs in a build"
    is_lost = verb in _OFFLINE and not command.has_option("--now") and _starts_without_systemd(layer)
    return "has no effect: no systemd runs in this image" if is_lost else None


def _has_other_systemctl(layer: Layer) -> bool:
    """Whether the file brings a program that stands in for systemd's."""
    text = layer.build.dockerfile.source.text
    return any(name in text for name in ("systemctl.py", "systemctl3.py", "/systemctl", "fakesystemd"))


def _base_starts_systemd(layer: Layer) -> bool:
    known = layer.build.facts(layer.stage)
    words = (*(known.entrypoint or ()), *(known.cmd or ())) if known is not None else ()
    return any(base_name(word) in ("init", "systemd") for word in words)


def _starts_without_systemd(layer: Layer) -> bool:
    """Whether it is known what containers start, and that this is neither systemd nor a script that may start it."""
    build, stage = layer.build, layer.stage
    if stage is not build.dockerfile.stages[-1] or layer.is_trigger or build.services_of(stage):
        return False
    commands = build.start_commands(stage)
    return bool(commands) and all(_is_plain_server(command) for command in commands)


_SERVERS = frozenset(
    {"apache2", "apache2ctl", "apachectl", "gunicorn", "httpd", "java", "mysqld", "nginx", "node", "npm", "php-fpm",
     "postgres", "python", "python3", "redis-server", "sshd", "supervisord", "uvicorn"}
)  # fmt: skip


def _is_plain_server(command: Command) -> bool:
    return command.name in _SERVERS


_REASONS: dict[str, _Reason] = {
    **dict.fromkeys(("halt", "poweroff", "reboot", "shutdown"), _without_host),
    **dict.fromkeys(("kill", "killall", "ps"), _without_processes),
    **dict.fromkeys(("free", "htop", "top"), _without_reader),
    **dict.fromkeys(("less", "man", "more", "nano", "vi", "vim"), _without_terminal),
    **dict.fromkeys(("ifconfig", "mount", "umount"), _without_rights),
    "ssh": _without_key,
    "service": _without_service,
    "systemctl": _without_systemd,
}


class CdInsteadOfWorkdir(Rule[Layer]):
    """A RUN changes to a folder with `cd`.

    Its effect ends with the RUN, so the next step begins where this one began. A WORKDIR says once where the following
    steps work, and makes the folder if it is not there.

    Put WORKDIR before the RUN. A `cd` behind other work, into a folder that the RUN itself fetches, is not reported.
    WORKDIR also moves all later steps and the folder in which the container starts, so this is a
    matter of taste where one RUN alone needs the folder.

    https://docs.docker.com/build/building/best-practices/#workdir
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("DL3003", "DS-0013", "use-workdir", "run_command_cd_instead_of_workdir", "DF008", "DD045")
    bad = {
        "FROM debian:13\nRUN «cd /src» && make": None,
        "FROM debian:13\nRUN set -x; mkdir -p /src; «cd /src»; make; cd /doc; make": None,
        "FROM debian:13\nENV S=/src\nRUN «cd $S/a» && make": None,
        "FROM debian:13\nRUN <<EOF\nset -e\n«cd /src»\nmake\nEOF": None,
    }
    good = (
        "FROM debian:13\nRUN (cd /src && make)",
        "FROM debian:13\nRUN git clone https://git.example.com/a.git && cd a && make && make install",
        "FROM debian:13\nRUN cd - && make",
        "FROM debian:13\nRUN cd /src",
        'FROM debian:13\nRUN cd "$(mktemp -d)" && make',
        "FROM debian:13\nRUN D=$(mktemp -d) && cd $D && make",
        "FROM debian:13\nRUN for d in a b; do cd $d; make; done",
        "FROM debian:13\nRUN bash -c 'cd /src && make'",
        "FROM debian:13\nRUN cd ~ && make",
        "FROM debian:13\nRUN cd node-* && make",
        "FROM debian:13\nENV S=/src\nRUN export S=$(cat a) && cd $S/b && make",
        "FROM debian:13\nWORKDIR /src\nRUN make",
    )

    def check(self, layer: Layer) -> Findings:
        command = next((each for each in layer.named("cd") if not each.in_subshell), None)
        if command is None or not command.arguments or not set(command.nesting) <= {"&&", "||", "group"}:
            return
        target, following = command.arguments[0], layer.after(command)
        if target.value.startswith(("-", "~")) or not following or not _is_known_before(target, layer):
            return
        before = layer.commands[: layer.commands.position(command)]
        if any(each.name not in _BEFORE_WORK for each in before):
            return
        folder = brief(target.value)
        is_made = any(word.value == target.value for each in layer.named("mkdir") for word in each.operands)
        replaced = f"`mkdir` and `cd {folder}`" if is_made else f"`cd {folder}`"
        yield self.finding(command.text, f"`WORKDIR {folder}` before this RUN could stand for {replaced}")


# What may stand before a `cd`, and would work as well behind a WORKDIR. All else may make the folder first.
_BEFORE_WORK = frozenset({"", "echo", "export", "mkdir", "set"})


def _is_known_before(word: Word, layer: Layer) -> bool:
    """Whether an instruction before the RUN can name the same folder."""
    if any(mark in piece for piece in word.bare for mark in "*?["):
        return False
    if word.is_literal:
        return True
    parts = [inner for part in word.parts for inner in (part, *part.parts)]
    kinds = {part.kind for part in parts}
    names = {part.name for part in parts if part.kind == "parameter"}
    own = {str(each.name) for command in layer.commands for each in command.assignments}
    environment = layer.before.environment
    is_declared = all(name in environment or environment.get(name) is not None for name in names)
    return kinds <= {"bare", "quoted", "double", "parameter"} and is_declared and names.isdisjoint(own)
