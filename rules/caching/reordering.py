"""The fix of a copy that comes too early: the manifests first, the rest behind the installation."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterator

from dockerlint.context.files import Context
from dockerlint.dockerfile.copies import placed
from dockerlint.dockerfile.instructions import Copy, Run
from dockerlint.dockerfile.stages import Stage
from dockerlint.dockerfile.state import Step
from dockerlint.lint.finding import Edit, Fix
from dockerlint.project.build import Build
from dockerlint.shell.packages import Installer, action_of
from dockerlint.source import Span

# Steps of an installation that run code of the project.
_HOOKS = frozenset({"preinstall", "install", "postinstall", "prepare", "preprepare", "postprepare"})
_NODE_FILES = ("package.json", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", ".npmrc")
# Subcommands that need nothing but the manifests; `go build` and the like need the source as well.
_FETCHING = {"go": ("mod download",), "ruby": ("install",), "node": ("ci", "install", "i", "")}


def reordered(build: Build, stage: Stage, copy: Copy, found: Installer) -> Fix | None:
    """Copy what the installation reads before it, and all else behind it. None where something else may be needed."""
    steps = [step for step in stage.steps if not step.is_trigger]
    index = next(number for number, step in enumerate(steps) if step.instruction is copy)
    installation = steps[index + 1].instruction if index + 1 < len(steps) else None
    if build.context is None or not isinstance(installation, Run) or not _is_alone(installation, found):
        return None
    names = _manifests(build.context, steps[index], steps[index + 1], found)
    if not names or not _is_movable(build, copy):
        return None
    first = f"{' '.join(names)} {copy.destination.rstrip('/')}/"
    span = Span(copy.text.source, copy.sources[0].start, copy.destination.end)
    end = installation.text.end
    line_end = "\r\n" if "\r\n" in copy.text.source.text else "\n"
    moved = Edit.replacing(Span(copy.text.source, end, end), f"{line_end}{copy.text}")
    message = f"copy {_joined(names)} first, and the rest behind line {installation.end_line}"
    return Fix(message, (Edit.replacing(span, first), moved), is_safe=False)


def _joined(names: list[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _is_alone(run: Run, found: Installer) -> bool:
    """Whether the RUN does nothing but install, and its installation needs nothing but its manifests."""
    if run.exec_form is not None or run.heredocs or run.script.is_broken:
        return False
    verbs = _FETCHING.get(found.kind)
    own = action_of(found.command)
    if own is None or (verbs is not None and own.verb.written not in verbs):
        return False
    for command in run.commands:
        action = action_of(command)
        if action is None or action.local or not set(command.nesting) <= {"&&"}:
            return False
    return True


def _is_movable(build: Build, copy: Copy) -> bool:
    """Whether the COPY is `COPY . folder` on one line."""
    is_whole = [source.rstrip("/") for source in copy.sources] == ["."]
    is_plain = not copy.is_json and not copy.heredocs and copy.text.is_verbatim and "\n" not in copy.text
    return is_whole and is_plain and "$" not in copy.destination and build.dockerfile.escape == "\\"


def _manifests(context: Context, copied: Step, installed: Step, found: Installer) -> list[str]:
    """The files of the context that the installation reads; none if they lie elsewhere, or name others."""
    copy = copied.instruction
    place = placed(copy, copied.before) if isinstance(copy, Copy) else None
    choose = _CHOICES.get(found.kind)
    if choose is None or place is None or place.destination != installed.before.workdir:
        return []
    names = list(choose(context, found))
    # One COPY keeps no folders, so all must lie in the context's root.
    is_flat = all(context.is_file(name) and re.fullmatch(r"[\w.-]+", name) for name in names)
    return names if is_flat else []


def _of_python(context: Context, found: Installer) -> Iterator[str]:
    for name in found.manifests:
        source = context.read_text(name)
        others = r"^\s*(?:-[rce]|--(?:req|constr|edit)|\.|file:)|@ *file:"
        if source is None or re.search(others, source.text, re.MULTILINE):
            return
        yield posixpath.normpath(name)


def _of_node(context: Context, _: Installer) -> Iterator[str]:
    source = context.read_text("package.json")
    is_more = any(context.exists(name) for name in (".yarnrc.yml", ".yarn", "pnpm-workspace.yaml"))
    if source is None or is_more or re.search(r'"(?:file|link|workspace|portal):', source.text):
        return
    try:
        package = json.loads(source.text)
    except ValueError:
        return
    scripts = package.get("scripts", {}) if isinstance(package, dict) else None
    if isinstance(scripts, dict) and scripts.keys().isdisjoint(_HOOKS) and "workspaces" not in package:
        yield from filter(context.is_file, _NODE_FILES)


def _of_go(context: Context, _: Installer) -> Iterator[str]:
    source = context.read_text("go.mod")
    if source is not None and "=> ." not in source.text and not context.exists("go.work"):
        yield from filter(context.is_file, ("go.mod", "go.sum"))


def _of_ruby(context: Context, _: Installer) -> Iterator[str]:
    source = context.read_text("Gemfile")
    others = r"\b(?:path|gemspec|eval_gemfile|File|require_relative|file)\b"
    if source is not None and re.search(others, source.text) is None:
        yield from filter(context.is_file, ("Gemfile", "Gemfile.lock"))


_CHOICES: dict[str, Callable[[Context, Installer], Iterator[str]]] = {
    "python": _of_python,
    "node": _of_node,
    "go": _of_go,
    "ruby": _of_ruby,
}
