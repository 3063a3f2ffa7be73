"""Where images come from."""

from __future__ import annotations

from fnmatch import fnmatchcase

from dockerlint.dockerfile.image import DOCKER_HUB, Reference
from dockerlint.dockerfile.instructions import From
from dockerlint.dockerfile.stages import Pull
from dockerlint.knowledge.images import facts
from dockerlint.lint.rule import Findings, Rule, Severity

_MOST_SHOWN = 4


class UntrustedRegistry(Rule[Pull]):
    """An image is pulled from a registry that your team has not named as trusted.

    Whoever runs that registry, or steals an account there, decides what your image consists of.

    Pull the image through a registry that is trusted, or add its prefix to the setting `trusted-registries`. An entry is
    a host, or a host and the beginning of a path: `docker.io/library`, `ghcr.io/acme`. `*` stands for one part, and
    `*.example.com` for every host below that domain; `docker.io` is where images without a host come from. The rule says
    nothing without the setting.

    https://docs.docker.com/build/building/best-practices/#choose-the-right-base-image
    """

    severity = Severity.WARNING
    aliases = ("DL3026", "DF065")
    bad = {
        '=== dockerlint.toml\ntrusted-registries = ["docker.io", "ghcr.io/acme"]\n'
        "=== Dockerfile\nFROM «quay.io/acme/tool:1»": None,
        '=== dockerlint.toml\ntrusted-registries = ["docker.io/library"]\n'
        "=== Dockerfile\nFROM python:3.13\nCOPY --from=«acme/tool:1» /a /a\n"
        "RUN --mount=type=bind,from=«ghcr.io/acme/b:1»,target=/b ls /b": None,
        '=== dockerlint.toml\ntrusted-registries = ["ghcr.io/acme"]\n=== Dockerfile\nFROM «ghcr.io/acme-evil/x:1»': None,
        '=== dockerlint.toml\ntrusted-registries = ["*.example.com"]\n=== Dockerfile\nFROM «example.com/x:1»': None,
    }
    good = (
        "FROM quay.io/acme/tool:1",
        '=== dockerlint.toml\ntrusted-registries = ["docker.io"]\n=== Dockerfile\nFROM python:3.13\nFROM acme/x:1',
        '=== dockerlint.toml\ntrusted-registries = ["*.example.com", "ghcr.io/*/tool/"]\n'
        "=== Dockerfile\nFROM a.b.example.com/x:1\nFROM ghcr.io/acme/tool:1",
        '=== dockerlint.toml\ntrusted-registries = ["ghcr.io"]\n'
        "=== Dockerfile\nARG IMAGE\nFROM $IMAGE AS base\nFROM base\nFROM scratch\nCOPY --from=base /a /a",
        '=== dockerlint.toml\ntrusted-registries = ["ghcr.io"]\nnamed-contexts = ["quay.io/acme/x"]\n'
        "=== Dockerfile\nFROM quay.io/acme/x",
    )

    def check(self, pull: Pull) -> Findings:
        trusted = self.settings.trusted_registries
        reference = pull.reference
        if not trusted or reference is None or pull.name in self.settings.named_contexts or _may_be_a_stage(pull):
            return
        if not any(_covers(entry, reference) for entry in trusted):
            shown = ", ".join(trusted[:_MOST_SHOWN]) + (", ..." if len(trusted) > _MOST_SHOWN else "")
            yield self.finding(pull.written, f"`{reference}` is not from a trusted registry ({shown})")


def _covers(entry: str, reference: Reference) -> bool:
    """Whether an entry is the image's registry, or that and the beginning of its path."""
    wanted = entry.rstrip("/").removeprefix("index.").split("/")
    parts = [reference.registry, *reference.path.split("/")]
    return len(wanted) <= len(parts) and all(
        fnmatchcase(part, pattern) for pattern, part in zip(wanted, parts, strict=False)
    )


def _may_be_a_stage(pull: Pull) -> bool:
    """A bare word after `--from=` may be a misspelt stage, of which other rules speak."""
    reference = pull.reference
    is_bare = reference is not None and reference.registry == DOCKER_HUB and "/" not in reference.name
    return is_bare and not isinstance(pull.instruction, From) and reference is not None and facts(reference) is None
