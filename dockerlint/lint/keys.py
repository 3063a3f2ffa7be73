"""The table of settings: what each is called, what it takes, and what it is for.

Reading, the JSON Schema, the page of the manual and `--show-settings` all stand on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from dockerlint.lint import kinds
from dockerlint.lint.kinds import Kind, Step, Unfit
from dockerlint.lint.places import Report
from dockerlint.lint.profiles import PROFILES
from dockerlint.lint.registry import Catalogue, UnknownRule
from dockerlint.lint.settings import LIMITS, MOVING_TAGS, ORDERS


class BadSetting(Exception):
    """A key that is not known, or a value that cannot be meant; `steps` lead to its place in the file."""

    def __init__(self, message: str, steps: tuple[Step, ...] = ()) -> None:
        super().__init__(message)
        self.steps = steps


class Key(NamedTuple):
    """One setting. What several places say of one that `adds` counts together, else the nearest place wins.

    A setting that is no rule's concern is read by the run itself; `is_of_rules` are those in `Settings`.
    """

    name: str
    kind: Kind
    default: Any
    about: str
    example: Any
    adds: bool = False
    is_of_rules: bool = False
    # Patterns of paths, which are relative to the file that they stand in.
    is_of_paths: bool = False
    # Names files, which are relative to the file that it stands in.
    is_of_places: bool = False

    @property
    def field(self) -> str:
        """What it is called in `Settings`."""
        return {"label-schema": "labels"}.get(self.name, self.name.replace("-", "_"))

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"DOCKERLINT_{self.name.upper().replace('-', '_')}"

    def read(self, value: Any) -> Any:
        """A value as the program uses it. Raises BadSetting."""
        try:
            return self.kind.read(value)
        except Unfit as error:
            raise self.bad(error.message, error.steps) from error

    def bad(self, why: str, steps: tuple[Step, ...]) -> BadSetting:
        """What is wrong with a value: what it should be, and why it is not."""
        words = self.kind.words.format(key=self.name)
        return BadSetting(f"`{self.name}` is {words}{f': {why}' if why else ''}", (self.name, *steps))

    def check_rules(self, value: Any, catalogue: Catalogue) -> None:
        """Raise BadSetting where a value that was read names a rule that is not in the catalogue."""
        for steps, name in self.kind.rules(value):
            try:
                catalogue.find(name)
            except UnknownRule as error:
                raise self.bad(str(error), steps) from error


_TABLE = (
    Key("extend", kinds.TEXT, None, "another file of settings that this one changes, relative to it.", "../base.toml"),
    Key("profile", kinds.choice(*PROFILES), "default", "which rules speak when none are selected.", "strict"),
    Key("preview", kinds.FLAG, False, "check rules too that are still tried out.", True),
    Key("rules-version", kinds.VERSION, None, "check the rules of this version only.", "0.1"),
    Key("select", kinds.RULES, (), "check these rules in place of the profile's.", ["user", "DL3006"]),
    Key("extend-select", kinds.RULES, (), "check these besides.", ["unpinned-digest"], adds=True),
    Key(
        "ignore",
        kinds.RULES,
        (),
        "leave these out; a code of another linter leaves out what bears it.",
        ["DL3059", "needless-tool"],
        adds=True,
    ),
    Key(
        "plugins",
        kinds.TEXTS,
        (),
        "installed plug-ins whose rules speak too, by the names of their entry points.",
        ["acme"],
        adds=True,
    ),
    Key(
        "rule-files",
        kinds.TEXTS,
        (),
        "files of rules in YAML, relative to this one.",
        ["policy/rules.yaml"],
        adds=True,
    ),
    Key(
        "severity",
        kinds.RULE_SEVERITIES,
        {},
        "how grave rules are: `info`, `warning`, `error`, or `off`.",
        {"root-user": "error", "DL3008": "off"},
        adds=True,
    ),
    Key(
        "per-file-ignores",
        kinds.RULES_OF_EACH,
        {},
        "leave rules out in files that a pattern, as in .gitignore, matches.",
        {"examples/": ["latest-base-image"]},
        adds=True,
        is_of_paths=True,
    ),
    Key(
        "per-stage-ignores",
        kinds.RULES_OF_EACH,
        {},
        "leave rules out in stages with such names; one without a name is called by its number, from 0.",
        {"dev*": ["missing-user"]},
        adds=True,
    ),
    Key(
        "per-service-ignores",
        kinds.RULES_OF_EACH,
        {},
        "leave rules out in services with such names.",
        {"adminer": ["compose_security"]},
        adds=True,
    ),
    Key("min-severity", kinds.choice(*kinds.SEVERITIES), "info", "report from this severity on.", "warning"),
    Key("fail-on", kinds.choice(*kinds.SEVERITIES, "never"), "warning", "exit with 1 from this severity on.", "error"),
    Key(
        "format",
        kinds.REPORTS,
        (Report("full"),),
        "the reports of `check` and `baseline`; `NAME=FILE` goes to a file, told from the file of settings.",
        ["full", "sarif=dockerlint.sarif"],
        is_of_places=True,
    ),
    Key(
        "baseline",
        kinds.PLACE,
        None,
        "where the findings are that are known and left out, told from the file of settings.",
        "dockerlint-baseline.json",
        is_of_places=True,
    ),
    Key("inline-ignores", kinds.FLAG, True, "comments in the files may leave findings out.", False),
    Key("unsafe-fixes", kinds.FLAG, False, "`--fix` applies fixes too that may change what is built or run.", True),
    Key(
        "unfixable",
        kinds.RULES,
        (),
        "`--fix` never applies the fixes of these rules.",
        ["recommended-packages", "DL3020"],
        adds=True,
    ),
    Key("shellcheck", kinds.FLAG, False, "ask ShellCheck, if it is on the PATH, about the scripts too.", True),
    Key(
        "exclude",
        kinds.TEXTS,
        None,
        "leave out files and folders that these patterns, as in .gitignore, match; in place of the folders of tools"
        " (`node_modules`, `.venv` and their like) that are left out anyway.",
        ["vendor/", "/legacy/**/*.Dockerfile"],
        is_of_paths=True,
    ),
    Key(
        "extend-exclude",
        kinds.TEXTS,
        (),
        "leave these out besides.",
        ["third_party/"],
        adds=True,
        is_of_paths=True,
    ),
    Key(
        "force-exclude",
        kinds.FLAG,
        False,
        "leave out what is excluded even where the command line names it, as pre-commit does.",
        True,
    ),
    Key("respect-gitignore", kinds.FLAG, True, "leave out what git ignores.", False),
    Key(
        "development-images",
        kinds.TEXTS,
        (),
        "globs of stages, Dockerfiles and Compose files that never go into production.",
        ["dev", "*.dev.yaml"],
        is_of_rules=True,
    ),
    Key(
        "trusted-registries",
        kinds.TEXTS,
        (),
        "the registries, and paths in them, that images may come from; without any, all may.",
        ["docker.io/library", "ghcr.io/acme", "*.example.com"],
        is_of_rules=True,
    ),
    Key(
        "allowed-images",
        kinds.TEXTS,
        (),
        "globs of images that are used although they are retired.",
        ["openjdk:8*"],
        is_of_rules=True,
    ),
    Key(
        "named-contexts",
        kinds.TEXTS,
        (),
        "what `--build-context` gives a name, and thus is no image.",
        ["shared"],
        is_of_rules=True,
    ),
    Key(
        "extended-support",
        kinds.TEXTS,
        (),
        "what somebody supports beyond its end of life.",
        ["python 3.9"],
        is_of_rules=True,
    ),
    Key(
        "label-schema",
        kinds.LABELS,
        None,
        "which labels images must have (`required`), of what form their values are (`types`), and whether others may"
        " stand there (`strict`).",
        {"required": ["team"], "types": {"version": "semver"}, "strict": False},
        is_of_rules=True,
    ),
    Key("context-size", kinds.SIZE, 100_000_000, "how large a build context may be.", "100 MB", is_of_rules=True),
    Key("file-size", kinds.SIZE, 50_000_000, "how large a file in it may be.", "50 MB", is_of_rules=True),
    Key(
        "require-reason",
        kinds.FLAG,
        False,
        "comments that leave rules out must say why.",
        True,
        is_of_rules=True,
    ),
    Key("squash", kinds.FLAG, False, "images are squashed, so that layers do not count.", True, is_of_rules=True),
    Key(
        "moving-tags",
        kinds.TEXTS,
        MOVING_TAGS,
        "tags that name no version.",
        ["latest", "nightly"],
        is_of_rules=True,
    ),
    Key(
        "host-ports",
        kinds.PORTS,
        (80, 443),
        "ports below 1024 that services may publish.",
        [80, 443, 389],
        is_of_rules=True,
    ),
    Key(
        "limits",
        kinds.choices(*LIMITS),
        LIMITS,
        "what each service must have a limit of.",
        ["memory"],
        is_of_rules=True,
    ),
    Key(
        "order",
        kinds.choices(*ORDERS),
        (),
        "what of a Compose file is sorted, beside its keys: `services` and `depends_on` by name, `ports` by number.",
        ["services"],
        is_of_rules=True,
    ),
)
KEYS: Mapping[str, Key] = {key.name: key for key in _TABLE}


def key_of(name: str) -> Key:
    """The setting of a name. Raises BadSetting with a hint."""
    key = KEYS.get(name)
    if key is None:
        message = f"no setting is called `{name}`{kinds.did_you_mean(name, sorted(KEYS))}"
        raise BadSetting(message, (name,))
    return key
