"""Tools in the final image that nothing in it uses."""

from __future__ import annotations

from collections.abc import Iterable

from dockerlint.dockerfile.instructions import Env
from dockerlint.dockerfile.stages import Stage
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.installed import installed
from dockerlint.shell.packages import Package, PackageAction

from .applications import holds_application, names_in_source
from .started import Started, names, started

_MANAGERS = ("apt-get", "apt", "aptitude", "apk", "dnf", "dnf5", "yum", "microdnf", "tdnf", "zypper")
# Packages for somebody who types, and the programs that they bring.
_FOR_PEOPLE = {
    **dict.fromkeys(("vim", "vim-tiny", "vim-nox", "vim-enhanced", "vim-minimal", "neovim"), ("vim", "vi", "nvim")),
    **{name: (name,) for name in ("nano", "joe", "less", "htop", "strace", "ltrace")},
    **dict.fromkeys(("emacs", "emacs-nox", "emacs24", "emacs25"), ("emacs",)),
    "man-db": ("man",),
}
# Packages that a program may call as well.
_FOR_DIAGNOSIS = {
    "telnet": ("telnet",),
    "net-tools": ("netstat", "ifconfig", "route", "arp"),
    "iputils-ping": ("ping",),
    "iputils": ("ping",),
    "dnsutils": ("dig", "nslookup", "host"),
    "bind-tools": ("dig", "nslookup", "host"),
    "bind-utils": ("dig", "nslookup", "host"),
    "nmap": ("nmap",),
    **dict.fromkeys(("netcat", "netcat-openbsd", "netcat-traditional", "nmap-ncat"), ("nc", "netcat")),
    "mtr-tiny": ("mtr",),
    **{name: (name,) for name in ("gdb", "lsof", "screen", "tmux", "tcpdump", "traceroute", "mtr")},
}
# Packages that bring files into a build, and the programs that do so.
_FOR_DOWNLOADS = {
    "curl": ("curl",),
    "wget": ("wget",),
    "git": ("git",),
    "subversion": ("svn",),
    "openssh-client": ("ssh", "scp"),
    "rsync": ("rsync",),
    "unzip": ("unzip",),
    "gnupg": ("gpg", "gpg2"),
}
_FOR_SHELLS = {"bash": ("bash",), "sudo": ("sudo",)}
_TABLES = (_FOR_PEOPLE, _FOR_DIAGNOSIS, _FOR_DOWNLOADS, _FOR_SHELLS)
_KNOWN = frozenset(name for table in _TABLES for name in table)
_BRINGS_BASH = frozenset({"debian", "ubuntu", "fedora", "centos", "rockylinux", "almalinux", "opensuse", "amazonlinux"})


class NeedlessTool(Rule[Build]):
    """A tool is in the final image that nothing in it uses.

    It takes up space, has to be updated when a flaw is found in it, and helps whoever breaks into the container: an
    editor, a debugger and a download tool are what one would install first.

    Leave editors and diagnostic tools out (`docker debug` and `docker exec` with a second image bring them when they are
    needed), download in an earlier stage or by `ADD --checksum`, or remove the tool at the end of the RUN that uses it.

    https://docs.docker.com/build/building/best-practices/#dont-install-unnecessary-packages
    """

    severity = Severity.INFO
    bad = {
        'FROM python:3.13-slim\nRUN apt-get update && apt-get install -y «vim» libpq5 «less»\nCOPY . .\nCMD ["python", "a.py"]': None,
        'FROM alpine:3.22\nRUN apk add --no-cache python3 «nano»\nCOPY . /app\nCMD ["python3", "/app/app.py"]': None,
        "=== app.py\nprint('hello')\n=== Dockerfile\nFROM python:3.13-slim\n"
        "RUN apt-get install -y «curl» «netcat-openbsd» && curl -O https://example.com/model.bin\nCOPY . .\n"
        'CMD ["python", "app.py"]': None,
        "=== app.py\nprint('hello')\n=== Dockerfile\nFROM python:3.13-alpine\nRUN apk add «bash» «git»\nCOPY . .\n"
        'RUN pip install git+https://github.com/x/y@v1\nCMD ["python", "app.py"]': None,
    }
    good = (
        'FROM python:3.13-slim\nRUN apt-get install -y vim\nENV EDITOR=vim\nCOPY . .\nCMD ["python", "app.py"]',
        'FROM python:3.13-slim\nRUN apt-get install -y vim && vim -c q && apt-get purge -y vim\nCOPY . .\nCMD ["app"]',
        'FROM python:3.13-slim\nRUN apt-get install -y curl vim\nCOPY . .\nENTRYPOINT ["./entrypoint.sh"]',
        'FROM python:3.13-slim\nRUN apt-get install -y vim\nCMD ["python", "-m", "http.server"]',
        'FROM python:3.13-slim AS dev\nRUN apt-get install -y vim\nCOPY . .\nCMD ["python", "app.py"]',
        "FROM python:3.13-slim\nRUN apt-get install -y curl iputils-ping && curl -O https://example.com/x\nCOPY . .\n"
        'CMD ["python", "app.py"]',
        "=== app.py\nprint('hello')\n=== Dockerfile\nFROM python:3.13-slim\n"
        "RUN apt-get install -y curl && curl -O https://example.com/model.bin\nCOPY . .\n"
        'HEALTHCHECK CMD curl -f http://localhost\nCMD ["python", "app.py"]',
        "=== app.py\nimport subprocess\nsubprocess.run(['git', 'log'])\n=== Dockerfile\nFROM python:3.13-slim\n"
        'RUN apt-get install -y git && git clone https://example.com/x\nCOPY . .\nCMD ["python", "app.py"]',
        "=== app.py\nprint('hello')\n=== Dockerfile\nFROM python:3.13-alpine\nRUN apk add bash\nCOPY . .\n"
        'SHELL ["/bin/bash", "-c"]\nRUN echo {a,b}\nCMD ["python", "app.py"]',
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    healthcheck:\n      test: curl -f http://localhost\n"
        "=== app.py\nprint('hello')\n=== Dockerfile\nFROM python:3.13-slim\n"
        'RUN apt-get install -y curl && curl -O https://example.com/x\nCOPY . .\nCMD ["python", "app.py"]',
        "FROM phusion/baseimage:noble-1.0.2\nRUN apt-get install -y vim\nCOPY app /srv/app",
        'FROM jupyter/base-notebook\nRUN apt-get install -y vim\nCOPY . .\nCMD ["python", "a.py"]',
        "FROM debian:13\nRUN apt-get install -y vim\nCOPY . .\nCMD service nginx start && bash",
        "FROM debian:13\nRUN apt-get install -y vim\nCOPY . .\nCMD tail -f /dev/null",
        'FROM debian:13\nRUN apt-get install -y nmap less\nCOPY . .\nCMD ["nmap", "-h"]\nENV PAGER=less',
    )

    def check(self, build: Build) -> Findings:
        reported: set[int] = set()
        for stage in build.runtime_stages:
            found = list(_tools(build, stage))
            if not found or build.is_development(stage) or not holds_application(stage):
                continue
            run = started(build, stage)
            if not run.is_complete or _is_workplace(stage, run):
                continue
            for action, package in found:
                place = package.text.start
                message = _judged(build, stage, run, action, str(package.name)) if place not in reported else None
                if message is not None:
                    reported.add(place)
                    yield self.finding(package.text, message)


# Programs in which somebody works, and images made of them.
_WORKPLACES = (
    "jupyter", "jupyter-lab", "jupyter-notebook", "jupyterhub", "start-notebook.sh", "code-server", "sshd", "ttyd", "wetty",
    "vncserver", "x11vnc", "tigervnc", "startxfce4", "rserver", "theia", "tail -f /dev/null", "sleep infinity", "elvish",
    "fish", "zsh", "byobu", "R",
)  # fmt: skip
# What waits for input where nothing else is said.
_CONSOLES = frozenset({"sh", "bash", "/bin/sh", "/bin/bash", "psql", "mysql", "irb"})
_WORKPLACE_IMAGES = ("jupyter", "notebook", "code-server", "vnc", "desktop", "vscode", "theia", "gitpod", "devel")


def _is_workplace(stage: Stage, run: Started) -> bool:
    """Whether people are meant to work inside the container."""
    base = stage.root.base_name or ""
    if any(part in base for part in _WORKPLACE_IMAGES) or not _CONSOLES.isdisjoint(run.text.split("\n")):
        return True
    return any(run.names(program) for program in _WORKPLACES)


def _tools(build: Build, stage: Stage) -> Iterable[tuple[PackageAction, Package]]:
    for layer in build.layers_of(stage):
        for action, package in installed(layer, *_MANAGERS):
            if package.name in _KNOWN:
                yield action, package


def _judged(build: Build, stage: Stage, run: Started, action: PackageAction, package: str) -> str | None:
    """What to say of a package; None where something uses it, or may."""
    programs = next(table[package] for table in _TABLES if package in table)
    if any(run.names(program) for program in programs) or _is_set(stage, programs):
        return None
    line = _used_in_build(build, stage, action, programs)
    if package in _FOR_PEOPLE:
        return f"`{package}` is of use only to someone inside the container" if line is None else None
    if names_in_source(build, programs) is not False:
        return None
    if package in _FOR_DOWNLOADS:
        return (
            f"`{package}` stays in the image though only the build uses it (line {line})" if line is not None else None
        )
    if line is not None or (package == "bash" and not _lacks_bash(build, stage)):
        return None
    return f"nothing in the image uses `{package}`"


def _is_set(stage: Stage, programs: tuple[str, ...]) -> bool:
    """Whether ENV names one of the programs, as EDITOR and PAGER do."""
    settings = (step.instruction for link in stage.chain for step in link.steps if isinstance(step.instruction, Env))
    return any(names(program, setting.rest) for setting in settings for program in programs)


def _used_in_build(build: Build, stage: Stage, action: PackageAction, programs: tuple[str, ...]) -> int | None:
    """The line of a RUN of the stage that calls one of the programs, by itself or through what needs it."""
    for layer in build.layers_of(stage):
        if layer.dialect in programs:
            return layer.run.start_line
        for command in layer.commands:
            if command is action.command:
                continue
            called = (command.name, *command.wrappers)
            through = "git" in programs and any("git+" in word.value for word in command.arguments)
            named = command.name != action.command.name and any(
                names(program, word.value) for word in command.arguments for program in programs
            )
            if through or named or any(program in called for program in programs):
                return command.text.line
    return None


def _lacks_bash(build: Build, stage: Stage) -> bool:
    known = build.facts(stage)
    return known is not None and known.family is not None and known.family not in _BRINGS_BASH
