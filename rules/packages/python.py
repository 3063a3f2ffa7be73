"""pip beside the Python of the distribution."""

from __future__ import annotations

from itertools import takewhile

from dockerlint.dockerfile.instructions import Transfer
from dockerlint.dockerfile.state import Step
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.layers import Layer
from dockerlint.shell.packages import PackageAction, action_of
from dockerlint.shell.script import Command

# The releases whose Python pip leaves alone, by the first of each family: https://peps.python.org/pep-0668/
_MANAGED_DEBIAN = frozenset({"bookworm", "trixie", "forky", "sid"})
_FIRST = {"ubuntu": (23, 4), "alpine": (3, 19)}
_PACKAGES = {"apt-get": "python3-pip", "apt": "python3-pip", "aptitude": "python3-pip", "apk": "py3-pip"}

# Where one of these is set, pip installs somewhere else, or was told to install all the same.
_VARIABLES = (
    "PIP_BREAK_SYSTEM_PACKAGES",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_PYTHON",
    "VIRTUAL_ENV",
    "PATH",
    "PIP_CONFIG_FILE",
)
_ELSEWHERE = (
    "--break-system-packages", "-t", "--target", "--prefix", "--root", "--dry-run", "--python", "--help", "-h",
)  # fmt: skip
# Words by which a file shows that another Python may be meant, or that the mark was taken away.
_OTHER_PYTHONS = (
    "break-system-packages", "EXTERNALLY-MANAGED", "break_system_packages", "pip.conf", "activate", "get-pip", "conda",
    "pyenv", "deadsnakes", "PIP_BREAK", "python-build", "make install", "make altinstall", "uv venv", "update-alternatives",
)  # fmt: skip
_OTHER_IMAGES = ("python", "pypy", "conda", "jupyter", "pytorch", "tensorflow", "uv")


class ExternallyManagedPython(Rule[Layer]):
    """pip is to install into the Python of the distribution, which refuses that.

    Debian 12, Ubuntu 23.04 and Alpine 3.19 mark their Python as managed by apt or apk, so pip ends with
    "externally-managed-environment" and the build with it.

    Make a virtual environment first and use its pip: `python3 -m venv /venv` and `/venv/bin/pip install ...`. Or start
    from an image with a Python of its own, such as `python:3.13-slim`.

    https://packaging.python.org/en/latest/specifications/externally-managed-environments/
    """

    severity = Severity.ERROR
    bad = {
        "FROM debian:bookworm\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip «install» flask": None,
        "FROM ubuntu:24.04\nRUN apt-get update && apt-get install -y python3-pip && pip3 «install» --user flask": None,
        "FROM node:24-bookworm\nRUN apt-get update && apt-get install -y python3-pip\n"
        "RUN python3 -m pip «install» -r requirements.txt": None,
        "FROM alpine:3.22\nRUN apk add --no-cache py3-pip\nRUN /usr/bin/pip3 «install» flask": None,
    }
    good = (
        "FROM debian:bullseye\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip install flask",
        "FROM debian:bookworm\nRUN apt-get update && apt-get install -y python3-pip\n"
        "RUN pip install --break-system-packages flask",
        "FROM debian:bookworm\nENV PIP_BREAK_SYSTEM_PACKAGES=1\nRUN apt-get update && apt-get install -y python3-pip\n"
        "RUN pip install flask",
        "FROM debian:bookworm\nRUN apt-get update && apt-get install -y python3-pip python3-venv\n"
        "RUN python3 -m venv /venv\nENV PATH=/venv/bin:$PATH\nRUN pip install flask",
        "FROM debian:bookworm\nRUN apt-get update && apt-get install -y python3-pip && python3 -m venv /venv && "
        ". /venv/bin/activate && pip install flask",
        "FROM debian:bookworm\nRUN apt-get update && apt-get install -y python3-pip && /venv/bin/pip install flask",
        "FROM alpine:3.22\nRUN apk add py3-pip && rm /usr/lib/python3*/EXTERNALLY-MANAGED && pip install flask",
        "FROM python:3.13-bookworm\nRUN apt-get update && apt-get install -y python3-pip && pip install flask",
        "FROM debian:bookworm\nRUN apt-get update && apt-get install -y python3-pip && pip install -t /srv flask",
        "FROM debian\nCOPY --from=python:3.13 /usr/local /usr/local\n"
        "RUN apt-get update && apt-get install -y python3-pip && pip install flask",
        "FROM debian:bookworm\nRUN pip install flask",
        "FROM selenium/standalone-firefox\nRUN apt-get update && apt-get install -y python3-pip && pip install flask",
        "FROM acme/base:1\nRUN apt-get update && apt-get install -y python3-pip && pip install flask",
    )

    def check(self, layer: Layer) -> Findings:
        refused = [action for action in layer.actions if _installs_with_pip(action)]
        if not refused or layer.is_trigger or not _is_managed(layer) or _may_mean_another(layer):
            return
        for action in refused:
            verb = action.verb.text
            if verb is not None and _is_installed_before(layer, action.command):
                named = f" {action.packages[0].text}" if action.packages else ""
                message = (
                    f"`pip install{named}` fails on `{layer.stage.root.base_name}`: "
                    f"its Python is managed by {'apk' if _family(layer) == 'alpine' else 'apt'}"
                )
                yield self.finding(verb, message, help="make a virtual environment first: `python3 -m venv /venv`")


def _installs_with_pip(action: PackageAction) -> bool:
    """Whether a command installs with the pip that is found first, into where that installs by itself."""
    if action.manager != "pip" or action.verb.name != "install" or action.options.has(*_ELSEWHERE):
        return False
    if not (action.packages or action.local or action.urls or action.requirements):
        return False
    program = action.command.program
    is_elsewhere = program is not None and "/" in program.value and not program.value.startswith("/usr/bin/")
    return not is_elsewhere and "||" not in action.command.nesting and not action.command.in_condition


def _family(layer: Layer) -> str:
    facts = layer.build.facts(layer.stage)
    return (facts.family or "") if facts is not None else ""


def _is_managed(layer: Layer) -> bool:
    """Whether the base image is a release that marks its Python, and has no Python besides."""
    facts = layer.build.facts(layer.stage)
    if facts is None or facts.distro is None or any(name in facts.name for name in _OTHER_IMAGES):
        return False
    family, _, release = facts.distro.partition(":")
    if family == "debian":
        return release in _MANAGED_DEBIAN
    first = _FIRST.get(family)
    numbers = tuple(int(part) for part in release.split(".") if part.isdecimal())
    return first is not None and len(numbers) > 1 and numbers >= first


def _may_mean_another(layer: Layer) -> bool:
    """Whether pip may be that of another Python, or of a virtual environment, or may have been told to go on."""
    environment = layer.before.environment
    if any(environment.variable(name) is not None for name in _VARIABLES) or environment.get("PATH") is None:
        return True
    return layer.follows(_may_bring_python) or layer.is_or_stands_on(_names_another)


def _names_another(layer: Layer) -> bool:
    return any(word in layer.script.text for word in _OTHER_PYTHONS)


def _may_bring_python(step: Step) -> bool:
    transfer = step.instruction
    if not isinstance(transfer, Transfer):
        return False
    is_system = transfer.destination == "/" or transfer.destination.startswith("/usr")
    return "pip.conf" in transfer.rest or (is_system and bool(transfer.origin))


def _is_installed_before(layer: Layer, command: Command) -> bool:
    """Whether the package manager has installed pip by then."""
    before = takewhile(lambda own: own is not command, layer.commands)
    return layer.stands_on(_has_installed) or any(map(_installs_pip, filter(None, map(action_of, before))))


def _has_installed(layer: Layer) -> bool:
    return any(map(_installs_pip, layer.actions))


def _installs_pip(action: PackageAction) -> bool:
    name = _PACKAGES.get(action.manager)
    return action.verb.name == "install" and any(package.name == name for package in action.packages)
