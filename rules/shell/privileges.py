"""Steps and containers that are given the whole host."""

from __future__ import annotations

from collections.abc import Iterator

from dockerlint.dockerfile.instructions import Cmd, Entrypoint, ShellForm
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.shell.script import Command
from dockerlint.source import Text

# Images whose work it is to build and run others.
_BUILDERS = ("dind", "buildkit", "kaniko", "buildah", "podman")


class InsecureRun(Rule[Build]):
    """A step or a container runs without the walls around it.

    What runs in it can reach the devices and the kernel of the host: one exchanged script there, and the machine that
    builds belongs to somebody else.

    Find out which right is missing and give only that: a device by `--device`, a capability by `--cap-add`, a folder by
    `-v`. For emulators, install binfmt on the host once; BuildKit's own builds need nothing.

    https://docs.docker.com/reference/dockerfile/#run---security
    """

    severity = Severity.WARNING
    aliases = ("DD060",)
    bad = {
        "FROM debian:13\nRUN «--security=insecure» make": None,
        "FROM docker:28-cli\nRUN docker run --rm «--privileged» tonistiigi/binfmt --install all": None,
        "FROM docker:28-cli\nCMD docker run -it «--pid=host» alpine:3.22 nsenter -t 1": None,
        'FROM docker:28-cli\nENTRYPOINT ["docker", "run", "-v", «"/:/host:ro"», "acme/agent"]': None,
        "FROM debian:13\nRUN nerdctl create \\\n    «--privileged» acme/agent": None,
    }
    good = (
        "FROM debian:13\nRUN --security=sandbox make",
        "FROM docker:28-dind\nRUN --security=insecure dockerd & docker run --privileged acme/agent",
        "FROM docker:28-cli\nCMD docker run --rm -v /srv:/srv acme/agent --privileged",
        "FROM docker:28-cli\nCMD docker run --privileged=false --pid=container:a acme/agent",
        'FROM debian:13\nRUN echo "docker run --privileged acme/agent" > /etc/motd',
    )

    def check(self, build: Build) -> Findings:
        if not any(mark in build.dockerfile.source.text for mark in _MARKS):
            return
        for layer in build.layers:
            if _is_builder(layer.stage.root.base_name):
                continue
            security = layer.run.flag("security")
            if security == "insecure":
                flag = next(flag for flag in layer.run.flags if flag.name == "security")
                yield self.finding(flag.text, "`--security=insecure` runs this step with all rights of the host's root")
            yield from self._in_commands(layer.named(*_ENGINES))
        for stage in build.dockerfile.stages:
            if not _is_builder(stage.root.base_name):
                for step in stage.steps:
                    if isinstance(step.instruction, Cmd | Entrypoint) and not step.is_trigger:
                        yield from self._in_commands(_engines_of(step.instruction))

    def _in_commands(self, commands: list[Command]) -> Findings:
        for command in commands:
            for place, given in _given(command):
                verb = command.operands[0].value
                flag = f"-v {place}" if place.startswith("/") else place
                yield self.finding(place, f"`{command.name} {verb} {flag}` gives that container {given}")


# One of these stands in every file with a fault.
_MARKS = ("--security", "--privileged", "--pid", "/:/")
_ENGINES = ("docker", "podman", "nerdctl")


def _is_builder(base: str | None) -> bool:
    return base is not None and any(name in base.lower() for name in _BUILDERS)


def _engines_of(form: ShellForm) -> list[Command]:
    return [command for command in form.commands if command.name in _ENGINES]


def _given(command: Command) -> Iterator[tuple[Text, str]]:
    """The options of `docker run` that give a container more than its own, and what that is."""
    if not command.operands or command.operands[0].value not in ("run", "create"):
        return
    for option in command.options.options:
        value = str(option.value.value) if option.value is not None else ""
        if option.name == "--privileged" and value != "false":
            yield option.word.value, "the whole host"
        elif option.name == "--pid" and value == "host":
            yield option.word.value, "the processes of the host"
        elif option.name in ("-v", "--volume") and value.startswith("/:/") and option.value is not None:
            yield option.value.value, "all files of the host"
