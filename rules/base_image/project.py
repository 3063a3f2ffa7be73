"""Images that do not fit the project that is built on them."""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Iterator

from dockerlint.dockerfile.copies import placed
from dockerlint.dockerfile.image import Reference
from dockerlint.dockerfile.instructions import Copy
from dockerlint.dockerfile.stages import Stage
from dockerlint.knowledge import tags
from dockerlint.knowledge.records import canonical
from dockerlint.lint.finding import Finding
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.version_demands import MANIFESTS

# They bring another version of the language than the image's.
_VERSION_MANAGERS = (
    "asdf", "fnm", "gvm", "mise", "n", "nodenv", "nvm", "pyenv", "rbenv", "rustup", "rvm", "sdk", "uv", "volta", "conda",
)  # fmt: skip

# What the manifests call it.
_LANGUAGES = {"golang": "go", "mcr.microsoft.com/dotnet/sdk": ".NET SDK"}


class BaseImageOlderThanProject(Rule[Build]):
    """The base image has another version of the language than the project asks for.

    The tools read the demand and refuse: `go build` ends with "go.mod requires go >= 1.24", bundler and composer likewise;
    others go on, and the program breaks where it needs what the older version lacks.

    Take the image of a version that the manifest allows, or correct the manifest.

    https://docs.docker.com/build/building/best-practices/#choose-the-right-base-image
    """

    severity = Severity.WARNING
    bad = {
        "=== go.mod\nmodule a\n\ngo 1.24.0\n=== Dockerfile\nFROM «golang:1.22»\nCOPY go.mod ./\nCOPY . .\n": None,
        '=== pyproject.toml\n[project]\nname = "a"\nrequires-python = ">=3.12"\n'
        "=== Dockerfile\nFROM «python:3.11-slim»\nCOPY . /app\n": None,
        '=== package.json\n{"engines": {"node": ">=20 <23"}}\n=== Dockerfile\nFROM «node:18»\nCOPY package*.json ./\n': None,
        '=== package.json\n{"engines": {"node": "18.x || 20.x"}}\n=== Dockerfile\nFROM «node:22.1-slim»\nCOPY . .\n': None,
        '=== Gemfile\nruby "3.3.1"\n=== Dockerfile\nFROM «ruby:3.2»\nCOPY Gemfile ./\n': None,
        '=== composer.json\n{"require": {"php": "^8.2"}}\n=== Dockerfile\nFROM «php:8.1-fpm»\nCOPY composer.json ./\n': None,
        '=== Cargo.toml\n[package]\nname = "a"\nrust-version = "1.80"\n=== Dockerfile\nFROM «rust:1.75»\nCOPY . .\n': None,
        '=== global.json\n{"sdk": {"version": "9.0.100"}}\n'
        "=== Dockerfile\nFROM «mcr.microsoft.com/dotnet/sdk:8.0» AS build\nCOPY . .\n": None,
        "=== go.mod\nmodule a\n\ngo 1.24\n=== Dockerfile\nFROM «golang:1.22» AS base\nFROM base\nCOPY . .\n": None,
        "=== app/.python-version\n3.13\n=== Dockerfile\nFROM «python:3.12»\nCOPY app /app\n": None,
    }
    good = (
        "=== go.mod\nmodule a\n\ngo 1.22.3\n=== Dockerfile\nFROM golang:1.22\nCOPY . .\n",
        "=== go.mod\nmodule a\n\ngo 1.24\n=== Dockerfile\nFROM golang:1.22\nENV GOTOOLCHAIN=auto\nCOPY . .\n",
        "=== go.mod\nmodule a\n\ngo 1.24\n=== Dockerfile\nFROM golang\nCOPY . .\n",
        "=== go.mod\nmodule a\n\ngo 1.24\n=== Dockerfile\nFROM golang:1.22\nCOPY main.go .\n=== main.go\npackage main\n",
        '=== pyproject.toml\n[project]\nname = "a"\nrequires-python = ">=3.9,<4"\n=== Dockerfile\nFROM python:3.13\nCOPY . .\n',
        '=== pyproject.toml\n[project]\nrequires-python = ">=3.12"\n'
        "=== Dockerfile\nFROM python:3.11\nCOPY . .\nRUN pip install uv && uv sync\n",
        '=== package.json\n{"engines": {"node": ">=20.11.1"}}\n=== Dockerfile\nFROM node:20\nCOPY . .\n',
        '=== package.json\n{"engines": {"node": "lts/*"}}\n=== Dockerfile\nFROM node:16\nCOPY . .\n',
        '=== composer.json\n{"require": {"php": "^7.4|^8.0"}}\n=== Dockerfile\nFROM php:8.4\nCOPY . .\n',
        '=== Gemfile\nruby "~> 3.2"\n=== Dockerfile\nFROM ruby:3.4\nCOPY . .\n',
        '=== Gemfile\nruby file: ".ruby-version"\n=== Dockerfile\nFROM ruby:3.4\nCOPY . .\n',
        '=== global.json\n{"sdk": {"version": "8.0.100", "rollForward": "latestMajor"}}\n'
        "=== Dockerfile\nFROM mcr.microsoft.com/dotnet/sdk:9.0\nCOPY . .\n",
        "=== go.mod\nmodule a\n\ngo 1.24\n=== Dockerfile\nFROM acme/golang:1.22\nCOPY . .\n",
    )

    def check(self, build: Build) -> Findings:
        reported: set[int] = set()
        for stage in build.dockerfile.stages if build.context is not None else ():
            base = stage.base
            if base is not None and stage.root.index not in reported and canonical(base.name) in MANIFESTS:
                for finding in self._in_stage(build, stage, base):
                    reported.add(stage.root.index)
                    yield finding

    def _in_stage(self, build: Build, stage: Stage, base: Reference) -> Iterator[Finding]:
        image = canonical(base.name)
        version = tags.number(tags.read(base.tag or "").version)[: 1 if image == "node" else None]
        if not version or build.context is None or _brings_another(build, stage):
            return
        for manifest in MANIFESTS[image]:
            path = _copied(build, stage, manifest.name)
            source = build.context.read_text(path) if path is not None else None
            asked = manifest.read(source) if source is not None else None
            if asked is not None:
                if not asked.allows(version):
                    language = _LANGUAGES.get(image, image)
                    message = f"{path} asks for {language} {asked.asked[:40]}, the image is `{stage.root.base_name}`"
                    yield self.finding(stage.root.from_.image, message, help=_way_out(manifest.name))
                return


def _way_out(manifest: str) -> str:
    return f"take an image of a version that {manifest} allows"


def _brings_another(build: Build, stage: Stage) -> bool:
    """Whether the stage, or one on top of it, gets another version of the language."""
    if "GOTOOLCHAIN" in build.dockerfile.source.text:
        return True
    return any(layer.named(*_VERSION_MANAGERS) for layer in build.layers if stage.root in layer.stage.chain)


def _copied(build: Build, stage: Stage, name: str) -> str | None:
    """Where in the context the manifest is that a COPY of the stage takes, from the top of what it takes."""
    for copy in (step for link in stage.chain for step in link.steps):
        if not isinstance(copy.instruction, Copy) or copy.instruction.origin is not None or build.context is None:
            continue
        place = placed(copy.instruction, copy.before)
        for _, source in place.sources if place is not None else ():
            path = posixpath.normpath(source.lstrip("/") or ".")
            is_named = fnmatch.fnmatchcase(name, posixpath.basename(path)) and path != "*"
            candidate = posixpath.normpath(posixpath.join(posixpath.dirname(path) if is_named else path, name))
            if build.context.is_file(candidate):
                return candidate
    return None
