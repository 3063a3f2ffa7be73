"""Why dockerlint's rules and BuildKit's build checks differ: classes of places, as in `differences_dl`.

The record was made with base images that set nothing, so BuildKit knows less there than in a real build.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from benchmarks import reasons as r
from benchmarks import shell_reasons as s
from benchmarks.differences_dl import Class, Table
from benchmarks.sites import Site
from dockerlint.dockerfile.instructions import Arg, Cmd, Expose, Instruction, KeyValues, Label, Run, Volume
from dockerlint.knowledge.environment import names_of_images
from dockerlint.shell.script import Script
from dockerlint.shell.tree import Simple


def classes(site: Site) -> Iterator[Class]:
    if site.is_ours:
        yield "ours: BuildKit does not look into ONBUILD", r.is_trigger
    yield from (OURS_ONLY if site.is_ours else BUILDKIT_ONLY).get(site.code, ())


def _is(*kinds: type[Instruction]) -> r.Test:
    return lambda site: isinstance(site.written, kinds)


def _has_empty_line_above(site: Site) -> bool:
    return site.instruction is not None and not site.build.dockerfile.source.text.split("\n")[site.line - 2].strip()


# Start commands in shell form.


def _script(site: Site) -> Script | None:
    text = s.text_of(site)
    return text.script if text is not None else None


def _has_one_command(site: Site) -> bool:
    script = _script(site)
    return script is not None and len(script.statements) == 1 and len(script.statements[0].pipeline.commands) == 1


def _needs_shell(site: Site) -> bool:
    """Whether variables, several commands, redirections or the like stand there."""
    script = _script(site)
    if script is None or not _has_one_command(site):
        return True
    command = script.statements[0].pipeline.commands[0]
    if not isinstance(command, Simple):
        return True
    return bool(command.assignments or command.redirections) or any(mark in site.text for mark in "$`*?~")


def _replaces_itself(site: Site) -> bool:
    """Whether the shell is one that the last command takes the place of."""
    return s.dialect("bash", "busybox")(site) and _needs_shell(site)


def _is_misread(site: Site) -> bool:
    return isinstance(site.written, Cmd) and site.stage is not None and site.stage.entrypoint is not None


def _has_shell_of_base(site: Site) -> bool:
    known = site.build.facts(site.stage) if site.stage is not None else None
    return known is not None and bool(known.shell)


def _ends_or_prompts(site: Site) -> bool:
    script = _script(site)
    return script is not None and bool(script.commands) and script.commands[-1].name in _NO_SERVICE


_NO_SERVICE = ("bash", "sh", "echo", "set", ".", "source", "")


# Variables.


def _name(site: Site) -> str:
    match = re.search(r"\$(\w+)", site.message)
    return match[1] if match is not None else ""


def _is_own_default(site: Site) -> bool:
    pairs = site.written.pairs if isinstance(site.written, Arg) else ()
    return any(pair.key == _name(site) for pair in pairs)


def _is_of_same_instruction(site: Site) -> bool:
    """Whether a pair of the instruction sets it, and another reads it."""
    name = _name(site)
    pairs = site.written.pairs if isinstance(site.written, KeyValues) else ()
    readers = [pair for pair in pairs if re.search(rf"\$\{{?{name}\b", pair.value or "")]
    return any(pair.key == name for pair in pairs) and any(pair.key != name for pair in readers)


def _is_set_by_base(site: Site) -> bool:
    return site.stage is not None and _name(site) in site.stage.state.environment.base.variables


def _is_of_image(site: Site) -> bool:
    """Whether some image sets a variable of the name, so that an old or a later version of this one may."""
    return _name(site) in names_of_images()


def _is_official(site: Site) -> bool:
    known = site.build.facts(site.stage) if site.stage is not None else None
    return known is not None and known.official


def _is_declared_elsewhere(site: Site) -> bool:
    """Whether an ARG stands before the first FROM, or in another stage."""
    arguments = [one for one in site.build.dockerfile.instructions if isinstance(one, Arg)]
    return any(pair.key == _name(site) for one in arguments for pair in one.pairs)


BUILDKIT_ONLY: Table = {
    "InvalidDefinitionDescription": (
        ("ours: an empty line separates the comment, as Docker's manual advises", _has_empty_line_above),
        ("ours: the comment is a line, an instruction that is switched off or a pragma", r.always),
    ),
    "JSONArgsRecommended": (
        ("ours: `exec` puts the program in the shell's place", r.says(r"\bexec\s")),
        ("ours: bash and busybox let the last command take their place", _replaces_itself),
        ("ours: an ENTRYPOINT makes arguments of it or ignores it, of which another rule tells", _is_misread),
        ("ours: a shell or a command that ends at once, which heeds no SIGTERM", _ends_or_prompts),
        ("ours: the base image has a SHELL, which the record was made without", _has_shell_of_base),
        ("ours: nobody knows whether /bin/sh lets the last command take its place", s.dialect("sh", "")),
        (
            "ours: it starts what runs in the background, which exec form cannot",
            r.says(r"\bservice\s|init\.d/|&(?:\s|$)|cron|\bstart\b"),
        ),
    ),
    "UndefinedVar": (
        ("ours: `ARG X=${X:-1}` is `ARG X=1`", _is_own_default),
        ("same: env-uses-itself tells of it, unless the base image may set it", _is_of_same_instruction),
        ("same: arg-out-of-scope tells of it, unless the base image may set it", _is_declared_elsewhere),
        ("ours: the base image sets it, which the record was made without", _is_set_by_base),
        ("ours: nobody knows what the base image sets", lambda site: not _is_official(site)),
        ("ours: some version of the base image may set it", _is_of_image),
        ("theirs: of old versions of an official image we do not know that they set no such variable", r.always),
    ),
    "WorkdirRelativePath": (
        ("ours: a path of Windows", r.says(r"(?i)[A-Z]:\\|GOPATH$")),
        ("ours: the base image sets it, which the record was made without", r.says(r"\$")),
    ),
}

OURS_ONLY: Table = {
    "ExposeProtoCasing": (("ours: a port that is exposed twice, which BuildKit does not look for", _is(Expose)),),
    "JSONArgsRecommended": (("ours: a broken array, which BuildKit takes for words", _is(Volume, Run)),),
    "SecretsUsedInArgOrEnv": (
        ("ours: BuildKit looks at ARG and ENV alone", _is(Label)),
        ("ours: BuildKit knows fewer names (PASS, PWD, PAT, DSN, ...)", r.always),
    ),
    "UndefinedVar": (("ours: BuildKit does not look into RUN", _is(Run)),),
}
