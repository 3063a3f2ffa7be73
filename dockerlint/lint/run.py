"""A whole run: files in, findings out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dockerlint.dockerfile.stages import Dockerfile, Options
from dockerlint.knowledge.base_images import base_image
from dockerlint.lint.beside import beside_build, beside_stack
from dockerlint.lint.engine import Engine, Failure, arranged, place_of
from dockerlint.lint.finding import Finding, Problem, Region
from dockerlint.lint.fingerprints import enclosing_keys
from dockerlint.lint.reading import read_source, source_or_none
from dockerlint.lint.risk import weighed
from dockerlint.lint.rule import AnyRule
from dockerlint.lint.scopes import Scopes
from dockerlint.lint.selection import Selection
from dockerlint.lint.settings import Settings
from dockerlint.pragmas import may_hold_pragma
from dockerlint.project.build import Build
from dockerlint.project.build_places import build_place
from dockerlint.project.builders import BuildOrder
from dockerlint.project.compose_files import ComposeFiles, ComposeSet
from dockerlint.project.discovery import Found
from dockerlint.project.exposure import Exposure, of_build, of_line, of_place
from dockerlint.project.files import NO_TEXTS, Files, Texts, as_typed, is_below
from dockerlint.project.project import Project, companions, root_of
from dockerlint.source import EmbeddedSource, Source, Span

if TYPE_CHECKING:
    from dockerlint.lint.suppression import Suppression
    from dockerlint.project.containers import Stack

# Starting processes pays from about this many Dockerfiles on.
_WORTH_PROCESSES = 64

Progress = Callable[[int], None]


class CannotRun(Exception):
    """What a request asks for is not there."""


class Result(NamedTuple):
    """What a run found, and what it could not check.

    `suppressed` is what pragmas ask to leave out, `known` what a baseline has, `added_rules` those beside our own.
    """

    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    files: tuple[str, ...]
    suppressed: tuple[Finding, ...] = ()
    known: tuple[Finding, ...] = ()
    added_rules: tuple[AnyRule, ...] = ()


class _Checked(NamedTuple):
    findings: list[Finding]
    problems: list[Problem]
    suppressed: Sequence[Finding] = ()
    suppressions: Sequence[Suppression] = ()


# Kinds of errors of a Compose file that a rule reports, with its page and a place to ignore it.
_SAID_BY_RULES = frozenset(
    {
        *("interpolation", "missing-file", "mount", "port"),
        *("undefined", "cycle", "missing-image", "conflict", "repeated-name"),
        *("empty-key", "first-format", "repeated-item", "repeated-key", "unknown-key", "value", "wrong-type"),
    }
)

# A build that is told nothing, on base images of which something is known.
KNOWING_IMAGES = Options(base_images=base_image)


class Request(NamedTuple):
    """What to check, and how.

    `options` are what the builds are told; `texts` stand in for what files have on disk;
    `shellcheck` says whether ShellCheck is asked about the scripts, `inline_ignores` whether comments in the files may
    leave findings out, `scopes` where rules do not speak. `neighbours` are files that are checked otherwise, and may
    still say how these are built. Of all that `folders` hold the files to check are told.
    """

    files: tuple[Found, ...]
    selection: Selection
    settings: Settings
    options: Options = KNOWING_IMAGES
    texts: Texts = NO_TEXTS
    shellcheck: bool = False
    inline_ignores: bool = True
    scopes: Scopes = Scopes()
    neighbours: tuple[Found, ...] = ()
    folders: tuple[str, ...] = ()


class Run(NamedTuple):
    """What a run found before its comments are judged, for which other runs may have had a use."""

    runner: _Runner
    checked: Sequence[_Checked]

    @property
    def suppressions(self) -> list[Suppression]:
        return [suppression for one in self.checked for suppression in one.suppressions]

    def judged(self, elsewhere: Sequence[Suppression] = ()) -> Result:
        """All that it has to tell, given what comments did elsewhere."""
        findings = [finding for one in self.checked for finding in one.findings]
        findings += self.runner.check_suppressions(self.suppressions, elsewhere)
        problems = [problem for one in self.checked for problem in one.problems] + self.runner.failures(".")
        return Result(
            tuple(arranged(findings)),
            tuple(sorted(problems)),
            tuple(file.path for file in self.runner.request.files),
            tuple(arranged(finding for one in self.checked for finding in one.suppressed)),
            added_rules=self.runner.request.selection.catalogue.added_rules,
        )


def run(request: Request, progress: Progress | None = None) -> Result:
    """Check all files of a request. Raises CannotRun."""
    return start(request, progress).judged()


def start(request: Request, progress: Progress | None = None) -> Run:
    """Check all files of a request, on all processors where there are many. Raises CannotRun."""
    runner = _Runner(request)
    checked: list[_Checked] = []
    for done, one in enumerate(_each(runner), 1):
        checked.append(one)
        if progress is not None:
            progress(done)
    return Run(runner, [*checked, runner.check_build_files()])


class Survey(NamedTuple):
    """A run together with the models that it looked at."""

    result: Result
    builds: tuple[Build, ...]
    stacks: tuple[Stack, ...]


def survey(request: Request) -> Survey:
    """Check all files of a request in this process, and keep what is known of them."""
    runner = _Runner(request)
    runner.read_compose_files()
    checked = Run(runner, [*map(runner.check, request.files), runner.check_build_files()])
    return Survey(checked.judged(), tuple(runner.builds), tuple(runner.stacks))


def tied(request: Request) -> list[frozenset[Found]]:
    """The Compose projects of a request, each with all files of it and the Dockerfiles that it builds.

    What is found in one of these files may depend on the others; all other files stand alone.
    """
    runner = _Runner(request)
    runner.read_compose_files()
    return [runner.ties_of(file.path) for file in request.files if file.kind == "compose"]


def _each(runner: _Runner) -> Iterator[_Checked]:
    runner.read_compose_files()
    runner.ask_shellcheck()
    files = runner.request.files
    workers = os.cpu_count() or 1
    if workers < 2 or sum(file.kind == "dockerfile" for file in files) < _WORTH_PROCESSES:
        yield from map(runner.check, files)
        return
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 (slow to import, seldom needed)

    with ProcessPoolExecutor(workers, initializer=_start_worker, initargs=(runner,)) as pool:
        yield from pool.map(_check_in_worker, files, chunksize=16)


_worker: list[_Runner] = []


def _start_worker(runner: _Runner) -> None:
    _worker[:] = [runner]


def _check_in_worker(file: Found) -> _Checked:
    return _worker[0].check(file)


class _Runner:
    def __init__(self, request: Request) -> None:
        self.request = request._replace(settings=request.settings._replace(muted=request.selection.ignored_codes))
        self.projects: dict[Path, Project] = {}
        self._compose_files: dict[Path, ComposeFiles] = {}
        self._requested = {file.path for file in request.files}
        self._unread: dict[str, Problem] = {}
        self._engines: list[Engine] = []
        self._catalogue = request.selection.catalogue
        self.builds: list[Build] = []
        self.stacks: list[Stack] = []
        self._checked_stacks: dict[ComposeSet, _Checked] = {}
        self._said_by_shellcheck: dict[str, list[Finding]] = {}

    def read_compose_files(self) -> None:
        """Read every Compose file that is checked or that may build what is checked."""
        by_root: dict[Path, set[str]] = {}
        for file in self.request.files:
            root = root_of(file.path)
            paths = by_root.setdefault(root, set())
            if file.kind == "compose":
                paths.add(file.path)
        for file in self.request.neighbours:
            if file.kind == "compose" and root_of(file.path) in by_root:
                by_root[root_of(file.path)].add(file.path)
        self._add_companions(by_root)
        for root, paths in by_root.items():
            files = self._compose_files[root] = ComposeFiles(str(root), self._source_or_none)
            composes = dict(files.project_of(path) for path in sorted(paths))
            known = [compose for compose in composes.values() if compose is not None]
            images = self.request.settings.development_images
            self.projects[root] = Project(root, known, images, texts=self.request.texts)

    def ties_of(self, path: str) -> frozenset[Found]:
        """The files of the project that a Compose file belongs to, with the Dockerfiles that it builds."""
        files, compose = self._compose_files[root_of(path)].project_of(path)
        composes = {path, *files.paths, *(source.path for source in (compose.sources if compose is not None else ()))}
        places = [build_place(compose, service) for service in compose.services] if compose is not None else []
        dockerfiles = {str(as_typed(place.dockerfile)) for place in places if place is not None}
        return frozenset(
            [*(Found(one, "compose") for one in composes), *(Found(one, "dockerfile") for one in dockerfiles)]
        )

    def _add_companions(self, by_root: dict[Path, set[str]]) -> None:
        known = {os.path.abspath(path) for paths in by_root.values() for path in paths}  # noqa: PTH100
        folders: set[str] = set()
        for file in self.request.files:
            folder = os.path.dirname(file.path)  # noqa: PTH120 (strings: this is asked for every file)
            if file.kind == "dockerfile" and file.path != "-" and folder not in folders:
                folders.add(folder)
                root = root_of(file.path)
                by_root[root] |= {path for path in companions(file.path, str(root)) if path not in known}

    def _source_or_none(self, path: str) -> Source | None:
        source = self._source(path)
        if isinstance(source, Problem):
            self._unread[path] = source
            return None
        return source

    def ask_shellcheck(self) -> None:
        """Let ShellCheck see all scripts at once. Raises CannotRun."""
        if not self.request.shellcheck:
            return
        from dockerlint.lint import shellcheck  # noqa: PLC0415 (only who asks for it needs it)

        sources = (self._source(file.path) for file in self.request.files if file.kind == "dockerfile")
        dockerfiles = (Dockerfile(one, self.request.options) for one in sources if isinstance(one, Source))
        ignores = self.request.selection.ignores_code
        try:
            said = shellcheck.check(dockerfiles)
        except shellcheck.ShellcheckError as error:
            raise CannotRun(str(error)) from error
        for path, findings in said.items():
            self._said_by_shellcheck[path] = [one for one in findings if not ignores(one.aliases[0])]

    def check(self, file: Found) -> _Checked:
        try:
            checked = self._check_compose(file) if file.kind == "compose" else self._check_dockerfile(file)
        except Exception as error:
            message = f"internal error, please report it: {type(error).__name__} at {place_of(error)}: {error}"
            return _Checked([], [Problem(file.path, 1, 1, message)])
        return checked._replace(problems=[*checked.problems, *self.failures(file.path)])

    def failures(self, path: str) -> list[Problem]:
        """Which rules have broken down over a file."""
        failures = [failure for engine in self._engines for failure in engine.take_failures()]
        return [Problem(path, 1, 1, message) for message in dict.fromkeys(map(self._told, failures))]

    def _told(self, failure: Failure) -> str:
        rule, place, error = failure
        owner = f" of `{rule.chapter}`" if rule.chapter in self._catalogue.added_chapters else ", please report it"
        return f"the rule `{rule.name}`{owner} broke down: {type(error).__name__} at {place}: {error}"

    def _check_dockerfile(self, file: Found) -> _Checked:
        source = self._source(file.path)
        if isinstance(source, Problem):
            return _Checked([], [source])
        dockerfile = Dockerfile(source, self.request.options)
        path = None if file.path == "-" else Path(file.path)
        build = self.projects[root_of(file.path)].build(dockerfile, path)
        self.builds.append(build)
        findings = self._dockerfile_engine.check_build(build)
        said = self._said_by_shellcheck.get(file.path)
        if said:
            from dockerlint.lint.shellcheck import without_doubles  # noqa: PLC0415

            findings += without_doubles(said, findings)
        findings = [weighed(finding, _exposure_of_build(build, finding.region)) for finding in findings]
        left = partial(self.request.scopes.of_build, build)
        beside = self._beside(root_of(file.path), partial(beside_build, build))
        is_told = any(map(may_hold_pragma, dockerfile.comments)) or dockerfile.check_options.skip
        if not is_told and not beside and all(finding.region.path == dockerfile.path for finding in findings):
            return _Checked(self.request.selection.judged(left(findings)), [])
        return self._sifted(
            findings, self._catalogue.dockerfile_chapters, {**beside, dockerfile.path: [dockerfile]}, left
        )

    def _beside(self, root: Path, read: Callable[[Files], Iterable[Source]]) -> dict[str, list[Dockerfile | Source]]:
        """The files beside what is checked that ask for something, where all that may need that is checked, too."""
        if not self.request.inline_ignores or not self._is_whole(root):
            return {}
        return {source.path: [source] for source in read(self.projects[root].files) if may_hold_pragma(source.text)}

    def _is_whole(self, root: Path) -> bool:
        is_usual = self.request.options.target is None
        return is_usual and any(is_below(str(root), os.path.abspath(folder)) for folder in self.request.folders)  # noqa: PTH100

    def _sifted(
        self,
        findings: list[Finding],
        chapters: Sequence[str],
        own: Mapping[str, Sequence[Dockerfile | Source]],
        left: Callable[[list[Finding]], list[Finding]],
    ) -> _Checked:
        """The findings without those that comments leave out, in `own` files and in others where findings stand.

        What the settings have `left` is asked afterwards: a comment has done something where they would have too.
        """
        selection = self.request.selection
        if not self.request.inline_ignores:
            return _Checked(selection.judged(left(findings)), [])
        from dockerlint.lint.suppression import Words, pragmas_of_paths, sift  # noqa: PLC0415 (seldom needed)

        words = Words(selection, chapters, self.request.settings.as_of)
        sifted = sift(findings, own, pragmas_of_paths(own, partial(source_or_none, texts=self.request.texts)), words)
        return _Checked(selection.judged(left(sifted.kept)), [], sifted.suppressed, sifted.suppressions)

    def check_suppressions(
        self, suppressions: Sequence[Suppression], elsewhere: Sequence[Suppression] = ()
    ) -> list[Finding]:
        """What is wrong with comments that ask to leave findings out, after all files are checked."""
        if not suppressions:
            return []
        from dockerlint.lint.suppression import merged  # noqa: PLC0415

        found = self._dockerfile_engine.check_suppressions(merged(suppressions, elsewhere))
        return self.request.selection.judged(self.request.scopes.of_files(found))

    def check_build_files(self) -> _Checked:
        """What the build files around those that are checked say of files that are not there."""
        found: list[Finding] = []
        for root, project in self.projects.items():
            own = (file.path for file in self.request.files if file.path != "-" and root_of(file.path) == root)
            folders = {os.path.dirname(path): path for path in own}  # noqa: PTH120 (strings: asked for every file)
            links = {id(link): link for path in folders.values() for link in project.links_around(Path(path))}
            for link in links.values():
                threat = Exposure.DEVELOPMENT if link.is_development else Exposure.BUILD
                findings = self._dockerfile_engine.check_order(BuildOrder(link, project.files))
                found += [weighed(finding, threat) for finding in findings]
        if not found:
            return _Checked([], [])
        return self._sifted(found, self._catalogue.dockerfile_chapters, {}, self.request.scopes.of_files)

    def _check_compose(self, file: Found) -> _Checked:
        """What is told of a project with one of its files: each of those asked for has its own findings."""
        root = root_of(file.path)
        files, compose = self._compose_files[root].project_of(file.path)
        if compose is None or file.path in self._unread:
            return _Checked([], [self._unread[file.path]])
        if files not in self._checked_stacks:
            self._checked_stacks[files] = self._check_stack(self.projects[root].stack(compose))
        checked = self._checked_stacks[files]
        is_first = file.path == next(path for path in files.paths if path in self._requested)

        def is_told_here(path: str) -> bool:
            if path == file.path or files.added is not None:
                return path == file.path
            return is_first and not (path in files.paths and path in self._requested)

        return _Checked(
            [finding for finding in checked.findings if is_told_here(finding.region.path)],
            [problem for problem in checked.problems if is_told_here(problem.path)],
            [finding for finding in checked.suppressed if is_told_here(finding.region.path)],
            [one for one in checked.suppressions if is_told_here(one.pragma.comment.source.path)],
        )

    def _check_stack(self, stack: Stack) -> _Checked:
        self.stacks.append(stack)
        unsaid = (error for error in stack.compose.errors if error.is_certain and error.kind not in _SAID_BY_RULES)
        problems = [_problem(error.span, error.message) for error in unsaid]
        findings = self._compose_engine.check_stack(stack)
        own: dict[str, list[Dockerfile | Source]] = {
            **self._beside(stack.files.root, partial(beside_stack, stack)),
            **{source.path: [source] for source in stack.compose.sources},
        }
        for container in stack.containers:
            source = container.build.dockerfile.source if container.build is not None else None
            if container.build is not None and isinstance(source, EmbeddedSource):
                found = self._dockerfile_engine.check_build(container.build)
                findings += (_embedded(finding, source) for finding in found)
                own.setdefault(source.path, []).append(container.build.dockerfile)
        if len(stack.compose.trees) > 1:
            from dockerlint.lint.merged_fixes import without_torn_fixes  # noqa: PLC0415 (only projects of several files)

            findings = without_torn_fixes(findings, stack.compose)
        sources = {source.path: source for source in stack.compose.sources}
        keys = {path: enclosing_keys(source) for path, source in sources.items()} if findings else {}
        weighted = [_placed(finding, stack, sources, keys) for finding in findings]
        left = partial(self.request.scopes.of_stack, stack)
        return self._sifted(weighted, self._catalogue.compose_chapters, own, left)._replace(problems=problems)

    @cached_property
    def _dockerfile_engine(self) -> Engine:
        return self._engine_of(self.request.selection.dockerfile_rules())

    @cached_property
    def _compose_engine(self) -> Engine:
        return self._engine_of(self.request.selection.compose_rules())

    def _engine_of(self, rules: Iterable[AnyRule]) -> Engine:
        engine = Engine(rules, self.request.settings)
        self._engines.append(engine)
        return engine

    def _source(self, path: str) -> Source | Problem:
        return read_source(path, self.request.texts)


def _exposure_of_build(build: Build, region: Region) -> Exposure:
    is_own = region.path == build.dockerfile.path
    return of_line(build, region.line) if is_own else of_build(build)


def _placed(finding: Finding, stack: Stack, sources: dict[str, Source], keys: dict[str, list[str]]) -> Finding:
    """A finding of a Compose project with what it stands in, and how open that is."""
    region = finding.region
    source = sources.get(region.path)
    if source is None:
        return weighed(finding, of_place(stack, region.path, 0))
    offset = source.line_starts[region.line - 1] + region.column - 1
    return weighed(finding, of_place(stack, region.path, offset))._replace(within=keys[region.path][region.line - 1])


def _embedded(finding: Finding, source: EmbeddedSource) -> Finding:
    """A finding in a Dockerfile that stands in a Compose file: its fix must not add lines, whose indentation counts."""
    edits = finding.fix.edits if finding.fix is not None else ()
    is_within_lines = all(edit.region.line == edit.region.end_line and "\n" not in edit.replacement for edit in edits)
    return finding if is_within_lines and source.is_block else finding._replace(fix=None)


def _problem(span: Span, message: str) -> Problem:
    region = Region.of(span)
    return Problem(region.path, region.line, region.column, message)
