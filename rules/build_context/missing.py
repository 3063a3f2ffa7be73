"""Sources of COPY and ADD that the context does not hold."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from dockerlint.context.files import Context
from dockerlint.context.ignore import clean
from dockerlint.dockerfile.instructions import Run, Transfer
from dockerlint.dockerfile.state import Step
from dockerlint.lint.rule import Findings, Fix, Rule, Severity, replace
from dockerlint.project.build import Build
from dockerlint.project.made_later import MADE_FOLDERS
from dockerlint.project.payload.contents import root_names
from dockerlint.project.payload.copies import is_glob, sources
from dockerlint.project.payload.evidence import is_the_context
from dockerlint.source import Text
from dockerlint.wording import nearest

# Of a file with one of these endings it is sure that somebody writes it by hand.
_WRITTEN = (
    ".cfg", ".conf", ".css", ".go", ".html", ".ini", ".js", ".json", ".lock", ".mod", ".properties", ".py", ".rb", ".sh",
    ".sql", ".toml", ".ts", ".txt", ".xml", ".yaml", ".yml",
)  # fmt: skip
_BUILD_FILES = (
    r"(?i)(?:gnu)?makefile|justfile|taskfile\.ya?ml|jenkinsfile|rakefile|package\.json|pom\.xml|build\.gradle(?:\.kts)?|"
    r"\.gitlab-ci\.yml|\.travis\.yml|\.gitignore|docker-bake\.(?:hcl|json)|.*\.(?:sh|bash|ps1|bat|mk)"
)
_MOST_READ = 50
_MOST_NAMES = 5_000


class CopySourceMissing(Rule[Build]):
    """COPY, ADD or a bind mount names a file that is not in the context.

    The build stops there: Docker finds no such file.

    Write the name as it is on the disk, letter for letter, for Docker tells capitals apart. Files that a build makes
    first, and patterns, are not asked for.

    https://docs.docker.com/reference/dockerfile/#copy
    """

    severity = Severity.ERROR
    bad = {
        "=== Dockerfile\nFROM python:3.13\nCOPY «requirments.txt» /app/\n=== requirements.txt\nflask\n": (
            "=== Dockerfile\nFROM python:3.13\nCOPY requirements.txt /app/"
        ),
        "=== compose.yaml\nservices: {app: {build: .}}\n=== Dockerfile\nFROM python:3.13\nCOPY app.py «setup.cfg» /app/\n"
        "=== app.py\n": None,
        "=== Dockerfile\nFROM node:24\nCOPY «Src/App.js» /app/\n=== Src/app.js\n": (
            "=== Dockerfile\nFROM node:24\nCOPY Src/app.js /app/"
        ),
        "=== Dockerfile\nFROM python:3.13\nCOPY app.py /app/\nCOPY «conf/app.toml» /etc/\n=== app.py\n": None,
        "=== Dockerfile\nFROM python:3.13\nRUN --mount=type=bind,source=«requirement.txt»,target=/r.txt cat /r.txt\n"
        "=== compose.yaml\nservices: {app: {build: .}}\n=== requirements.txt\n": (
            "=== Dockerfile\nFROM python:3.13\nRUN --mount=type=bind,source=requirements.txt,target=/r.txt cat /r.txt"
        ),
    }
    good = (
        "=== Dockerfile\nFROM python:3.13\nCOPY app.py /app/\n=== app.py\n",
        "FROM python:3.13\nCOPY app.py src/ /app/",
        "=== Dockerfile\nFROM node:24\nCOPY package.json yarn.loc[k] /app/\n=== package.json\n{}\n",
        "=== Dockerfile\nFROM node:24\nCOPY package.json dist/ /app/\n=== package.json\n{}\n",
        "=== Dockerfile\nFROM alpine:3.22\nCOPY run.sh version.txt /app/\n=== run.sh\n"
        "=== Makefile\nimage:\n\tgit describe > version.txt\n",
        "=== compose.yaml\nservices: {app: {build: .}}\n"
        "=== Dockerfile\nFROM alpine:3.22\nARG F=x\nCOPY app-$F.jar /app/\nCOPY --from=golang:1.26 /x /x",
        "=== docker/Dockerfile\nFROM python:3.13\nCOPY app.py docker/run.sh /app/\n=== app.py\n\n=== docker/run.sh\n",
    )

    def check(self, build: Build) -> Findings:
        contexts = (build.context,) if build.context is not None else build.candidates
        if not contexts or build.dockerfile.is_template:
            return
        context = max(contexts, key=lambda one: _present(build, one))
        for word, source in _named(build):
            if any(one.exists(source) for one in contexts) or _is_ignored(context, source):
                continue
            near = _near(context, source)
            if (near is not None and not _is_made(context, source)) or _is_surely_missing(build, context, source):
                hint = f"; did you mean `{near}`?" if near is not None else ""
                yield self.finding(word, f"`{source}` is not in the context{hint}", fix=_written_so(word, source, near))


@lru_cache(maxsize=4)
def _named(build: Build) -> tuple[tuple[Text, str], ...]:
    """The words that name one file or folder of the context, each with its path from the root."""
    steps = [step for stage in build.dockerfile.stages for step in stage.steps if not step.is_trigger]
    found = (pair for step in steps for pair in (*_copied(step), *_mounted(step)))
    return tuple((word, source) for word, source in found if source and not is_glob(source) and "\\" not in source)


def _copied(step: Step) -> Iterator[tuple[Text, str]]:
    for word, source in sources(step):
        bare = word.strip("'\"")
        # Of paths that lead out of the context another rule speaks.
        if not bare.startswith(("/", "~")) and ".." not in bare and "$" not in bare:
            yield word, source


def _mounted(step: Step) -> Iterator[tuple[Text, str]]:
    for mount in step.instruction.mounts if isinstance(step.instruction, Run) else ():
        source = mount.source
        if mount.type == "bind" and mount.origin is None and source and not re.search(r"\.\.|[$~]", source):
            yield source, clean("/" + source)[1:]


@lru_cache(maxsize=4)
def _present(build: Build, context: Context) -> int:
    """How many of the files that the Dockerfile names are there, itself left out."""
    own = posixpath.basename(build.dockerfile.path)
    return sum(context.exists(source) for _, source in _named(build) if source != own)


def _is_ignored(context: Context, source: str) -> bool:
    return context.ignore is not None and context.ignore.excludes(source)


def _near(context: Context, source: str) -> str | None:
    """The only name in the same folder that a slip would turn into the source's; letter case counts as a slip."""
    folder, name = posixpath.split(source)
    names = _names_in(context, folder)
    same = [one for one in names if one.lower() == name.lower()]
    near = same or [one for one in nearest(name, sorted(names)) if posixpath.splitext(one)[1] == _ending(name)]
    return posixpath.join(folder, near[0]) if len(near) == 1 and near[0] != name else None


def _ending(name: str) -> str:
    return posixpath.splitext(name)[1]


def _names_in(context: Context, folder: str) -> list[str]:
    if not folder:
        return root_names(context, _MOST_NAMES)
    if not context.exists(folder) or context.is_file(folder):
        return []
    try:
        with os.scandir(context.root / folder) as found:
            return [item.name for item in islice(found, _MOST_NAMES)]
    except OSError:
        return []


def _is_surely_missing(build: Build, context: Context, source: str) -> bool:
    """Whether it is sure which folder is the context, and that nothing makes the file first."""
    is_sure = bool(build.services) and build.context is not None
    # Where the context is guessed, most of what is named must be there.
    is_likely = source.endswith(_WRITTEN) and _present(build, context) * 2 >= len(_named(build))
    return (is_sure or is_likely) and not _is_made(context, source)


def _is_made(context: Context, source: str) -> bool:
    """Whether a build may make the file: by its name, or because a script, a Makefile or .gitignore speaks of it."""
    parts = source.lower().split("/")
    if not MADE_FOLDERS.isdisjoint(parts) or not posixpath.splitext(source)[1]:
        return True
    if re.search(r"(?i)\.(?:jar|war|whl|t?gz|tar|zip|deb|rpm|apk|exe|dll|so|bin|pem|crt|key|env)$", source):
        return True
    name = posixpath.basename(source)
    return any(name in text for text in _texts_of_builds(context))


@lru_cache(maxsize=4)
def _texts_of_builds(context: Context) -> tuple[str, ...]:
    names = [name for name in root_names(context, _MOST_NAMES) if re.fullmatch(_BUILD_FILES, name)]
    workflows = ".github/workflows"
    paths = names[:_MOST_READ] + [f"{workflows}/{name}" for name in _names_in(context, workflows)[:_MOST_READ]]
    return tuple(source.text for path in paths if (source := context.read_text(path)) is not None)


def _written_so(word: Text, source: str, near: str | None) -> Fix | None:
    if near is None or not word.is_verbatim or not word.endswith(source):
        return None
    new = word[: len(word) - len(source)] + near
    return replace(word, new, f"write `{new}`", is_safe=False)


class CopySourceIgnored(Rule[Build]):
    """COPY or ADD names something that the ignore file keeps out of the context.

    Docker is never sent the file, so the build stops although the file is there; a pattern copies nothing.

    Take the line out of the ignore file, or make an exception below it: `!dist`.

    https://docs.docker.com/reference/build-checks/copy-ignored-file/
    """

    severity = Severity.ERROR
    aliases = ("CopyIgnoredFile",)
    bad = {
        "=== Dockerfile\nFROM nginx:1.29\nCOPY «dist/» /srv/\n=== .dockerignore\n.git\ndist\n=== dist/a.js\n": None,
        "=== Dockerfile\nFROM nginx:1.29\nADD a.py «conf/app.toml» /srv/\n=== .dockerignore\n**/*.toml\n=== a.py\n\n"
        "=== conf/app.toml\n": None,
        "=== Dockerfile\nFROM nginx:1.29\nCOPY «web/*.js» /srv/\n=== .dockerignore\nweb\n!web/a.css\n=== web/a.js\n\n"
        "=== web/a.css\n": None,
    }
    good = (
        "=== Dockerfile\nFROM nginx:1.29\nCOPY dist/ /srv/\n=== .dockerignore\n*\n!dist\n=== dist/a.js\n",
        "=== Dockerfile\nFROM nginx:1.29\nCOPY dist/ /srv/\n=== .dockerignore\ndist\n!dist/a.js\n=== dist/a.js\n",
        "=== Dockerfile\nFROM nginx:1.29\nCOPY . /srv/\n=== .dockerignore\n*.md\n=== README.md\n",
        "=== Dockerfile\nFROM nginx:1.29\nCOPY --from=nginx:1.29 /dist /srv\n=== .dockerignore\ndist\n",
        "=== Dockerfile\nFROM nginx:1.29\nCOPY *.js /srv/\n=== .dockerignore\ndist\n=== app.js\n",
        "=== Dockerfile\nFROM nginx:1.29\nCOPY dist/ /srv/\n=== dist/a.js\n",
    )

    def check(self, build: Build) -> Findings:
        context = build.context
        if context is None or context.ignore is None or not context.ignore.patterns:
            return
        for stage in build.dockerfile.stages:
            for step in stage.steps:
                for word, source in sources(step) if not step.is_trigger else ():
                    pattern = self._keeps_out(context, source) if source else None
                    if pattern is not None:
                        message = f"`{word}` is excluded by {pattern}"
                        effect = "nothing is copied" if is_glob(source) else "this step fails"
                        yield self.finding(word, f"{message}, so {effect}")

    @staticmethod
    def _keeps_out(context: Context, source: str) -> str | None:
        """The pattern that keeps all out that a source names, with its place."""
        assert context.ignore is not None  # noqa: S101 (the caller has looked)
        path = _some_file(context, source) if is_glob(source) else source
        if path is None or not context.ignore.excludes(path) or context.taken_by(source) or not context.is_complete:
            return None
        pattern = context.ignore.deciding(path)
        name = context.ignore_path.name if context.ignore_path is not None else ".dockerignore"
        return f"{name} line {pattern.line} (`{pattern.text}`)" if pattern is not None else None


def _some_file(context: Context, source: str) -> str | None:
    """A file that a pattern would take if nothing were ignored."""
    taken = _unfiltered(context).taken_by(source)
    return taken[0].path if taken else None


@lru_cache(maxsize=2)
def _unfiltered(context: Context) -> Context:
    return Context(context.root, None)


class CopyOutsideContext(Rule[Build]):
    """COPY or ADD names a path outside of the build context.

    Docker sees nothing but the context: it cuts off `../`, takes a path from the root as one from the context's root, and
    knows no home folder. The build stops, or takes another file than is meant.

    Build from the folder that holds all that is needed (`docker build -f api/Dockerfile .`), or name the other folder
    with `--build-context` and copy from that.

    https://docs.docker.com/build/concepts/context/
    """

    severity = Severity.ERROR
    aliases = ("add_src_invalid",)
    bad = {
        "FROM alpine:3.22\nCOPY «../shared» /srv/": None,
        "FROM alpine:3.22\nADD «~/.ssh/config» /etc/": None,
        "FROM alpine:3.22\nCOPY a «/Users/jo/app/b» /srv/": None,
        'FROM alpine:3.22\nCOPY [«"src/../../lib"», "/srv/"]': None,
        "=== compose.yaml\nservices: {app: {build: .}}\n=== Dockerfile\nFROM alpine:3.22\nCOPY «/etc/hosts» /srv/": None,
        "=== compose.yaml\nservices: {app: {build: .}}\n=== Dockerfile\nFROM alpine:3.22\nCOPY «/home/jo/app» /srv/": None,
    }
    good = (
        "FROM alpine:3.22\nCOPY shared /srv/",
        "FROM alpine:3.22\nCOPY src/../lib /srv/",
        "FROM golang:1.26 AS build\nFROM alpine:3.22\nCOPY --from=build /home/jo/app ../lib /srv/",
        "FROM alpine:3.22\nCOPY /etc/hosts /srv/",
        "=== compose.yaml\nservices: {app: {build: .}}\n=== Dockerfile\nFROM alpine:3.22\nCOPY /etc/hosts /srv/\n"
        "=== etc/hosts\n",
        "FROM alpine:3.22\nRUN --mount=type=bind,from=golang:1.26,source=/usr/lib,target=/x ls /x",
        "FROM alpine:3.22\nARG D=..\nCOPY app$D /srv/",
    )

    def check(self, build: Build) -> Findings:
        for stage in build.dockerfile.stages:
            for step in stage.steps:
                transfer = step.instruction
                if not isinstance(transfer, Transfer) or transfer.origin is not None or step.is_trigger:
                    continue
                for word in transfer.sources:
                    source = step.before.expanded(word, transfer.escape)
                    why = self._why(build, source) if source else None
                    if why is not None:
                        yield self.finding(word, f"`{word}` cannot be reached: {why}")

    @staticmethod
    def _why(build: Build, source: str) -> str | None:
        """Why a path leads out of the context; None where Docker finds it there all the same."""
        inside = clean("/" + source)[1:]
        if build.context is not None and build.context.exists(inside):
            return None
        if posixpath.normpath(source.lstrip("/")).startswith("../") or source == "..":
            return f"Docker takes `{inside or '.'}` of the context, above which there is nothing"
        if source.startswith("~/"):
            return "Docker knows no home folder, and looks for one called `~`"
        if re.match(r"/Users/.|[A-Za-z]:[\\/]", source):
            return f"Docker looks for `{inside}` in the context"
        is_system = re.match(r"/(?:bin|etc|home|lib|lib64|media|mnt|opt|root|tmp|usr|var)/.", source)
        if is_system and build.context is not None and is_the_context(build):
            return f"there is no `{inside}` in the context"
        return None
