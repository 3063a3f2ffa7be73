"""Instructions, and what LABEL, ENV, ARG and EXPOSE set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dockerlint.dockerfile.environment import PLATFORM_ARGUMENTS, GlobalArguments
from dockerlint.dockerfile.expansion import Lookup, Missing, expand
from dockerlint.dockerfile.instructions import Arg, Env, Expose, From, Instruction, Label, Pair
from dockerlint.dockerfile.state import ports_of
from dockerlint.lint.policy.facts import NOTHING, UNKNOWN, Fact, One, Several, Table, Thing, one, table
from dockerlint.lint.policy.stages import Written, of_stage, written
from dockerlint.project.build import Build

# Ports of one file that ranges are taken apart into.
_MOST_PORTS = 1 << 16


def of_build(build: Build) -> Iterator[Thing]:
    """Every instruction."""
    for each in written(build):
        instruction = each.instruction
        entries = {
            "keyword": One((instruction.name,), instruction.keyword),
            "text": _text(instruction),
            "flags": _flags(each, build),
            **of_stage(each.stage, build),
        }
        yield Thing(instruction.keyword, Table(entries))


def _text(instruction: Instruction) -> Fact:
    bodies = (str(heredoc.body) for heredoc in instruction.heredocs)
    whole = "\n".join((str(instruction.rest), *bodies))
    return One((whole,), instruction.rest) if whole else NOTHING


def _flags(each: Written, build: Build) -> Fact:
    """The flags by name; one that stands several times has several values."""
    lookup = _lookup(each, build)
    found: dict[str, list[Fact]] = {}
    for place, name, value in each.instruction.flags:
        known = "true" if value is None else expand(value, lookup, each.instruction.escape).value
        found.setdefault(str(name), []).append(one(known, place if value is None else value))
    return table({name: facts[0] if len(facts) == 1 else Several(tuple(facts)) for name, facts in found.items()})


def _lookup(each: Written, build: Build) -> Lookup:
    """What variables are at a place."""
    if each.before is None or isinstance(each.instruction, From):
        return build.dockerfile.argument_before_stages
    return each.before.environment.lookup


def labels(build: Build) -> Iterator[Thing]:
    """Every label that is set."""
    for each in written(build):
        if isinstance(each.instruction, Label):
            lookup = _lookup(each, build)
            for pair in each.instruction.pairs:
                value = one(expand(pair.value or "", lookup, each.instruction.escape).value, pair.value or pair.key)
                yield _pair(each, build, pair, lookup, "key", {"value": value})


def variables(build: Build) -> Iterator[Thing]:
    """Every variable that is set, with the value that the file gives it, whatever a build is told besides."""
    arguments = GlobalArguments({})
    for each in written(build):
        if isinstance(each.instruction, Env | Arg):
            lookup = arguments.lookup if each.before is None else each.before.environment.lookup
            keyword = {"keyword": One((each.instruction.name,))}
            for pair in each.instruction.pairs:
                yield _pair(
                    each, build, pair, lookup, "name", {**keyword, "value": _value(each, pair, lookup, arguments)}
                )
                if each.before is None:
                    arguments.declare(str(pair.key), pair.value, each.instruction.escape)


def _value(each: Written, pair: Pair, lookup: Lookup, arguments: GlobalArguments) -> Fact:
    """A value; an ARG of a stage without one has the default that stands before the first FROM."""
    if pair.value is not None:
        return one(expand(pair.value, lookup, each.instruction.escape).value, pair.value or pair.key)
    default = arguments.declared.get(str(pair.key)) if each.before is not None else None
    if isinstance(default, str):
        return one(default)
    return UNKNOWN if default is Missing.UNKNOWN and str(pair.key) not in PLATFORM_ARGUMENTS else NOTHING


def _pair(each: Written, build: Build, pair: Pair, lookup: Lookup, name: str, entries: Mapping[str, Fact]) -> Thing:
    # Only the names that ARG gives are taken as they stand.
    is_expanded = not isinstance(each.instruction, Arg)
    key = expand(pair.key, lookup, each.instruction.escape).value if is_expanded else str(pair.key)
    return Thing(pair.key, Table({**entries, name: one(key, pair.key), **of_stage(each.stage, build)}))


def ports(build: Build) -> Iterator[Thing]:
    """Every port that is exposed; of ranges beyond all measure the numbers are unknown."""
    left = _MOST_PORTS
    for each in written(build):
        if not isinstance(each.instruction, Expose) or each.before is None:
            continue
        for port in ports_of(each.instruction, each.before):
            numbers = range(port.first, port.last + 1)
            is_known = 0 < len(numbers) <= left
            left -= len(numbers) if is_known else 0
            rest = {"protocol": One((port.protocol,)), **of_stage(each.stage, build)}
            for number in numbers if is_known else (None,):
                known = None if number is None else str(number)
                yield Thing(port.written, Table({"number": one(known, port.written), **rest}))
