"""Tests that a place belongs to a class of differences: what stands there, and what is known of its stage."""

from __future__ import annotations

import re
from collections.abc import Callable

from benchmarks.sites import Site
from dockerlint.dockerfile.instructions import Arg, Env, Instruction, Onbuild, Run, ShellForm, Transfer, User
from dockerlint.knowledge.images import is_root
from dockerlint.knowledge.packages import RECOMMEND_NOTHING
from dockerlint.knowledge.retired import deprecated
from dockerlint.shell.packages import installer
from dockerlint.shell.risks import hands_on_what_may_fail, refuses_nothing
from dockerlint.shell.script import Command

Test = Callable[[Site], bool]


def says(pattern: str) -> Test:
    """Whether the text of the instruction holds a pattern."""
    return lambda site: re.search(pattern, site.text) is not None


def file_says(pattern: str) -> Test:
    return lambda site: re.search(pattern, site.build.dockerfile.source.text) is not None


def tells(pattern: str) -> Test:
    """Whether our message holds a pattern."""
    return lambda site: re.search(pattern, site.message) is not None


def always(_: Site) -> bool:
    return True


def does_not_ship(site: Site) -> bool:
    return not site.ships


def is_refused(site: Site) -> bool:
    return bool(site.build.dockerfile.errors)


def is_development(site: Site) -> bool:
    return site.stage is not None and site.build.is_development(site.stage)


def has_unknown_base(site: Site) -> bool:
    return not site.has_known_base


# Commands.


def runs(*names: str) -> Test:
    """Whether our finding stands in a command of one of these names, or the RUN has one."""

    def holds(site: Site) -> bool:
        commands = (site.command,) if site.command is not None else site.commands
        return any(command.name in names for command in commands)

    return holds


def is_wrapped(site: Site) -> bool:
    return site.command is not None and bool(site.command.wrappers)


def is_by_path(site: Site) -> bool:
    program = site.command.program if site.command is not None else None
    return program is not None and "/" in program.value


def is_trigger(site: Site) -> bool:
    return isinstance(site.instruction, Onbuild)


def is_by_value(site: Site) -> bool:
    return site.command is not None and site.command.text.startswith("$")


def ends_in_service(site: Site) -> bool:
    """Whether a service is the last that a RUN starts, but for commands that need none."""
    used = [command for command in site.commands if command.name not in ("ln", "rm", "sleep")]
    return bool(used) and used[-1].name == "service" and not used[-1].text.endswith("stop")


def has_script(site: Site) -> bool:
    return any("script" in command.nesting for command in site.commands)


def is_in_script(site: Site) -> bool:
    return site.command is not None and "script" in site.command.nesting


def is_in_exec_form(site: Site) -> bool:
    return site.run is not None and site.run.exec_form is not None


def removes(*managers: str) -> Test:
    """Whether the RUN removes packages again."""
    return lambda site: any(one.manager in managers and one.verb.name == "remove" for one in site.actions)


def upgrades_pip(site: Site) -> bool:
    """Whether what pip is to install without a version are pip itself and the tools that it builds with."""
    installs = [one for one in site.actions if one.manager == "pip" and one.verb.name == "install"]
    names = {str(package.name) for one in installs for package in one.packages if not package.version}
    return bool(names) and names <= {"pip", "setuptools", "wheel", "virtualenv"}


def begins_otherwise(site: Site) -> bool:
    """Whether a RUN does something else before its first `cd`."""
    names = [command.name for command in site.commands]
    return "cd" in names and names.index("cd") > 0


def ends_in_refusal(site: Site) -> bool:
    """Whether a pipe of the RUN ends in a command that takes nothing for a failure."""
    return any(one.is_last_of_pipe and one.pipe_length > 1 and refuses_nothing(one) for one in site.commands)


def has_old_pip(site: Site) -> bool:
    """Whether the pip that the base image's system packages is too old to know `--no-cache-dir`."""
    known = site.build.facts(site.stage) if site.stage is not None else None
    return known is not None and known.distro in _OLD_PIP


_OLD_PIP = frozenset(
    {"debian:squeeze", "debian:wheezy", "debian:jessie", "ubuntu:12.04", "ubuntu:13.10", "ubuntu:14.04"}
)


def recommends_nothing(site: Site) -> bool:
    """Whether what the RUN installs has nothing that it recommends."""
    installs = [one for one in site.actions if one.is_system_install]
    return bool(installs) and all(package.name in RECOMMEND_NOTHING for one in installs for package in one.packages)


def names_release(site: Site) -> bool:
    return any(one.options.has("-t", "--target-release", "--default-release") for one in site.actions)


def only_downloads(site: Site) -> bool:
    return any(one.is_dry_run or one.options.has("-d", "--download-only", "--downloadonly") for one in site.actions)


def names_no_package(*managers: str) -> Test:
    """Whether no install of the RUN names a package: what it names are groups, files, or nothing at all."""

    def holds(site: Site) -> bool:
        installs = [one for one in site.actions if one.manager in managers and one.verb.name == "install"]
        return all(package.is_group or not package.is_literal for one in installs for package in one.packages)

    return holds


# Images.


def is_retired(site: Site) -> bool:
    return site.stage is not None and site.stage.base is not None and deprecated(site.stage.base) is not None


def never_had_latest(site: Site) -> bool:
    return re.match(r"(?:docker\.io/)?phusion/baseimage|mcr\.microsoft\.com/windows/", site.base) is not None


def is_no_reference(site: Site) -> bool:
    """Whether nobody can tell which image is meant, or a stage is."""
    return site.stage is not None and (site.stage.parent is not None or site.stage.base is None)


def copies_from_image(site: Site) -> bool:
    return isinstance(site.written, Transfer) and site.written.origin is not None


# What holds in a stage.


def has_before(kind: type[Instruction]) -> Test:
    """Whether an instruction of a kind stands before it in its chain of stages."""

    def holds(site: Site) -> bool:
        links = site.stage.chain if site.stage is not None else ()
        return any(isinstance(one, kind) and one.start_line < site.line for link in links for one in link.instructions)

    return holds


def starts_nothing(site: Site) -> bool:
    return site.stage not in site.build.runtime_stages


def steps_down(site: Site) -> bool:
    return site.stage is not None and site.build.steps_down(site.stage)


def is_not_last_user(site: Site) -> bool:
    """Whether another USER follows, or the stage is none that the build ends with."""
    return site.stage not in site.build.targets or (
        site.stage is not None and site.stage.state.user is not site.instruction
    )


def is_unknown_user(site: Site) -> bool:
    return site.stage is not None and site.stage.state.user_name is None


def is_root_user(site: Site) -> bool:
    return site.stage is not None and is_root(site.stage.state.user_name) is True


def is_user_by_variable(site: Site) -> bool:
    return isinstance(site.written, User) and "$" in site.written.argument


def has_told_twin(site: Site) -> bool:
    """Whether the other one tells of another instruction of the same kind in the stage."""
    kind, stage = type(site.instruction), site.stage
    return stage is not None and any(
        type(one) is kind and one.start_line in site.told_lines for one in stage.instructions
    )


def is_read_by(*dialects: str) -> Test:
    """Whether a shell of one of these dialects reads the instruction; "sh" and "" where nobody knows which."""
    return lambda site: isinstance(site.written, ShellForm) and site.written.shell.dialect in dialects


def is_windows(site: Site) -> bool:
    return site.stage is not None and site.stage.is_windows


def leaves_services(site: Site) -> bool:
    """Whether services are started into the background, so that the shell does no more than to keep them company."""
    return re.search(r"[^&>]&(?![&>])|\bservice \S+ (?:re)?start\b|/init\.d/\S+ (?:re)?start\b", site.text) is not None


def is_no_secret_for_buildkit(site: Site) -> bool:
    """Whether no name of ENV or ARG has a word for a secret, or those that have one name a file or something public."""
    pairs = site.written.pairs if isinstance(site.written, Env | Arg) else ()
    words = [set(re.split(r"[^a-z]+", str(pair.key).lower())) for pair in pairs]
    return all(not one & _SECRET_WORDS or one & {"file", "public", "version"} for one in words)


# https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/
_SECRET_WORDS = {"apikey", "auth", "credential", "credentials", "key", "passwd", "password", "pword", "secret", "token"}


# Folders.


def cds(site: Site) -> list[Command]:
    return [command for command in site.commands if command.name == "cd"]


def cd(test: Callable[[Command], bool]) -> Test:
    """Whether the first `cd` of the RUN that could count passes a test."""
    return lambda site: any(test(command) for command in cds(site)[:1])


def target(command: Command) -> str:
    return str(command.arguments[0].value) if command.arguments else ""


def is_conditional(command: Command) -> bool:
    return not set(command.nesting) <= {"&&", "||", "group"}


def ends_in_cd(site: Site) -> bool:
    found = cds(site)
    return bool(found) and found[-1] is site.commands[-1]


def has_own_workdir(site: Site) -> bool:
    known = site.build.facts(site.stage) if site.stage is not None else None
    return known is not None and known.workdir not in (None, "/")


def has_unknown_workdir(site: Site) -> bool:
    known = site.build.facts(site.stage) if site.stage is not None else None
    return known is None or known.workdir is None


# Pipes and downloads.


def pipes(site: Site) -> list[Command]:
    return [command for command in site.commands if command.pipe_length > 1 and not command.is_last_of_pipe]


def may_have_pipefail(site: Site) -> bool:
    return bool(pipes(site)) and all(command.pipefail is not False for command in pipes(site))


def cannot_fail(site: Site) -> bool:
    return not any(hands_on_what_may_fail(command) for command in pipes(site))


def is_meant_to_pass(site: Site) -> bool:
    risky = [command for command in pipes(site) if hands_on_what_may_fail(command)]
    return all(command.after == "||" or command.in_condition or "!" in command.nesting for command in risky)


def is_substituted(site: Site) -> bool:
    risky = [command for command in pipes(site) if hands_on_what_may_fail(command)]
    return any("substitution" in command.nesting for command in risky)


def is_removed(*names: str) -> Test:
    """Whether the stage removes a package of the distribution, or may do so by a variable or a virtual package."""

    def holds(site: Site) -> bool:
        layers = site.build.layers_of(site.stage) if site.stage is not None else ()
        actions = [one for layer in layers for one in layer.actions if one.verb.name == "remove"]
        words = [package for one in actions for package in one.packages]
        return any(word.name in names or word.name.startswith(".") or not word.is_literal for word in words)

    return holds


def is_told_in_file(site: Site) -> bool:
    return bool(site.told_lines)


def is_installed(name: str) -> Test:
    """Whether the stage installs a package of the distribution."""

    def holds(site: Site) -> bool:
        layers = site.build.layers_of(site.stage) if site.stage is not None else ()
        actions = [action for layer in layers for action in layer.actions if action.is_system_install]
        return any(package.name == name for action in actions for package in action.packages)

    return holds


def is_busybox(site: Site) -> bool:
    return site.layer is not None and site.layer.dialect == "busybox"


def has_unknown_system(site: Site) -> bool:
    known = site.build.facts(site.stage) if site.stage is not None else None
    return known is None or known.family is None


# RUNs in a row.


def rows(site: Site) -> list[Run]:
    """The RUNs that stand around one without another instruction between them."""
    instructions = list(site.stage.instructions) if site.stage is not None else []
    index = next((number for number, one in enumerate(instructions) if one is site.instruction), None)
    if index is None:
        return []
    first = last = index
    while first > 0 and isinstance(instructions[first - 1], Run):
        first -= 1
    while last + 1 < len(instructions) and isinstance(instructions[last + 1], Run):
        last += 1
    return [one for one in instructions[first : last + 1] if isinstance(one, Run)]


def is_in_told_row(site: Site) -> bool:
    """Whether the other one tells of another RUN of its row."""
    return any(run.start_line in site.told_lines for run in rows(site))


def is_in_cut_row(site: Site) -> bool:
    """Whether a RUN of its row installs from a manifest, or cannot be joined: exec form, flags of its own."""
    return any(
        run.exec_form is not None or run.flags or run.heredocs or any(map(installer, run.commands))
        for run in rows(site)
    )


def is_in_row_of_lists(site: Site) -> bool:
    return any(len(run.commands) > 1 for run in rows(site))
