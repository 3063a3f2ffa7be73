"""What is in force when the container runs: the last ENV, and what the services change."""

from __future__ import annotations

from dockerlint.dockerfile.instructions import Env, Pair
from dockerlint.dockerfile.stages import Stage
from dockerlint.project.build import Build


def last_pairs(stage: Stage) -> dict[str, tuple[Pair, str]]:
    """The ENV pairs in force at the end of a stage, with their values where these are literal."""
    pairs: dict[str, tuple[Pair, str]] = {}
    for link in stage.chain:
        for step in link.steps:
            if isinstance(step.instruction, Env):
                for pair in step.instruction.pairs:
                    if pair.value is not None and "$" not in pair.value:
                        pairs[pair.name] = (pair, str(step.instruction.unquoted(pair.value)))
                    else:
                        pairs.pop(pair.name, None)
    return pairs


def is_replaced(build: Build, stage: Stage) -> bool:
    """Whether every service that runs the stage brings a command of its own."""
    services = build.services_of(stage)
    return bool(services) and all(service.command or service.entrypoint for service in services)


def set_by_services(build: Build, stage: Stage, name: str) -> bool:
    """Whether every service that runs the stage gives the variable a value of its own."""
    services = build.services_of(stage)
    return bool(services) and all(any(entry.name == name for entry in service.environment) for service in services)
