"""Installations from a manifest that is not there."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dockerlint.context.files import Context
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.contents import Contents, contents
from dockerlint.project.layers import Layer
from dockerlint.project.payload.evidence import is_the_context
from dockerlint.project.writes import folder_after
from dockerlint.shell.packages import PackageAction, action_of, installer
from dockerlint.shell.script import Command
from dockerlint.source import Text

_Files = tuple[str, ...]


class _Need(NamedTuple):
    """The files that a tool cannot do without: one of each tuple. `options`: only with one of them."""

    verbs: tuple[str, ...]
    files: tuple[_Files, ...]
    options: tuple[str, ...] = ()


_PACKAGE_JSON = (("package.json",),)
_NEEDS: dict[str, tuple[_Need, ...]] = {
    "npm": (
        _Need(("ci", "clean-install"), (*_PACKAGE_JSON, ("package-lock.json", "npm-shrinkwrap.json"))),
        _Need(("install", "i"), _PACKAGE_JSON),
    ),
    "yarn": (
        _Need(("", "install"), _PACKAGE_JSON),
        _Need(("", "install"), (("yarn.lock",),), ("--immutable",)),
    ),
    "pnpm": (
        _Need(("install", "i"), _PACKAGE_JSON),
        _Need(("install", "i"), (("pnpm-lock.yaml",),), ("--frozen-lockfile",)),
    ),
    "poetry": (_Need(("install", "sync"), (("pyproject.toml",),)),),
    "pipenv": (_Need(("sync",), (("Pipfile.lock",),)),),
    "uv": (
        _Need(("sync",), (("pyproject.toml",),)),
        _Need(("sync",), (("uv.lock",),), ("--locked", "--frozen")),
    ),
    "bundle": (
        _Need(("", "install"), (("Gemfile", "gems.rb"),)),
        _Need(("", "install"), (("Gemfile.lock", "gems.locked"),), ("--frozen", "--deployment")),
    ),
    "composer": (_Need(("install",), (("composer.json",),)),),
    "go": (_Need(("mod download",), (("go.mod",),)),),
    "cargo": (_Need(("fetch", "build"), (("Cargo.toml",),)),),
    "mvn": (_Need(("package", "install", "verify", "dependency:go-offline"), (("pom.xml",),)),),
    "mix": (_Need(("deps.get",), (("mix.exs",),)),),
}  # fmt: skip
# Variables that name the manifest in place of the folder.
_RENAMED = ("BUNDLE_GEMFILE", "COMPOSER", "PIPENV_PIPFILE", "UV_PROJECT", "NPM_CONFIG_PREFIX", "GOFLAGS", "GOWORK")
_PERHAPS = frozenset({"if", "case", "while", "until", "||", "!", "function"})
_LONGEST_LIST = 200


class InstallWithoutManifest(Rule[Build]):
    """Dependencies are installed from a manifest or lock file that is not in the image at that point.

    The build ends there: `pip` finds no requirements file, `npm ci` no lock file. Mostly the file is copied only later,
    to another folder, or not at all because `.dockerignore` keeps it back.

    Copy the manifest and its lock file to the folder where the installer runs, before it runs:
    `COPY package.json package-lock.json ./`.

    https://docs.docker.com/build/cache/optimize/#order-your-layers
    """

    severity = Severity.ERROR
    bad = {
        "=== Dockerfile\nFROM node:24-slim\nWORKDIR /app\nCOPY package.json ./\nRUN «npm ci»\nCOPY . .\n"
        "=== package.json\n{}\n=== package-lock.json\n{}": None,
        "=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\nRUN pip install -r «requirements.txt»\nCOPY . .\n"
        "=== requirements.txt\nflask": None,
        "=== Dockerfile\nFROM python:3.13-slim\nCOPY requirements.txt /tmp/\nWORKDIR /app\n"
        "RUN pip install -r «requirements.txt»\n=== requirements.txt\nflask": None,
        "=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\nCOPY requirements.txt .\n"
        "RUN pip install -r «requirements/prod.txt»\n=== requirements.txt\nflask\n=== requirements/prod.txt\nflask": None,
        "=== Dockerfile\nFROM python:3.13-slim\nCOPY prod.txt /\nRUN pip install -r «/prod.txt»\n"
        "=== prod.txt\n-r base.txt\nflask\n=== base.txt\nflask": None,
        "=== Dockerfile\nFROM golang:1.26 AS build\nWORKDIR /src\nRUN «go mod download»\nCOPY . .\nRUN go build -o /x .\n"
        "=== go.mod\nmodule x": None,
        "=== Dockerfile\nFROM node:24-slim\nWORKDIR /app\nCOPY . .\nRUN «npm ci»\n=== .dockerignore\n*-lock.json\n"
        "=== package.json\n{}\n=== package-lock.json\n{}": None,
        "=== Dockerfile\nFROM node:24-slim\nWORKDIR /app\nCOPY web web\nRUN cd web && «npm ci»\n"
        "=== web/package.json\n{}\n=== web/index.js\nx": None,
        "=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\nCOPY pyproject.toml ./\nRUN «uv sync --frozen»\n"
        "=== pyproject.toml\n[project]\n=== uv.lock\nversion = 1": None,
    }
    good = (
        "=== Dockerfile\nFROM node:24-slim\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\n"
        "=== package.json\n{}\n=== package-lock.json\n{}",
        "FROM node:24-slim\nWORKDIR /app\nCOPY package.json ./\nRUN npm install",
        "=== Dockerfile\nFROM python:3.13-slim\nCOPY . /app\nRUN pip install -r /app/requirements.txt\n"
        "=== requirements.txt\nflask",
        "=== Dockerfile\nFROM python:3.13-slim\nCOPY requirements /app/requirements\nWORKDIR /app\n"
        "RUN pip install -r requirements/prod.txt\n=== requirements/prod.txt\n-r base.txt\n=== requirements/base.txt\nflask",
        "=== Dockerfile\nFROM python:3.13-slim\nRUN --mount=type=bind,source=requirements.txt,target=r.txt "
        "pip install -r r.txt\nCOPY app.py /\n=== requirements.txt\nflask\n=== app.py\nx",
        "=== Dockerfile\nFROM python:3.13-slim\nCOPY app.py /\nRUN git clone https://example.com/x . && "
        "pip install -r requirements.txt\n=== app.py\nx",
        "=== Dockerfile\nFROM python:3.13-slim\nCOPY app.py /\nRUN echo flask > r.txt && pip install -r r.txt\n=== app.py\nx",
        "=== Dockerfile\nFROM acme/base:1\nCOPY app.py /\nRUN pip install -r requirements.txt\n=== app.py\nx",
        "=== Dockerfile\nFROM node:24 AS deps\nWORKDIR /app\nCOPY package.json package-lock.json ./\nFROM deps\nRUN npm ci\n"
        "=== package.json\n{}\n=== package-lock.json\n{}",
        "=== Dockerfile\nFROM node:24 AS src\nCOPY . /src\nFROM node:24\nWORKDIR /app\nCOPY --from=src /src/package*.json ./\n"
        "RUN npm install\n=== package.json\n{}",
        "=== Dockerfile\nFROM node:24\nWORKDIR /app\nCOPY package.json ./\nWORKDIR /app/sub\nRUN npm install\n"
        "=== package.json\n{}",
        "=== Dockerfile\nFROM python:3.13\nARG DIR\nWORKDIR $DIR\nCOPY app.py .\nRUN pip install -r requirements.txt\n=== app.py\nx",
        "=== Dockerfile\nFROM python:3.13\nARG FILE\nCOPY app.py $FILE /app/\nWORKDIR /app\n"
        "RUN pip install -r requirements.txt\n=== app.py\nx",
        "=== Dockerfile\nFROM node:24\nWORKDIR /app\nCOPY app.js .\nRUN npm init -y && npm install\n=== app.js\nx",
        "=== Dockerfile\nFROM python:3.13-slim\nCOPY app.py /\nRUN if [ -f requirements.txt ]; then "
        "pip install -r requirements.txt; fi\n=== app.py\nx",
    )

    def check(self, build: Build) -> Findings:
        if build.context is None or build.dockerfile.is_template:
            return
        layers = [layer for layer in build.layers if not layer.is_trigger and any(map(installer, layer.commands))]
        known = contents(build) if layers and is_the_context(build) else None
        if known is None:
            return
        for layer in layers:
            for missing in _missing(layer, known, build.context):
                title, why = missing.title, _why(build.context, missing)
                yield self.finding(missing.place, f"`{title}` needs {missing.name} in {missing.folder}, {why}")


class _Missing(NamedTuple):
    place: Text
    title: str
    name: str
    folder: str


def _missing(layer: Layer, known: Contents, context: Context) -> Iterator[_Missing]:
    for index, command in enumerate(layer.commands):
        action = action_of(command) if _PERHAPS.isdisjoint(command.nesting) else None
        if action is None or installer(command) is None or any(layer.before.environment.get(name) for name in _RENAMED):
            continue
        earlier = layer.commands[:index]
        folder = _folder(action, folder_after(earlier, known.workdir(layer.stage, layer.before)))
        if folder is not None:
            look = _Look(layer, known, earlier)
            yield from _missing_lists(action, folder, look, context)
            yield from _missing_manifests(action, folder, look)


class _Look(NamedTuple):
    """A place in a RUN from which files are looked for."""

    layer: Layer
    known: Contents
    earlier: Sequence[Command]

    def lacks(self, path: str) -> bool:
        return self.known.presence_before(self.layer, path, self.earlier).is_there is False

    def origin(self, path: str) -> str | None:
        return self.known.presence_before(self.layer, path, self.earlier).origin


def _folder(action: PackageAction, cwd: str | None) -> str | None:
    """The folder that a tool looks into; None where nobody knows."""
    if cwd is None or (action.project is not None and not action.project.is_literal):
        return None
    folder = posixpath.normpath(posixpath.join(cwd, str(action.project.value))) if action.project else cwd
    return posixpath.dirname(folder) if folder.endswith((".xml", ".json", ".toml")) else folder


def _missing_lists(action: PackageAction, folder: str, look: _Look, context: Context) -> Iterator[_Missing]:
    """The requirements files that a command names, and those that they name in turn."""
    if action.family not in ("python", "conda"):
        return
    for word in (*action.requirements, *action.constraints):
        name = str(word.value)
        if not word.is_literal or "://" in name or name == "-" or name.startswith("~"):
            continue
        path = posixpath.normpath(posixpath.join(folder, name))
        title = f"{action.manager} {action.verb.written}"
        if look.lacks(path):
            yield _Missing(word.value, title, posixpath.basename(path), posixpath.dirname(path))
            continue
        for inner in _named_lists(look.origin(path), context):
            inner_path = posixpath.normpath(posixpath.join(posixpath.dirname(path), inner))
            if look.lacks(inner_path):
                yield _Missing(word.value, name, posixpath.basename(inner_path), posixpath.dirname(inner_path))


def _named_lists(origin: str | None, context: Context) -> list[str]:
    """The files that a requirements file names by `-r` or `-c`."""
    source = context.read_text(origin) if origin is not None else None
    found: list[str] = []
    for line in source.text.splitlines()[:_LONGEST_LIST] if source is not None else ():
        option, _, name = line.partition("#")[0].strip().replace("=", " ", 1).partition(" ")
        if option in ("-r", "-c", "--requirement", "--constraint") and "://" not in name and "$" not in name:
            found.append(name.strip())
    return found


def _missing_manifests(action: PackageAction, folder: str, look: _Look) -> Iterator[_Missing]:
    for need in _NEEDS.get(action.manager, ()):
        if action.verb.written not in need.verbs or action.requirements:
            continue
        if need.options and not action.options.has(*need.options):
            continue
        for files in need.files:
            # The tools look into the folders above as well.
            paths = [posixpath.join(above, name) for above in _upwards(folder) for name in files]
            if all(look.lacks(path) for path in paths):
                yield _Missing(action.command.text, _title(action, need), files[0], folder)
                return


def _title(action: PackageAction, need: _Need) -> str:
    option = next((name for name in need.options if action.options.has(name)), "")
    return " ".join(part for part in (action.manager, action.verb.written, option) if part)


def _upwards(folder: str) -> Iterator[str]:
    yield folder
    while folder != "/":
        folder = posixpath.dirname(folder)
        yield folder


def _why(context: Context, missing: _Missing) -> str:
    """Why a file is not there, by what the context has of that name."""
    inner = [part for part in missing.folder.split("/") if part]
    places = ["/".join((*inner[start:], missing.name)) for start in range(len(inner) + 1)]
    found = next((place for place in places if context.exists(place)), None)
    if found is None:
        return "and the build context has no such file"
    if context.sends(found) is False:
        return f"but {context.ignore_path.name if context.ignore_path else 'the ignore file'} keeps it back"
    return f"but nothing before this line copies {found} there"
