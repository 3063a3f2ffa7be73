"""The variables of a stage: what ARG, ENV and the base image set, and when.

https://docs.docker.com/reference/dockerfile/#scope
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from dockerlint.dockerfile.expansion import Expansion, Missing, Value, expand

# Docker sets these itself; what they hold depends on where the build runs.
PLATFORM_ARGUMENTS = frozenset(
    {
        "BUILDPLATFORM", "BUILDOS", "BUILDOSVERSION", "BUILDARCH", "BUILDVARIANT",
        "TARGETPLATFORM", "TARGETOS", "TARGETOSVERSION", "TARGETARCH", "TARGETVARIANT", "TARGETSTAGE",
    }
)  # fmt: skip
# The client hands these on by itself where it has them; they need no ARG to reach RUN.
PROXY_ARGUMENTS = frozenset(
    name
    for upper in ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
    for name in (upper, upper.lower())
)
_PREDEFINED = PLATFORM_ARGUMENTS | PROXY_ARGUMENTS

# What BuildKit sets where a base image for Linux brings no PATH of its own.
DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class ImageEnvironment(NamedTuple):
    """The variables that the configuration of an image sets.

    `variables` gives the value of those that have the same in every tag, and None for the others: they differ from tag
    to tag, or some tag lacks them. If the list `is_complete`, no tag sets any other.
    """

    variables: Mapping[str, str | None]
    is_complete: bool


NOTHING_KNOWN = ImageEnvironment({}, is_complete=False)
NOTHING_SET = ImageEnvironment({}, is_complete=True)


class Variable(NamedTuple):
    """What an instruction gives a variable. Without a value of its own, ARG leaves it UNSET."""

    value: Value
    is_argument: bool


_Changes = dict[str, list[tuple[int, Variable]]]


# A stage looks variables up in the records of the stages below it. A long chain of stages is drawn together
# now and then, the more seldom the more variables there are to copy.
_LONGEST_CHAIN = 64
_COPIES = 16


class Environment:
    """The variables of a stage at one moment. All moments of a stage share one record of changes."""

    __slots__ = ("base", "below", "changes", "inherited", "length", "moment")

    def __init__(self, base: ImageEnvironment = NOTHING_KNOWN, below: Environment | None = None) -> None:
        self.base = base
        self.below = below
        self.length: int = 0 if below is None else below.length + 1
        # How many changes lie in the records below, at the most.
        self.inherited: int = 0 if below is None else below.inherited + len(below.changes)
        self.changes: _Changes = {}
        self.moment = 0

    def __contains__(self, name: str) -> bool:
        """Whether this file declares the variable, with a value or without."""
        return self.variable(name) is not None

    def variables(self) -> dict[str, Variable]:
        """The variables that this file declares, those of the stages below first."""
        found: dict[str, Variable] = {}
        for environment in reversed(list(self._chain())):
            for name in environment.changes:
                variable = environment.own(name)
                if variable is not None:
                    found[name] = variable
        return found

    def variable(self, name: str) -> Variable | None:
        """What the file's latest ENV or ARG gave the variable; None where none names it."""
        environment: Environment | None = self
        while environment is not None:
            if name in environment.changes and (found := environment.own(name)) is not None:
                return found
            environment = environment.below
        return None

    def _chain(self) -> Iterator[Environment]:
        """This stage's record and those of the stages below it."""
        environment: Environment | None = self
        while environment is not None:
            yield environment
            environment = environment.below

    def own(self, name: str) -> Variable | None:
        """What this stage itself gave the variable."""
        changes = self.changes.get(name)
        if changes is None:
            return None
        index = bisect_right(changes, self.moment, key=itemgetter(0))
        return changes[index - 1][1] if index else None

    def lookup(self, name: str) -> Value:
        """The value of a variable, as expansion wants it."""
        variable = self.variable(name)
        if variable is not None:
            return variable.value
        if name in self.base.variables:
            value = self.base.variables[name]
            return Missing.UNKNOWN if value is None else value
        if not self.base.is_complete:
            return Missing.UNKNOWN
        return DEFAULT_PATH if name == "PATH" else Missing.ABSENT

    def get(self, name: str) -> str | None:
        """The value of a variable; None where it has none, or none that is known."""
        value = self.lookup(name)
        return None if isinstance(value, Missing) else value

    def missing(self, expansion: Expansion[Any]) -> tuple[str, ...]:
        """The arguments without default that a word puts in."""
        return tuple(name for name in expansion.unset if name in self) if expansion.value is None else ()

    def known(self) -> dict[str, str]:
        """All variables that the file sets to values that are known."""
        values = {name: variable.value for name, variable in self.variables().items()}
        return {name: value for name, value in values.items() if not isinstance(value, Missing)}

    def after(self, changes: Iterable[tuple[str, Variable]]) -> Environment:
        """The environment after an instruction. Only the latest moment of a stage goes on."""
        following = self._at(self.moment + 1)
        for name, variable in changes:
            self.changes.setdefault(name, []).append((following.moment, variable))
        return following

    def _at(self, moment: int) -> Environment:
        environment = Environment(self.base)
        environment.below, environment.length, environment.inherited = self.below, self.length, self.inherited
        environment.changes, environment.moment = self.changes, moment
        return environment

    def forked(self) -> Environment:
        """A record of its own with the same values, for another stage that goes on from here."""
        if self.length < max(_LONGEST_CHAIN, self.inherited // _COPIES):
            return Environment(self.base, self)
        return Environment(self.base).after(self.variables().items())


class GlobalArguments:
    """The ARGs before the first FROM, and those that Docker defines itself."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given
        self.declared: dict[str, Value] = {}
        # What a build without further arguments makes of a default that refers to an argument without one.
        self._built: dict[str, str] = {}
        self._relied_on: dict[str, tuple[str, ...]] = {}

    def declare(self, name: str, default: str | None, escape: str) -> Expansion[str] | None:
        """Take in `ARG name=default`; what a build makes of the default, if it looks at it."""
        if name in self.given:
            self.declared[name] = self.given[name]
            return None
        if default is None:
            # An earlier value stays, and so does what Docker sets itself.
            self.declared.setdefault(name, Missing.UNKNOWN if name in PLATFORM_ARGUMENTS else Missing.UNSET)
            return None
        value = expand(default, self.lookup, escape).value
        self.declared[name] = Missing.UNKNOWN if value is None else value
        built = expand(default, self.built, escape)
        self._built.pop(name, None)
        self._relied_on.pop(name, None)
        if value is None and built.as_built is not None:
            self._built[name] = built.as_built
            self._relied_on[name] = self.missing(built)
        return built

    def lookup(self, name: str) -> Value:
        """The value that FROM sees whoever builds; what nobody declares is empty there."""
        if name in self.declared:
            return self.declared[name]
        if name in PLATFORM_ARGUMENTS:
            return self.given.get(name, Missing.UNKNOWN)
        return Missing.ABSENT

    def built(self, name: str) -> Value:
        """The value that FROM sees when the build is given no further arguments."""
        return self._built[name] if name in self._built else self.lookup(name)

    def missing(self, expansion: Expansion[Any]) -> tuple[str, ...]:
        """The arguments without default on which a word relies that was expanded with `built`."""
        own = [name for name in expansion.unset if name in self.declared] if expansion.value is None else []
        inner = [other for name in expansion.names for other in self._relied_on.get(name, ())]
        return tuple(dict.fromkeys([*own, *inner]))

    def inherited(self, name: str) -> Value | None:
        """What an ARG without default takes from here; None if there is nothing."""
        value = self.declared.get(name)
        if isinstance(value, str):
            return value
        return Missing.UNKNOWN if name in _PREDEFINED else value
