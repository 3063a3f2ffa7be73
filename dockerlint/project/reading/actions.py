"""Workflows of GitHub Actions: the steps that build images by an action or by a command.

https://github.com/docker/build-push-action#inputs
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from dockerlint.compose.nodes import Mapping as Node
from dockerlint.compose.nodes import Scalar, Sequence, parse
from dockerlint.project.build import has_development_part
from dockerlint.project.builders import Argument, Builder, BuildLink, Given, Told, link
from dockerlint.project.files import Files
from dockerlint.project.reading import bake, commands
from dockerlint.project.reading.build_options import secret_id
from dockerlint.source import Source, Text

_BUILDS = frozenset({"docker/build-push-action", "depot/build-push-action"})
_BAKES = frozenset({"docker/bake-action", "depot/bake-action"})
_FETCHES = frozenset({"actions/download-artifact", "dawidd6/action-download-artifact"})
_BASH = frozenset({"bash", "sh"})


class _Place(NamedTuple):
    """What holds for a step: the folders that it may start in, and its variables."""

    name: str
    folders: tuple[Path, ...]
    variables: Mapping[str, str | None]


@cache
def _expression() -> re.Pattern[str]:
    return re.compile(r"\$\{\{(?:(?!\$\{\{|\}\}).)*+\}\}", re.DOTALL)


def links_in(source: Source, root: Path, files: Files) -> Iterator[BuildLink]:
    """What a workflow builds. `root` is the folder of its repository."""
    workflow = next(iter(parse(source).documents), None)
    jobs = workflow.get("jobs") if isinstance(workflow, Node) else None
    for entry in jobs.entries if isinstance(jobs, Node) else ():
        if isinstance(workflow, Node) and isinstance(entry.value, Node):
            yield from _Job(str(entry.key.text), workflow, entry.value, root, files).links()


class _Job:
    def __init__(self, name: str, workflow: Node, node: Node, root: Path, files: Files) -> None:
        self._name = name
        self._layers = (workflow, node)
        self._root = root
        self._files = files
        self._variables: dict[str, str | None] = {"GITHUB_WORKSPACE": str(root)}
        for layer in self._layers:
            self._variables.update(_literals(layer.get("env")))
        triggers = workflow.get("on")
        # It may be called from another repository, whose files it then builds.
        self._is_called = isinstance(triggers, Node) and "workflow_call" in triggers
        steps = node.get("steps")
        self._steps = [step for step in steps.items if isinstance(step, Node)] if isinstance(steps, Sequence) else []

    def links(self) -> Iterator[BuildLink]:
        # Whatever else is fetched lies who knows where.
        is_whole = not any(_brings_files(step) for step in self._steps)
        for step in self._steps:
            variables = {**self._variables, **_literals(step.get("env"))}
            title = _text(step.get("name"))
            name = f"the step `{title}`" if title else f"the job `{self._name}`"
            place = _Place(name, (self._root,) if is_whole else (), variables)
            uses = _text(step.get("uses"))
            if uses is not None:
                action, _, version = str(uses).partition("@")
                if action in _BUILDS and version != "v1":
                    yield from self._action(step, place, uses)
                elif action in _BAKES:
                    yield from self._bake(step, place)
            else:
                yield from self._commands(step, place)

    def _action(self, step: Node, place: _Place, uses: Text) -> Iterator[BuildLink]:
        inputs = _Inputs(step.get("with"), place.variables, self._root)
        context = inputs.get("context")
        # Without a context it is the repository itself, as git has it.
        is_of_git = context is None or "{{defaultContext}}" in (context.value or "")
        builder = self._builder(place._replace(folders=(self._root,)) if is_of_git else place)
        if context is not None and is_of_git:
            below = (context.value or "").replace("{{defaultContext}}", ".").replace(".:", "./")
            context = Given(context.place, below)
            builder = builder._replace(looks_in_context=True)
        push = inputs.get("push")
        told = Told(
            context=context,
            dockerfile=inputs.get("file"),
            target=inputs.get("target"),
            arguments=tuple(inputs.pairs("build-args")),
            named_contexts=tuple(one.name for one in inputs.pairs("build-contexts")),
            secrets=tuple(secret_id(one.name) for name in _SECRETS for one in inputs.pairs(name)),
            has_ssh=inputs.get("ssh") is not None,
            platforms=tuple(inputs.items("platforms")),
            tags=tuple(inputs.items("tags")),
            is_published=push is not None and push.value != "false",
        )
        found = link(builder, uses, told, self._files)
        if found is not None:
            yield found

    def _bake(self, step: Node, place: _Place) -> Iterator[BuildLink]:
        """The files that a step names; those that Bake finds by itself are read as they are."""
        inputs = _Inputs(step.get("with"), place.variables, self._root)
        workdir = inputs.get("workdir")
        if workdir is not None and workdir.value is None:
            return
        folder = self._root / (workdir.value or "" if workdir is not None else "")
        names = [name for name in inputs.items("files") if name.endswith((".hcl", ".json")) and "\0" not in name]
        sources = [self._files.read(folder / name) for name in names]
        read = [source for source in sources if source is not None]
        if place.folders and len(read) == len(names) > 0:
            yield from bake.links_in(read, (folder,), self._files)

    def _commands(self, step: Node, place: _Place) -> Iterator[BuildLink]:
        shell = self._setting(step, "shell")
        script = _text(step.get("run"))
        if script is None or (shell is not None and str(shell).partition(" ")[0] not in _BASH):
            return
        folder = self._setting(step, "working-directory")
        folders = place.folders
        if folder is not None:
            written = _resolved(folder, place.variables, self._root)
            folders = tuple(one / written for one in folders) if written is not None and "\0" not in written else ()
        values = {
            match.start(): _known(match[0], place.variables, self._root) for match in _expression().finditer(script)
        }
        text = commands.substituted(script, _expression(), values)
        builder = self._builder(place._replace(folders=folders))
        yield from commands.links_in(text, builder, self._files, variables=place.variables)

    def _builder(self, place: _Place) -> Builder:
        is_development = has_development_part(self._name, place.name.strip("`").rpartition("`")[2])
        return Builder("action", place.name, place.folders, is_development, is_doubtful=self._is_called)

    def _setting(self, step: Node, name: str) -> Text | None:
        """What a step, or the defaults of its job or its workflow, say of how commands run."""
        found = _text(step.get(name))
        for layer in reversed(self._layers):
            defaults = layer.get("defaults")
            run = defaults.get("run") if isinstance(defaults, Node) else None
            found = found or (_text(run.get(name)) if isinstance(run, Node) else None)
        return found


_SECRETS = ("secrets", "secret-files", "secret-envs")


class _Inputs:
    """What stands below `with:`."""

    def __init__(self, node: object, variables: Mapping[str, str | None], root: Path) -> None:
        self._node = node if isinstance(node, Node) else None
        self._variables = variables
        self._root = root

    def get(self, name: str) -> Given | None:
        """An input; an empty one counts as not given."""
        text = _text(self._node.get(name)) if self._node is not None else None
        if text is None or not text.strip():
            return None
        value = _resolved(text, self._variables, self._root)
        return Given(text, value.strip() if value is not None else None)

    def items(self, name: str) -> Iterator[str]:
        """The items of a list that are known, one a line or between commas."""
        text = _text(self._node.get(name)) if self._node is not None else None
        for item in re.split(r"[\n,]", text or ""):
            value = _resolved(item.strip(), self._variables, self._root)
            if value:
                yield value

    def pairs(self, name: str) -> Iterator[Argument]:
        """`NAME=value`, one a line."""
        text = _text(self._node.get(name)) if self._node is not None else None
        for line in (text or "").splitlines():
            key, equals, value = line.strip().strip("\"'").partition("=")
            if key and "${{" not in key and not key.startswith("#"):
                yield Argument(key, _resolved(value, self._variables, self._root) if equals else None)


def _text(node: object) -> Text | None:
    return node.text if isinstance(node, Scalar) else None


def _literals(node: object) -> dict[str, str | None]:
    """Variables; one with an expression in it is not known."""
    values = [(entry.key.text, _text(entry.value)) for entry in (node.entries if isinstance(node, Node) else ())]
    return {str(name): None if value is None or "${{" in value else str(value) for name, value in values}


def _resolved(text: str, variables: Mapping[str, str | None], root: Path) -> str | None:
    """A text with its expressions worked out; None where one of them is not known."""
    values = [_known(match[0], variables, root) for match in _expression().finditer(text)]
    if None in values:
        return None
    known = iter(value for value in values if value is not None)
    resolved = _expression().sub(lambda _: next(known), text)
    return None if "${{" in resolved else resolved


def _known(expression: str, variables: Mapping[str, str | None], root: Path) -> str | None:
    inner = expression[3:-2].strip()
    if inner == "github.workspace":
        return str(root)
    return variables.get(inner.removeprefix("env.")) if inner.startswith("env.") else None


def _brings_files(step: Node) -> bool:
    """Whether a step puts other files than those of the repository into the working directory, or these elsewhere."""
    uses, inputs = _text(step.get("uses")), step.get("with")
    action = str(uses).partition("@")[0] if uses is not None else ""
    is_moved = isinstance(inputs, Node) and any(name in inputs for name in ("path", "repository"))
    return action in _FETCHES or (action == "actions/checkout" and is_moved)
