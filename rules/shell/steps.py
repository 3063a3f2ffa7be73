"""What is lost when a RUN ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.layers import Layer
from dockerlint.shell.script import SHELLS, Command, Script
from dockerlint.shell.tree import Pipeline, Simple, Statement
from dockerlint.shell.words import base_name
from dockerlint.source import Text

from .wording import brief

_DECLARES = frozenset({"declare", "export", "readonly", "typeset"})
# They switch the environment of the shell that they run in, with these words.
_SWITCHES = {
    "conda": ("activate",), "mamba": ("activate",), "micromamba": ("activate",), "nvm": ("use",),
    "pyenv": ("activate", "shell"), "rbenv": ("shell",), "nodenv": ("shell",), "sdk": ("use",),
}  # fmt: skip
# Files that are sourced for what they set, and do nothing else.
_ONLY_SET = frozenset({"activate", ".bashrc", ".bash_profile", ".profile", ".zshrc", "profile", "setup.bash"})


class ShellStateLost(Rule[Layer]):
    """The last thing that a RUN does changes only the shell that ends with it.

    Every RUN starts a shell of its own: folder, variables, aliases, limits and activated environments of the one before
    are gone. The next step and the container see nothing of it.

    Write what is to last as an instruction, WORKDIR or ENV; do everything else in the RUN that needs it.

    https://docs.docker.com/reference/dockerfile/#run
    """

    severity = Severity.WARNING
    bad = {
        "FROM debian:13\nRUN «cd /app»\nRUN make": None,
        "FROM debian:13\nRUN apt-get update && «export PATH=/opt/x/bin:$PATH»": None,
        "FROM debian:13\nRUN «A=1»; «export B=2 C=3»;": None,
        "FROM python:3.13\nRUN python -m venv /venv && «. /venv/bin/activate»\nRUN pip install flask": None,
        'FROM ros:jazzy\nRUN ["/bin/bash", "-c", "«source /opt/ros/jazzy/setup.bash»"]': None,
        "FROM debian:13\nRUN bash -c '«source ~/.bashrc»'": None,
        'FROM continuumio/miniconda3\nSHELL ["/bin/bash", "-c"]\nRUN conda create -n app && «conda activate app»': None,
        "FROM debian:13\nRUN make \\\n    && «ulimit -n 65535»": None,
        "FROM debian:13\nRUN <<EOF\nmake\n«umask 022»\nEOF": None,
    }
    good = (
        "FROM debian:13\nRUN cd /app && make",
        "FROM debian:13\nRUN cd /app && true",
        "FROM debian:13\nRUN cd /app && make && cd ..",
        "FROM debian:13\nRUN pushd /app && make && popd",
        "FROM debian:13\nRUN (cd /app)",
        "FROM debian:13\nRUN export A=1 && make",
        "FROM debian:13\nRUN export A=1 && make && unset A",
        "FROM debian:13\nRUN set -x && make && set +x",
        "FROM debian:13\nRUN . ./build.sh",
        "FROM debian:13\nRUN make || export A=1",
        "FROM debian:13\nRUN OUTPUT=$(make)",
        "FROM debian:13\nRUN V=1 && make V=$V && V=",
        "FROM node:24\nRUN nvm install 24 && nvm alias default 24 && nvm use default",
        "FROM debian:13\nRUN f() { cd /x; }; f",
        "FROM debian:13\nRUN echo 'export A=1' >> /etc/profile",
        "FROM debian:13\nRUN if true; then cd /x; fi",
        "FROM mcr.microsoft.com/windows/servercore:ltsc2025\nRUN cd C:\\app",
    )

    def check(self, layer: Layer) -> Findings:
        for statement, command in _ending(layer):
            is_done = command is not None and statement.connector not in ("&", "||") and command.before != "||"
            lost = _lost(command, layer) if command is not None and is_done else None
            if command is None or lost is None:
                return
            yield self.finding(command.text, lost)
            if command.name and command.name not in _DECLARES:
                return


def _ending(layer: Layer) -> Iterator[tuple[Statement, Command | None]]:
    """The statements of a RUN from the last on, each with its command if it is one simple command.

    A script that the last one hands to another shell stands in its place.
    """
    script: Script | None = layer.script
    if layer.script.is_broken:
        return
    if layer.run.exec_form is not None:
        script = layer.script.inner[0] if layer.script.inner else None
    commands: dict[int, Command] = {}
    while script is not None:
        statements, script = script.statements, None
        for statement in reversed(statements):
            simple = _only_command(statement.pipeline)
            if simple is not None and not commands:
                commands = {command.text.start: command for command in layer.commands}
            command = commands.get(simple.text.start) if simple is not None else None
            if command is not None and statement.connector != "&":
                script = _inner_script(layer.script, command)
            if script is not None:
                break
            yield statement, command


def _only_command(pipeline: Pipeline) -> Simple | None:
    command = pipeline.commands[0]
    is_alone = len(pipeline.commands) == 1 and pipeline.negation is None
    return command if is_alone and isinstance(command, Simple) else None


def _inner_script(script: Script, command: Command) -> Script | None:
    """The literal script that a command hands to another shell."""
    if command.name not in SHELLS:
        return None
    text = command.text
    return next((inner for inner in script.inner if text.start <= inner.text.start < text.end), None)


def _lost(command: Command, layer: Layer) -> str | None:
    """What to say of a command that changes only its shell; None of any other."""
    reader = _ADVICE.get(command.name) if command.words else _for_variables
    advice = reader(command, layer) if reader is not None else None
    return f"`{_shown(command)}` ends with this RUN; {advice}" if advice is not None else None


def _shown(command: Command) -> str:
    """The command without the values that it assigns."""
    if not command.assignments:
        return brief(command.text)
    names = " ".join(f"{each.name}=..." if each.value is not None else str(each.name) for each in command.assignments)
    return brief(f"{command.name} {names}".lstrip())


# Each says what to write in place of such a command; None where it does something else, or is not meant to last.
_Advice = Callable[[Command, Layer], str | None]
_IN_ITS_RUN = "write it in the RUN that needs it"


def _for_folder(command: Command, layer: Layer) -> str | None:
    """The way back to where the RUN began is not meant to last."""
    target = command.arguments[0] if command.arguments else None
    before = (each for each in layer.commands if each.text.start < command.text.start)
    if target is None or any(each.name in ("cd", "pushd") for each in before):
        return None
    return f"`WORKDIR {brief(target.value)}` stays"


def _for_variables(command: Command, layer: Layer) -> str | None:
    """A substitution may do what the step is for: `output=$(make)`. What is emptied at the end is tidied up."""
    values = [each.value for each in command.assignments if each.value is not None]
    if not command.words and any(value.parts for value in values):
        return None
    if not command.assignments or (values and not any(value.value for value in values)):
        return None
    name = str(command.assignments[0].name)
    if not values and name in layer.before.environment:
        return f"`{name}` comes from ENV, which exports it"
    # What the build alone needs is none of the container's business.
    return f"`{'ARG' if name == 'DEBIAN_FRONTEND' else 'ENV'} {name}=...` stays"


def _for_environment(command: Command, layer: Layer) -> str | None:
    words = [str(word.value) for word in command.arguments]
    if words[:1] == [] or words[0] not in _SWITCHES[command.name] or "--delete-prefix" in words:
        return None
    is_default = any(
        word.value in ("alias", "default") for each in layer.named(command.name) for word in each.arguments
    )
    return None if is_default else "activate it in the RUN that needs it, or put it on PATH with `ENV`"


def _for_source(command: Command, _: Layer) -> str | None:
    path = command.arguments[0].value if command.arguments else ""
    return "source it in the RUN that needs it, or use `ENV`" if base_name(path) in _ONLY_SET else None


def _for_alias(command: Command, _: Layer) -> str | None:
    is_made = any("=" in word.value for word in command.arguments)
    return "a script of that name on PATH stays" if is_made else None


def _for_limit(command: Command, _: Layer) -> str | None:
    """Without a value, `ulimit` and `umask` print."""
    if not any(word.value[:1].isalnum() or word.value[:1] == "$" for word in command.arguments):
        return None
    return "whoever starts the container sets its limits" if command.name == "ulimit" else _IN_ITS_RUN


def _for_options(command: Command, _: Layer) -> str | None:
    """What is switched off at the end is tidied up; and without options, the variables are printed."""
    is_on = bool(command.arguments) and all(word.value[:1] == "-" for word in command.arguments[:1])
    is_off = command.name == "shopt" and any("u" in word.value for word in command.arguments[:1])
    return _IN_ITS_RUN if is_on and not is_off and command.arguments[0].value != "--" else None


def _for_unset(command: Command, layer: Layer) -> str | None:
    """What the RUN itself has set is tidied up."""
    names = {str(word.value) for word in command.arguments}
    own = {str(each.name) for other in layer.commands for each in other.assignments}
    return "`ENV` cannot take a variable away, only empty it" if names and names.isdisjoint(own) else None


_ADVICE: dict[str, _Advice] = {
    **dict.fromkeys(("cd", "pushd"), _for_folder),
    **dict.fromkeys(_DECLARES, _for_variables),
    **dict.fromkeys(_SWITCHES, _for_environment),
    **dict.fromkeys(("source", "."), _for_source),
    **dict.fromkeys(("ulimit", "umask"), _for_limit),
    **dict.fromkeys(("set", "shopt"), _for_options),
    "alias": _for_alias,
    "unset": _for_unset,
}


class ProcessLostAfterRun(Rule[Layer]):
    """The last thing that a RUN does is to start a service.

    When the step ends, every process that it has started is ended with it: an image holds files, nothing that runs. The
    service runs neither in the next step nor in the container.

    Start it with CMD or ENTRYPOINT. What needs it during the build goes into the same RUN, behind the start.

    https://docs.docker.com/reference/dockerfile/#cmd
    """

    severity = Severity.WARNING
    bad = {
        "FROM nginx:1.31\nRUN «service nginx start»": None,
        "FROM debian:13\nRUN apt-get update && «/etc/init.d/mysql start» && sleep 5": None,
        "FROM debian:13\nRUN «service mysql start» && «service apache2 restart» || true": None,
        "FROM debian:13\nRUN «systemctl enable --now docker»": None,
        "FROM debian:13\nRUN «apachectl -k start»; echo started": None,
        "FROM node:24\nRUN npm ci && «node server.js» &": None,
        "FROM debian:13\nRUN «nohup redis-server» > /dev/null 2>&1 &": None,
        "FROM redis:8\nRUN «redis-server --daemonize yes»": None,
        "FROM debian:13\nRUN (cd /srv && ./serve) «&» sleep 10": None,
        "FROM debian:13\nRUN bash -c '«service ssh start»'": None,
        'FROM debian:13\nRUN [«"service", "postgresql", "start"»]': None,
        "FROM debian:13\nRUN «service apache2 restart» && rm -rf /var/www && ln -s /web /var/www": None,
    }
    good = (
        "FROM debian:13\nRUN service mysql start && mysql -e 'create database a'",
        "FROM debian:13\nRUN mysqld & sleep 5; mysql -e 'create database a'; kill %1",
        "FROM debian:13\nRUN make a & make b & wait",
        "FROM debian:13\nRUN service mysql start && service mysql stop",
        "FROM debian:13\nRUN service mysql start && cp -a /var/lib/mysql /backup && rm -rf /tmp/*",
        "FROM debian:13\nRUN service --status-all",
        "FROM debian:13\nRUN echo service nginx start",
        "FROM debian:13\nRUN npm run start",
        "FROM debian:13\nCMD service nginx start && tail -f /dev/null",
        "FROM debian:13\nRUN systemctl enable docker",
        "FROM nginx:1.31\nRUN nginx -t",
    )

    def check(self, layer: Layer) -> Findings:
        for place, started in last_started(layer):
            yield self.finding(place, _ended(started))


def _ended(started: str) -> str:
    if started.endswith("&"):
        return f"`{started}` is ended with this RUN, done or not; drop the `&`, or start it with CMD"
    return f"`{started}` runs only while this layer is built: it ends with the RUN; start it with CMD"


def last_started(layer: Layer) -> Iterator[tuple[Text, str]]:
    """What a RUN starts with nothing after it that could use it, from the last on: its place, and how to call it."""
    if layer.run.exec_form is not None and not layer.script.inner:
        for started in filter(_starts_service, layer.commands):
            yield started.text, brief(" ".join(word.value for word in started.words))
    for statement, command in _ending(layer):
        if statement.connector == "&":
            place = command.text if command is not None else statement.connector
            yield place, f"{brief(command.text)} &" if command is not None else "&"
        elif command is None:
            return
        elif _starts_service(command):
            yield command.text, brief(command.text)
        elif command.name not in _IDLE:
            return


# They use nothing that was started before them.
_IDLE = frozenset(
    {":", "chkconfig", "echo", "exit", "ln", "mkdir", "printf", "rm", "rmdir", "sleep", "touch", "true", "update-rc.d"}
)
_STARTS = frozenset({"start", "restart"})
# Programs that go on in the background when called so.
_DAEMONS = {
    "redis-server": ("--daemonize", "yes"), "mongod": ("--fork",), "mysqld": ("--daemonize",), "php-fpm": ("-D",),
    "apache2": ("-k", "start"), "httpd": ("-k", "start"), "pm2": ("start",), "forever": ("start",), "nginx": (),
    "cron": (), "crond": (), "sshd": (),
}  # fmt: skip


def _starts_service(command: Command) -> bool:
    name, words = command.name, [str(word.value) for word in command.arguments]
    if name in ("service", "rc-service", "invoke-rc.d"):
        return len(words) > 1 and words[1] in _STARTS
    if name == "systemctl":
        verb = next((word for word in words if not word.startswith("-")), "")
        return verb in _STARTS or (verb == "enable" and "--now" in words)
    if command.program is not None and "/init.d/" in command.program.value:
        return bool(words) and words[0] in _STARTS
    if name in _DAEMONS:
        wanted = _DAEMONS[name]
        return all(word in words for word in wanted) if wanted else not words
    return name.endswith("ctl") and not _STARTS.isdisjoint(words)
