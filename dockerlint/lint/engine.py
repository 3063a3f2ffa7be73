"""Shows each node of a project once to each rule that asked for its kind."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from dockerlint.dockerfile.instructions import Instruction, Onbuild, ShellForm
from dockerlint.lint.finding import Finding, Region
from dockerlint.lint.fingerprints import marked
from dockerlint.lint.rule import AnyRule, Rule
from dockerlint.lint.settings import Settings
from dockerlint.project.build import Build, Launch
from dockerlint.project.builders import BuildOrder
from dockerlint.project.layers import Layer
from dockerlint.project.shell_texts import ShellText
from dockerlint.shell.script import Command
from dockerlint.wording import listed

if TYPE_CHECKING:
    from dockerlint.lint.suppression import Suppression
    from dockerlint.project.containers import Stack


class Failure(NamedTuple):
    """A rule that broke down, and where in its code."""

    rule: AnyRule
    place: str
    error: Exception


def place_of(error: Exception, package: str = "") -> str:
    """The file and line where an error was raised: the last ones in a package, if it came by there."""
    places: list[tuple[str, str]] = []
    where = error.__traceback__
    while where is not None:
        module = str(where.tb_frame.f_globals.get("__name__", ""))
        folder, file = os.path.split(where.tb_frame.f_code.co_filename)
        # Many files are called so; which one it is says the folder.
        shown = f"{os.path.basename(folder)}/{file}" if file == "__init__.py" else file  # noqa: PTH119
        places.append((module.partition(".")[0], f"{shown}:{where.tb_lineno}"))
        where = where.tb_next
    own = [place for name, place in places if name == package]
    return (own or [place for _, place in places] or ["?"])[-1]


class Engine:
    """The enabled rules, by the kind of node that they look at. One that breaks down leaves the others their say."""

    def __init__(self, rules: Iterable[AnyRule], settings: Settings) -> None:
        self._rules = [rule(settings) for rule in rules]
        self._by_kind: dict[type, tuple[Rule[Any], ...]] = {}
        self._failures: list[Failure] = []

    def take_failures(self) -> list[Failure]:
        """The rules that have broken down since this was asked last."""
        failures, self._failures = self._failures, []
        return failures

    def check_build(self, build: Build) -> list[Finding]:
        """All findings about a Dockerfile, its context and its program."""
        return in_order(found for node in self._nodes_of_build(build) for found in self._show(node))

    def check_stack(self, stack: Stack) -> list[Finding]:
        """All findings about a Compose project and the images that it runs."""
        compose = stack.compose
        of_all = [found for node in (compose, stack) for found in self._show(node)]
        services = ((str(service.name), self._show(service)) for service in compose.services)
        containers = ((str(container.service.name), self._show(container)) for container in stack.containers)
        return in_order([*of_all, *_once_each(services), *_once_each(containers)])

    def check_order(self, order: BuildOrder) -> list[Finding]:
        """All findings about what a build file says."""
        return in_order(self._show(order))

    def check_suppressions(self, suppressions: Iterable[Suppression]) -> list[Finding]:
        """What is wrong with pragmas, after all else is known."""
        return in_order(found for suppression in suppressions for found in self._show(suppression))

    def _show(self, node: object) -> Iterator[Finding]:
        for rule in self._rules_for(type(node)):
            try:
                yield from _checked(rule.check(node))
            except Exception as error:
                place = place_of(error, type(rule).__module__.partition(".")[0])
                self._failures.append(Failure(type(rule), place, error))

    def _rules_for(self, kind: type) -> tuple[Rule[Any], ...]:
        rules = self._by_kind.get(kind)
        if rules is None:
            rules = tuple(rule for rule in self._rules if any(issubclass(kind, wanted) for wanted in rule.kinds))
            self._by_kind[kind] = rules
        return rules

    def _nodes_of_build(self, build: Build) -> Iterator[object]:
        dockerfile = build.dockerfile
        yield build
        yield dockerfile
        yield from dockerfile.pulls
        yield from dockerfile.stages
        wants_commands = bool(self._rules_for(Command))
        for instruction in dockerfile.instructions:
            for node in _with_trigger(instruction):
                yield node
                if wants_commands and isinstance(node, ShellForm):
                    yield from node.commands
        if self._rules_for(Layer):
            yield from build.layers
        if self._rules_for(ShellText):
            yield from build.shell_texts
        if self._rules_for(Launch):
            yield from build.launches


def _checked(findings: object) -> Iterator[Finding]:
    """What a rule says. Raises TypeError where that is anything but findings."""
    if isinstance(findings, Finding) or not isinstance(findings, Iterable):
        message = "`check` returns what is no series of findings: let it `yield self.finding(...)`"
        raise TypeError(message)
    for found in findings:
        if not isinstance(found, Finding):
            message = f"`check` yields what is no finding: {found!r:.100}"
            raise TypeError(message)
        yield found


def _once_each(shown: Iterable[tuple[str, Iterable[Finding]]]) -> Iterator[Finding]:
    """What is found at services, by their names: of several that share a place, as by an anchor, the first speaks."""
    by_place: dict[tuple[str, Region], dict[str, list[Finding]]] = {}
    for name, findings in shown:
        for found in findings:
            by_place.setdefault((found.rule, found.region), {}).setdefault(name, []).append(found)
    for of_services in by_place.values():
        (_, first), *others = of_services.items()
        said = {found.message for found in first}
        names = [name for name, findings in others if any(found.message not in said for found in findings)]
        for found in first:
            message = f"{found.message}; the same goes for {listed(names)}" if names else found.message
            yield found._replace(message=message, fix=None if names else found.fix)


def _with_trigger(instruction: Instruction) -> tuple[Instruction, ...]:
    if isinstance(instruction, Onbuild):
        return instruction, instruction.instruction
    return (instruction,)


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in the order of the files, each once."""
    each_once = {finding._replace(risk=None): finding for finding in findings}
    return sorted(each_once.values(), key=lambda finding: (finding.region, finding.rule, finding.message))


def arranged(findings: Iterable[Finding]) -> list[Finding]:
    """All findings of a run in order, with fingerprints that survive moved lines."""
    return marked(in_order(findings))
