"""What a `# check=` comment says to Docker's build checks.

https://docs.docker.com/reference/dockerfile/#check
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.dockerfile.arguments import FALSE, TRUE
from dockerlint.dockerfile.errors import DockerfileError, Level
from dockerlint.source import Text

ALL = "all"


class CheckOptions(NamedTuple):
    """Checks to leave out, experimental ones to add (by BuildKit's names, or `all`); whether findings are errors."""

    skip: tuple[Text, ...] = ()
    experimental: tuple[Text, ...] = ()
    error: bool = False

    def skips(self, check: str) -> bool:
        return any(name in (check, ALL) for name in self.skip)


def read_options(value: Text) -> CheckOptions:
    """The options of a directive; what follows a blank is a remark.

    Raises DockerfileError where Docker refuses them.
    """
    options = CheckOptions()
    for part in _parts(value.part(0, len(value.split(maxsplit=1)[0])), ";"):
        key, equals, _ = part.partition("=")
        given = part.part(len(key) + 1, len(part))
        match key.strip():
            case "skip" if equals:
                options = options._replace(skip=tuple(name.trimmed() for name in _parts(given, ",")))
            case "experimental" if equals:
                options = options._replace(experimental=tuple(name.trimmed() for name in _parts(given, ",")))
            case "error" if given.strip() in TRUE | FALSE:
                options = options._replace(error=given.strip() in TRUE)
            case "error":
                raise DockerfileError("`error` is true or false", part, level=Level.PARSE)
            case "" if not part:
                raise DockerfileError("nothing stands behind the last `;`", value, level=Level.PARSE)
            case _:
                message = f"`{part}` is no option of a check: there is `skip=`, `experimental=` and `error=`"
                raise DockerfileError(message, part, level=Level.PARSE)
    return options


def _parts(text: Text, separator: str) -> Iterator[Text]:
    start = 0
    for part in text.split(separator):
        yield text.part(start, start + len(part))
        start += len(part) + len(separator)
