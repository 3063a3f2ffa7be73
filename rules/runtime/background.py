"""Services that run unwatched beside the start command."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.shell.script import Command

from .effective import is_replaced

# They watch over what they start.
_SUPERVISORS = frozenset(
    {"supervisord", "s6-svscan", "s6-overlay", "runsvdir", "runit", "circusd", "pm2", "pm2-runtime", "pm2-docker",
     "foreman", "honcho", "overmind", "goreman", "my_init", "monit", "systemd", "init", "wait", "concurrently",
     "multirun", "forego", "hivemind", "process-compose", "parallel"}
)  # fmt: skip
# What ends by itself, or only shows what others write.
_HELPERS = frozenset(
    {"", "sleep", "tail", "echo", "printf", "mkdir", "chown", "chmod", "rm", "cp", "mv", "touch", "cat", "curl", "wget",
     "wait-for-it", "wait-for-it.sh", "grep", "sed", "kill", "true", "read", "xdg-open", "tee", "set", "export",
     "createdb", "createuser", "psql", "mysql", "mysqladmin", "mongo", "init", "cd", "test", "[", "sh", "bash", "find",
     "inotifywait", "trap", "ps", "awk", "source", ".", "env", "git", "date"}
)  # fmt: skip
_STARTS = frozenset({"start", "restart"})


class BackgroundProcess(Rule[Build]):
    """The start command leaves a service in the background and goes on with another program.

    The container lives and dies with the program in the foreground: when the service behind it ends, nobody notices and
    nobody restarts it, and `docker stop` reaches it never. Its log does not show in `docker logs`.

    Run one service in each container, and join them with Compose. If they must share one, let a supervisor watch them,
    such as supervisord or s6.

    https://docs.docker.com/engine/containers/multi-service_container/
    """

    severity = Severity.WARNING
    bad = {
        "FROM debian:trixie\nCMD «redis-server» & python app.py": None,
        "FROM debian:trixie\nCMD «service mysql start» && apache2ctl -D FOREGROUND": None,
        "FROM debian:trixie\nCMD «/etc/init.d/ssh start» ; tail -f /dev/null": None,
        "FROM debian:trixie\nCMD «service nginx start»": None,
        "FROM acme/base:1\nENTRYPOINT «nohup ./worker» > /log & ./web": None,
        "FROM acme/base:1\nENTRYPOINT («redis-server» > /log) & ./web": None,
        "FROM acme/base:1\nENTRYPOINT («redis-server» &) && ./web": None,
        'FROM debian:trixie\nCMD ["sh", "-c", "«redis-server» & exec python app.py"]': None,
        "=== start.sh\n#!/bin/sh\n«/app/worker» &\nexec /app/web\n"
        '=== Dockerfile\nFROM debian:trixie\nCOPY start.sh /\nCMD ["/start.sh"]': None,
    }
    good = (
        'FROM debian:trixie\nCMD ["supervisord", "-n"]',
        'FROM debian:trixie\nRUN echo "daemon off;" >> /etc/nginx/nginx.conf\nCMD service nginx start',
        "FROM debian:trixie\nCMD tail -f /log & exec nginx",
        "FROM debian:trixie\nCMD create-topics & exec broker",
        "FROM debian:trixie\nCMD broker log access & exec broker run",
        "FROM debian:trixie\nCMD redis-server & python app.py & wait -n",
        "FROM debian:trixie\nCMD python manage.py migrate && gunicorn app",
        "FROM debian:trixie\nCMD nginx -g 'daemon off;'",
        "FROM debian:trixie\nCMD (while sleep 60; do cleanup; done) & exec nginx",
        "FROM debian:trixie\nCMD (sleep 5; touch /ready) & exec nginx",
        "FROM debian:trixie\nRUN service mysql start && mysql < schema.sql\nCMD mysqld",
        "FROM debian:trixie\nRUN redis-server & sleep 1 && ./test",
        "FROM debian:trixie\nCMD service --status-all && nginx",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    command: python app.py\n"
        "=== Dockerfile\nFROM debian:trixie\nCMD redis-server & python app.py",
    )

    def check(self, build: Build) -> Findings:
        seen: set[int] = set()
        for stage in build.runtime_stages:
            commands = build.start_commands(stage)
            found = in_background(commands)
            if (
                not found
                or found[0].text.start in seen
                or is_replaced(build, stage)
                or _may_stay(build, found, commands)
            ):
                continue
            seen.add(found[0].text.start)
            yield self.finding(
                found[0].text,
                _message(found, commands),
                help="one service for each container, joined by Compose, or a supervisor that watches them",
            )


def _may_stay(build: Build, found: Sequence[Command], commands: Sequence[Command]) -> bool:
    """Whether the last service may have been told to stay in the foreground."""
    return commands[-1] is found[-1] and "daemon off" in build.dockerfile.source.text


def _message(found: Sequence[Command], commands: Sequence[Command]) -> str:
    names = list(dict.fromkeys(f"`{_title(command)}`" for command in found))
    listed = " and ".join(names[:2]) if len(names) < 3 else f"{names[0]} and {len(names) - 1} more"
    run = "runs" if len(names) == 1 else "run"
    last = commands[-1]
    if last in found and last.name and not last.is_background:
        return f"{listed} leaves its service in the background and returns: the container ends at once"
    beside = f" beside `{_title(last)}`" if last not in found and last.name else ""
    ends = "it ends" if len(names) == 1 else "one of them ends"
    return f"{listed} {run} unwatched{beside}: if {ends}, nobody notices"


def _title(command: Command) -> str:
    if not is_service_start(command) or command.program is None:
        return command.name
    return " ".join(word.value for word in (command.program, *command.arguments[:2]))


def starts_in_background(commands: Sequence[Command]) -> bool:
    return bool(in_background(commands))


def in_background(commands: Sequence[Command]) -> list[Command]:
    """The services that these commands leave running behind them."""
    if any(command.name in _SUPERVISORS for command in commands):
        return []
    return [command for command in commands if is_service_start(command) or _is_left_running(command)]


def is_service_start(command: Command) -> bool:
    """`service x start`, `/etc/init.d/x start`."""
    if command.program is None or command.in_condition:
        return False
    words = [str(word.value) for word in command.arguments]
    if command.name in ("service", "rc-service"):
        return len(words) > 1 and words[1] in _STARTS
    return "/init.d/" in command.program.value and bool(words) and words[0] in _STARTS


def _is_left_running(command: Command) -> bool:
    """Whether it is the program that `&` leaves behind: the last of what runs there."""
    is_last = command.after == "&" or (command.is_background and not command.after)
    if not is_last or command.in_substitution or command.in_function:
        return False
    is_certain = _BRANCHES.isdisjoint(command.nesting) and command.is_last_of_pipe
    return is_certain and command.name not in _HELPERS and not _ends_by_itself(command)


_BRANCHES = frozenset({"if", "for", "select", "while", "until", "case", "||", "!"})


def _ends_by_itself(command: Command) -> bool:
    """Whether its name or its words say that it does one thing and ends, or shows a log."""
    if re.match(r"(?:create|init|setup|configure|migrate|seed|import|wait)[-_]", command.name):
        return True
    return any(word.value in _ONCE for word in command.arguments)


_ONCE = frozenset({"migrate", "-c", "collectstatic", "init", "install", "build", "log", "logs"})
