"""The options of `docker build` and its kin, as far as they say what is built.

https://docs.docker.com/reference/cli/docker/buildx/build/
https://docs.podman.io/en/latest/markdown/podman-build.1.html
"""

from __future__ import annotations

from collections.abc import Iterator

from dockerlint.project.builders import Argument, Given, Told
from dockerlint.shell.options import Options, read_by
from dockerlint.shell.script import Command
from dockerlint.shell.syntax import Syntax, longs
from dockerlint.shell.words import Word

_CLIENT = Syntax(
    "cHl",
    longs("builder config connection context host identity log-level root tlscacert tlscert tlskey url storage-driver"),
    stops=True,
)
_BUILD = Syntax(
    "cfmotv",
    longs(
        "add-host annotation arch attest authfile blkio-weight build-arg build-arg-file build-context builder"
        " cache-from cache-to cache-ttl call cap-add cap-drop cert-dir cgroup-parent cgroupns cpp-flag cpu-period"
        " cpu-quota cpu-shares cpuset-cpus cpuset-mems creds decryption-key device dns dns-option dns-search env"
        " file format from group-add hooks-dir iidfile ignorefile ipc isolation jobs label layer-label logfile"
        " manifest memory memory-swap metadata-file network no-cache-filter os os-feature os-version output pid"
        " platform policy progress provenance retry retry-delay runtime runtime-flag sbom sbom-output secret"
        " security-opt shm-size sign-by ssh tag target timestamp ulimit unsetenv userns variant volume"
    ),
)
_OF_IMAGES = frozenset({"builder", "buildx", "image"})
_VERBS = {
    "docker": frozenset({"build", "b"}),
    "nerdctl": frozenset({"build"}),
    "podman": frozenset({"build"}),
    "buildah": frozenset({"build", "bud", "build-using-dockerfile"}),
}


def build_of(command: Command) -> Options | None:
    """The options of a build; None for a command that builds nothing."""
    verbs = _VERBS.get(command.name)
    if verbs is None:
        return None
    words = read_by(_CLIENT, command.arguments).operands
    if words and words[0].value in _OF_IMAGES:
        words = read_by(_CLIENT, words[1:]).operands
    if not words or words[0].value not in verbs:
        return None
    return read_by(_BUILD, words[1:])


def told_by(program: str, options: Options) -> Told | None:
    """What a program is told to build; None where its Dockerfile or its context is no file of the project."""
    bare = [word for word in options.operands if word.is_literal]
    hidden = [word for word in options.operands if not word.is_literal]
    context = next(iter(bare or hidden), None)
    # `$OPTIONS` may be anything; one word alone, with no other context, can only be the context.
    is_open = len(bare) > 1 or (len(hidden) > 0 if bare else len(hidden) > 1) or not _knows_names(options)
    dockerfile = options.value("-f", "--file")
    if any(word is not None and word.value == "-" for word in (context, dockerfile)):
        return None
    is_lenient = program in ("podman", "buildah")  # no context stands for the folder that they run in
    return Told(
        context=_given(context),
        dockerfile=_given(dockerfile),
        target=_given(options.value("--target")),
        arguments=tuple(_arguments(options)),
        named_contexts=tuple(str(word.value).partition("=")[0] for word in options.values("--build-context")),
        secrets=tuple(secret_id(str(word.value)) for word in options.values("--secret")),
        has_ssh=options.has("--ssh"),
        platforms=tuple(one for word in options.values("--platform") for one in str(word.value).split(",")),
        tags=tuple(str(word.value) for word in options.values("-t", "--tag")),
        is_published=options.has("--push") or any("type=registry" in word.value for word in options.values("--output")),
        is_open=is_open or (context is None and not is_lenient),
        is_lenient=is_lenient,
    )


def _knows_names(options: Options) -> bool:
    """Whether no variable stands for an option itself."""
    return not any("$" in option.name for option in options.options)


def _arguments(options: Options) -> Iterator[Argument]:
    """Build arguments; a name alone hands on a variable of the environment."""
    for word in options.values("--build-arg"):
        name, equals, value = str(word.value).partition("=")
        yield Argument(name, value if equals and word.is_literal else None)


def _given(word: Word | None) -> Given | None:
    if word is None:
        return None
    is_pattern = any(mark in word.value for mark in "*?[{")
    return Given(word.value, str(word.value) if word.is_literal and not is_pattern else None)


def secret_id(written: str) -> str:
    """The id in `type=env,id=token`."""
    pairs = (part.strip().partition("=") for part in written.split(","))
    return next((value for name, equals, value in pairs if name == "id" and equals), written)
