"""What an image installs, builds and asks of git by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from dockerlint.context.files import Context
from dockerlint.dockerfile.instructions import Run
from dockerlint.dockerfile.stages import Stage
from dockerlint.project.build import Build
from dockerlint.shell.packages import action_of, installer
from dockerlint.shell.script import Command

_NODE_TOOLS = frozenset({"npm", "yarn", "pnpm", "bun", "npx", "bunx"})
_DOTNET = frozenset({"restore", "build", "publish", "pack", "run"})

# These only fetch from elsewhere.
_GIT_WITHOUT_HISTORY = frozenset({"clone", "init", "ls-remote", "--version", "lfs"})

# The files that tell a tool how a project is built, and may ask git for its version there.
_PYTHON = ("pyproject.toml", "setup.py", "setup.cfg")
_NODE = ("package.json", "next.config.js", "next.config.mjs", "vite.config.js", "vite.config.ts", "vue.config.js")
_GRADLE = ("build.gradle", "build.gradle.kts")
_BUILD_FILES = {
    "pip": _PYTHON, "python": _PYTHON, "uv": _PYTHON, "poetry": _PYTHON, "hatch": _PYTHON, "pdm": _PYTHON,
    "npm": _NODE, "npx": _NODE, "yarn": _NODE, "pnpm": _NODE, "bun": _NODE, "node": _NODE,
    "gradle": _GRADLE, "gradlew": _GRADLE, "mvn": ("pom.xml",), "mvnw": ("pom.xml",),
    "make": ("Makefile", "GNUmakefile"),
    "cargo": ("build.rs", "Cargo.toml"), "mix": ("mix.exs",), "task": ("Taskfile.yml",), "mage": ("magefile.go",),
    "dotnet": ("Directory.Build.props", "version.json"), "cmake": ("CMakeLists.txt",), "rake": ("Rakefile",),
}  # fmt: skip


class Tool(NamedTuple):
    """A command of the image that makes files of one kind, such as `npm ci` those of "node".

    `replaces`: what stood in their place is deleted first.
    """

    kind: str
    title: str
    stage: Stage
    line: int
    workdir: str | None
    replaces: bool


@lru_cache(maxsize=1)
def tools(build: Build) -> tuple[Tool, ...]:
    return tuple(_tools(build))


def _tools(build: Build) -> Iterator[Tool]:
    for stage in build.dockerfile.stages:
        for step in stage.steps:
            if not isinstance(step.instruction, Run):
                continue
            for command in step.instruction.commands:
                for kind, title in _makes(command):
                    replaces = title in ("npm ci", "npm clean-install")
                    yield Tool(kind, title, stage, command.text.line, step.before.workdir, replaces)


def _makes(command: Command) -> Iterator[tuple[str, str]]:
    """The kinds of files that a command makes, and what to call it."""
    found = installer(command)
    action = action_of(command)
    verbs = [str(word.value) for word in command.arguments if not word.value.startswith("-")]
    title = " ".join([command.name, *verbs[:2]])
    if found is not None:
        yield found.kind, found.title
    elif action is not None and action.verb.name == "install" and not action.is_global:
        if action.manager in ("pip", "uv"):
            yield "python", "pip install"
        elif action.family == "node":
            yield "node", f"{command.name} {action.verb.written}"
    elif command.name == "dotnet" and verbs and verbs[0] in _DOTNET:
        yield "dotnet", f"dotnet {verbs[0]}"
    if command.name in _NODE_TOOLS and any(verb.partition(":")[0] in ("build", "generate") for verb in verbs):
        yield "node build", title


def needs_git(build: Build, context: Context, stage: Stage) -> bool:
    """Whether something in a stage, or in one that is built on it, reads the history, or may."""
    stages = [other for other in build.dockerfile.stages if other in stage.chain or stage in other.chain]
    runs = [run for other in stages for run in other.instructions if isinstance(run, Run)]
    commands = [command for run in runs for command in run.commands]
    if any(_asks_git(command) or _stamps_version(command) for command in commands):
        return True
    files = {file for command in commands for file in _files_of_build(command)}
    return any(_reads_git(context, path) for path in files)


def _stamps_version(command: Command) -> bool:
    """Whether this is Go, which notes the commit in the program by itself: https://pkg.go.dev/cmd/go."""
    verb = command.arguments[0].value if command.arguments else ""
    return command.name == "go" and verb in ("build", "install") and "-buildvcs=false" not in command.text


def _files_of_build(command: Command) -> Iterator[str]:
    """The files of the context that a command may follow."""
    yield from _BUILD_FILES.get(command.name.rstrip("0123456789."), ())
    for word in command.words:
        if word.value.endswith((".sh", ".py")):
            yield str(word.value).removeprefix("./")


def _asks_git(command: Command) -> bool:
    if command.name != "git":
        return False
    verbs = [str(word.value) for word in command.arguments if not word.value.startswith("-")]
    return not verbs or verbs[0] not in _GIT_WITHOUT_HISTORY


def _reads_git(context: Context, path: str) -> bool:
    source = context.read_text(path)
    return source is not None and _git_readers().search(source.text) is not None


@cache
def _git_readers() -> re.Pattern[str]:
    return re.compile(
        r"\bgit[\"', ]{1,4}(?:-C \S{1,80} )?(?:describe|rev-parse|rev-list|log|show|status|diff|tag|branch|submodule)\b"
        r"|setuptools[_-]scm|hatch-vcs|versioningit|versioneer|dynamic-versioning|dunamai|\bpbr\b|flit_scm"
        r"|source = \"scm\"|git-commit-id|gitinfo|jgitver|vergen|built\b.{0,20}git2|[Gg]it[Vv]ersion"
        r"|Nerdbank|MinVer|SourceLink|git-revision|git-describe|git-rev|nebula\.release|axion-release"
    )
