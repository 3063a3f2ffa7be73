"""Tokens of providers, which their form gives away."""

from __future__ import annotations

from dockerlint.knowledge.secrets import find_tokens
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.containers import Stack

from .files import open_env_files
from .values import section_of


class TokenInCompose(Rule[Stack]):
    """A provider's access token stands in a Compose file, or in an env file that git does not ignore.

    Everybody who can read the repository can use it as you would, and it stays in the history after it is removed.
    Machines search public repositories for such tokens and use them within minutes.

    Revoke it first. Then hand its successor over as a secret, or as `${NAME:?}` from a `.env` that git ignores.

    https://docs.docker.com/compose/how-tos/use-secrets/
    """

    severity = Severity.ERROR
    aliases = ("CL-0020", "OWASP-12")
    bad = {
        "=== compose.yaml\nservices:\n  ci:\n    image: acme/ci:1\n    environment:\n      KEY: «AKIA"
        "Z7PQ2MX4RL6WKN3B»\n": None,
        "=== compose.yaml\n# «AKIA" + "Z7PQ2MX4RL6WKN3B»\nservices:\n  ci:\n    image: acme/ci:1\n": None,
        "=== compose.yaml\nservices:\n  ci:\n    image: acme/ci:1\n    command: run --key «AKIA"
        "Z7PQ2MX4RL6WKN3B» x\n": None,
        "=== .git/HEAD\n=== ci.env\nREGION=eu\nKEY=«AKIA"
        "Z7PQ2MX4RL6WKN3B»\n=== compose.yaml\nservices:\n  ci:\n    image: acme/ci:1\n    env_file: ci.env\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  ci:\n    image: acme/ci:1\n    environment:\n      KEY: ${KEY:?}\n",
        "=== compose.yaml\nservices:\n  ci:\n    image: acme/ci:1\n    environment:\n      KEY: AKIAIOSFODNN7EXAMPLE\n",
        "=== compose.yaml\nservices:\n  ci:\n    image: acme/ci:1\n    environment:\n      KEY: AKIAAAAAAAAAAAAAAAAA\n",
        "=== .git/HEAD\n=== .gitignore\n*.env\n=== ci.env\nKEY=AKIA"
        "Z7PQ2MX4RL6WKN3B\n=== compose.yaml\nservices:\n  ci:\n    image: acme/ci:1\n    env_file: ci.env\n",
    )

    def check(self, stack: Stack) -> Findings:
        compose = stack.compose
        files = [file.source for file in open_env_files(stack)]
        for source in (*compose.sources, *files):
            whole = source.slice(0, len(source.text))
            for token in find_tokens(whole):
                place = whole.part(token.start, token.end)
                where = section_of(compose, place.span)
                message = f"{token.title} (`{token.shown}`) stands in {where}"
                help_ = "revoke it, then pass its successor as a secret or from a `.env` that git ignores"
                yield self.finding(place, message, help=help_)
