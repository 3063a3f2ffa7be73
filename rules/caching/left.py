"""What the rules about leftovers of package managers share: what is left, and where it is said."""

from __future__ import annotations

from dockerlint.dockerfile.caches import CacheState, cache_states
from dockerlint.knowledge.images import is_root
from dockerlint.project.layers import Layer
from dockerlint.shell.packages import PackageAction
from dockerlint.source import Text

# Variables of such names hold options rather than packages.
_OPTION_NAMES = ("OPT", "ARG", "FLAG", "PARAM")


def is_judged(layer: Layer) -> bool:
    """Whether the layer is part of an image that somebody runs, and read to its end."""
    return layer.ships and not layer.script.is_broken


def is_lasting(layer: Layer) -> bool:
    """Whether the layer is judged, and its image is not one to develop or test in."""
    return is_judged(layer) and not layer.build.is_development(layer.stage)


def left(layer: Layer, action: PackageAction) -> tuple[str, ...]:
    """The folders of an action's caches that stay in the layer, if all of them do."""
    if action.is_dry_run or may_hold_options(action):
        return ()
    states = cache_states(layer.run, layer.commands, action, layer.before.environment)
    return tuple(states) if all(state is CacheState.LEFT for state in states.values()) else ()


def may_hold_options(action: PackageAction) -> bool:
    """Whether a variable in the command may stand for options that nobody knows: `$PIP_OPTS`."""
    words = (word.value for word in action.command.arguments if not word.is_literal and word.value.startswith("$"))
    return any(name in word.upper() for word in words for name in _OPTION_NAMES)


def written(action: PackageAction) -> str:
    """The action as a message names it: `apt-get install`."""
    return f"{action.manager} {action.verb.written}".strip()


def place_of(action: PackageAction) -> Text:
    """The words from the program to the verb; the whole command where they do not stand in one place."""
    program, verb = action.command.program, action.verb.text
    if program is None:
        return action.command.text
    end = program.value.end if verb is None else verb.end
    if program.is_expanded or not program.value.start < end <= action.command.text.end:
        return action.command.text
    return program.value.source.slice(program.value.start, end)


def by_same_user(action: PackageAction, command: str) -> str:
    """A command that cleans up behind an action, as the user whom the action runs as."""
    return f"sudo {command}" if "sudo" in action.command.wrappers else command


def is_certain_to_run(action: PackageAction) -> bool:
    """Whether what stands at the end of the script finds the tool as the action did."""
    return set(action.command.nesting) <= {"&&"}


def at_home(layer: Layer, folder: str) -> str:
    """A folder with the home of the layer's user, if that is root."""
    user = layer.before.user_name
    if layer.before.user is None:
        known = layer.build.facts(layer.stage)
        user = known.default_user if known is not None else None
    return folder.replace("~", "/root", 1) if is_root(user) else folder
