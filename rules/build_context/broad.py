"""Copies that take more, or lay it out otherwise, than they seem to."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from dockerlint.context.files import Context
from dockerlint.dockerfile.state import Step
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.payload.contents import listed
from dockerlint.project.payload.copies import is_glob, sources
from dockerlint.project.payload.evidence import is_the_context

# A context of fewer files is known at a glance.
_FEW_FILES = 10
_CODE = (".py", ".js", ".mjs", ".cjs", ".ts", ".jsx", ".tsx", ".html", ".css", ".json", ".rb", ".php", ".go", ".sh")
_MOST_READ = 200
_LARGEST_READ = 65_536


class CopyGlobFlattens(Rule[Build]):
    """A pattern matches folders, of which COPY takes the content only.

    Docker copies what lies in each folder, not the folder itself: all files land next to each other, and the program does
    not find them where it looks.

    Copy the folder above (`COPY src/ /app/`), or each of them by name; `--parents` keeps the folders as they are.

    https://docs.docker.com/reference/dockerfile/#copy
    """

    severity = Severity.WARNING
    bad = {
        "=== Dockerfile\nFROM python:3.13\nCOPY «src/*» /app/\n=== src/app.py\nfrom models import user\n"
        "=== src/models/user.py\n=== requirements.txt\n": None,
        "=== Dockerfile\nFROM node:24\nCOPY package.json «*» /app/\n=== package.json\n{}\n=== app.js\nrequire('./lib/a')\n"
        "=== lib/a.js\n": None,
        "=== Dockerfile\nFROM nginx:1.29\nCOPY «web/*» /srv/\n=== web/index.html\n<script src='js/a.js'>\n=== web/js/a.js\n"
        "=== web/css/a.css\n\n=== requirements.txt\n": None,
    }
    good = (
        "=== Dockerfile\nFROM python:3.13\nCOPY src/ /app/\n=== src/app.py\nfrom models import user\n"
        "=== src/models/user.py\n",
        "=== Dockerfile\nFROM python:3.13\nCOPY src/* /app/\n=== src/app.py\nfrom models import user\n"
        "=== src/models.py\n",
        "=== Dockerfile\nFROM python:3.13\nCOPY --parents src/* /app/\n=== src/app.py\nfrom models import user\n"
        "=== src/models/user.py\n",
        "=== Dockerfile\nFROM python:3.13\nCOPY conf/* /etc/app/\n=== conf/a.toml\n\n=== conf/extra/b.toml\n",
        "=== Dockerfile\nFROM python:3.13\nCOPY src/* /app/\n=== src/app.py\nfrom models import user\n"
        "=== src/models/user.py\n\n=== .dockerignore\nsrc/models\n",
    )

    def check(self, build: Build) -> Findings:
        context = build.context
        if context is None:
            return
        for step in _steps(build):
            if step.instruction.flag("parents") is not None:
                continue
            for word, source in sources(step):
                folders = _flattened(context, source) if is_glob(posixpath.basename(source)) else []
                if folders and is_the_context(build):
                    names = listed(f"`{name}`" for name in folders)
                    lost = (
                        f"folder {names}: its files land" if len(folders) == 1 else f"folders {names}: their files land"
                    )
                    above = posixpath.dirname(source)
                    message = f"`{word}` loses the {lost} directly in the destination"
                    yield self.finding(word, message, help=f"copy `{above + '/' if above else '.'}`")


def _steps(build: Build) -> Iterator[Step]:
    return (step for stage in build.dockerfile.stages for step in stage.steps if not step.is_trigger)


def _flattened(context: Context, source: str) -> list[str]:
    """The folders that a pattern matches, if the files it takes speak of one of them."""
    depth = source.count("/") + 1
    entries = context.taken_by(source)
    folders = {entry.path.split("/")[depth - 1] for entry in entries if entry.path.count("/") >= depth}
    if not folders:
        return []
    code = [entry for entry in entries if entry.path.endswith(_CODE) and entry.size <= _LARGEST_READ]
    texts = [found.text for entry in code[:_MOST_READ] if (found := context.read_text(entry.path)) is not None]
    return sorted(folders) if any(_speaks_of(name, text) for name in folders for text in texts) else []


def _speaks_of(name: str, text: str) -> bool:
    """Whether source code looks for something in a folder of this name."""
    if name not in text:
        return False
    word = re.escape(name)
    return re.search(rf"(?:import|from)\s+(?:[\w.]+\.)?{word}\b|['\"(/]{word}/|\./{word}['\"]", text) is not None


class CopyEverything(Rule[Build]):
    """COPY takes the whole context.

    Whatever the build context holds on that day is taken, whether the image needs it or not, and every change to any file
    makes Docker run this step and all after it again.

    Name the files and folders that the image needs.

    https://docs.docker.com/build/building/best-practices/#add-or-copy
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("DF007", "DD070")
    bad = {
        "FROM python:3.13\nCOPY «.» /app": None,
        "FROM python:3.13\nADD «/» /app": None,
        'FROM python:3.13\nCOPY [«"./"», "/app"]': None,
    }
    good = (
        "FROM python:3.13\nCOPY src /app",
        "FROM golang:1.26 AS build\nFROM alpine:3.22\nCOPY --from=build . /app",
        "FROM python:3.13\nCOPY * /app/",
        "=== compose.yaml\nservices: {app: {build: .}}\n=== Dockerfile\nFROM python:3.13\nCOPY . /app\n=== app.py\n",
    )

    def check(self, build: Build) -> Findings:
        for step in _steps(build):
            for word, source in sources(step):
                if not source and not self._is_small(build):
                    message = f"`{step.instruction.name} {word}` takes the whole build context"
                    yield self.finding(word, message, help="name what the image needs")

    @staticmethod
    def _is_small(build: Build) -> bool:
        context = build.context
        return context is not None and is_the_context(build) and context.is_complete and len(context.files) < _FEW_FILES
