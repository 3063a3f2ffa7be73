"""What holds when a Python program starts: which debuggers are on, which servers run."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Set
from typing import NamedTuple

from dockerlint.application.debug import ATTRIBUTED, RUNNERS, Selection, Switch
from dockerlint.application.literals import Variable
from dockerlint.application.logs import LogFile
from dockerlint.application.python import Module, Star
from dockerlint.application.servers import METHODS, Server
from dockerlint.application.start import Start
from dockerlint.application.values import Where

_HOPS = 6
"""How often a name may be imported on before it is given up."""


# Packages that take variables from a `.env` that may be in the image.
_READ_FILES = frozenset({"dotenv", "decouple", "environs", "environ", "pydantic_settings", "dynaconf"})


class Owner(NamedTuple):
    """A name at the top level of the module where it is bound."""

    path: str
    name: str


class Program:
    """The modules that a start reaches, by the paths they were read from, the started one first."""

    def __init__(
        self,
        start: Start,
        path: str | None,
        modules: Mapping[str, Module],
        links: Mapping[str, Mapping[str, str]],
        settings: str | None,
        unreadable: Set[str],
    ) -> None:
        self.start = start
        self.path = path
        """The file that is started; None if it was not found."""
        self.modules = modules
        self.settings = settings
        """The path of Django's settings module."""
        self._links = links
        self._unreadable = unreadable
        self._reached: dict[Owner, bool | None] = {}
        self._settled: dict[Owner, Switch | None] = {}
        self._reach()

    @property
    def main(self) -> str | None:
        """The file that is run as `__main__`."""
        return self.path if self.start.is_main else None

    def runs(self, path: str, where: Where) -> bool | None:
        """Whether the program comes by a place when it starts; None if that depends on what is not known."""
        if where.in_main and path != self.main:
            return False
        reached = self._reached.get(Owner(path, where.function), False)
        return reached and (where.is_certain or None)

    def debug(self) -> list[Switch]:
        """All switches that are on, as far as the source decides, and that nothing turns off later."""
        found = [*self._applications(), *self._django_settings(), *self._production_classes()]
        return list({(switch.place.source.path, switch.place.start): switch for switch in found}.values())

    def log_files(self) -> Iterator[LogFile]:
        """Give the files that surely take what the program logs, if no console does."""
        if any(module.may_log_to_console for module in self.modules.values()):
            return
        for path, module in self.modules.items():
            if not _is_development(path):
                yield from (file for file in module.log_files if self.runs(path, file.where))

    def servers(self) -> Iterator[Server]:
        """Give the servers that are started, surely or perhaps (`where.is_certain`), with their framework."""
        named = self._names_server()
        for path, module in self.modules.items():
            for server in module.servers:
                runs = self.runs(path, server.where)
                known = None if runs is False else self._known(path, server)
                if known is None or self._ignores(known.framework):
                    continue
                if named and known.host_place is None and known.framework in {"flask", "quart"}:
                    known = known._replace(host=None, edit=None)
                yield known._replace(where=known.where._replace(is_certain=runs is True))

    def required_variables(self) -> Iterator[Variable]:
        """Give the environment variables without which the program surely ends when it starts.

        It gives none of a program that reads a file of variables by itself.
        """
        imported = {name for module in self.modules.values() for name in module.imports}
        if any(name.partition(".")[0] in _READ_FILES or name.startswith("starlette.config") for name in imported):
            return
        for path, module in self.modules.items():
            for variable in module.environment:
                if variable.where is not None and self.runs(path, variable.where):
                    yield variable

    def owner(self, path: str, name: str) -> Owner | None:
        """Find where a dotted name that a module uses is bound; None if in no module of the program."""
        for _ in range(_HOPS):
            found = self._linked(path, name)
            if found is None:
                return None
            path, name = found
            first, dot, rest = name.partition(".")
            module = self.modules.get(path)
            if module is None or first not in module.aliases:
                return found
            name = module.aliases[first] + dot + rest
        return None

    def _exported(self, path: str, name: str) -> Owner | None:
        """Find where a name that a module has is bound: there, or where it imports it from."""
        module = self.modules.get(path)
        meaning = module.aliases.get(name) if module else None
        return self.owner(path, meaning) if meaning else Owner(path, name)

    def _linked(self, path: str, name: str) -> Owner | None:
        links = self._links.get(path, {})
        prefix, rest = name, ""
        while last := prefix.rpartition(".")[2]:
            parent = prefix.removesuffix(last)
            parent = parent.removesuffix(".") if parent.strip(".") else parent
            outer = self.modules.get(links.get(parent, "")) if parent and not rest else None
            if outer and last in outer.bound:
                return Owner(links[parent], last)
            if prefix in links:
                return Owner(links[prefix], rest)
            prefix, rest = parent, f"{last}.{rest}" if rest else last
        return None

    def _reach(self) -> None:
        """Follow the calls from what runs on import: each function is perhaps, then surely reached."""
        calls: defaultdict[Owner, list[tuple[Where, Owner]]] = defaultdict(list)
        for path, module in self.modules.items():
            for name, where in module.calls:
                if target := self.owner(path, name) if "." in name else Owner(path, name):
                    calls[Owner(path, where.function)].append((where, target))
        certain = self._surely_imported()
        queue: deque[tuple[Owner, bool | None]] = deque(
            (Owner(path, ""), True if path in certain else None) for path in self.modules
        )
        if self.path:
            factories = [self.start.attribute]
            if self.start.program in {"flask", "quart"} and not self.start.attribute:
                factories = ["create_app", "make_app"]
            queue.extend((owner, True) for name in factories if (owner := self._exported(self.path, name)))
        while queue:
            owner, runs = queue.popleft()
            if self._reached.get(owner, False) in {True, runs}:
                continue
            self._reached[owner] = runs
            queue.extend(
                (target, reached)
                for where, target in calls[owner]
                if (reached := self.runs(owner.path, where)) is not False
            )

    def _surely_imported(self) -> set[str]:
        queue = [path for path in (self.path, self.settings) if path]
        certain: set[str] = set()
        while queue:
            path = queue.pop()
            if path not in certain and path in self.modules:
                certain.add(path)
                links = self._links.get(path, {})
                queue += (links[name] for name, sure in self.modules[path].imports.items() if sure and name in links)
        return certain

    # Applications

    def _framework(self, path: str, origin: str) -> str | None:
        """Name the framework of an imported application; None if its module does not tell."""
        for _ in range(_HOPS):
            owner = self.owner(path, origin)
            module = self.modules.get(owner.path) if owner else None
            app = module.apps.get(owner.name) if owner and module else None
            if owner is None or app is None:
                return None
            if not app.origin or app.framework:
                return app.framework or None
            path, origin = owner.path, app.origin
        return None

    def _known(self, path: str, server: Server) -> Server | None:
        """Complete a server whose framework another module tells; None if it stays unknown."""
        framework = (self._framework(path, server.origin) if server.origin else None) or server.framework
        if framework == server.framework:
            return server if framework else None
        signature = METHODS.get((framework, "run"))
        if signature is None:
            return None
        return server._replace(
            framework=framework,
            is_development=signature.is_development,
            port=server.port if server.port_place else signature.default_port,
            host=server.host if server.host_place or server.host is None else signature.default_host,
        )

    def _names_server(self) -> bool:
        """Whether SERVER_NAME, from which Flask takes its default host, may be set."""
        return any(
            any(assignment.name == "SERVER_NAME" for assignment in module.assignments)
            or any(variable.name == "SERVER_NAME" for variable in module.environment)
            for module in self.modules.values()
        )

    def _applications(self) -> list[Switch]:
        """Go through all switches in the order in which they run; a later one wins."""
        standing: list[tuple[str, Switch]] = []
        forks: dict[tuple[str, int, int], tuple[Switch, bool]] = {}
        for path, switch in self._events():
            runs = self.runs(path, switch.where)
            if switch.state and switch.where.fork and self.runs(path, switch.where._replace(is_certain=True)):
                line, column, arm = switch.where.fork
                other, other_arm = forks.setdefault((path, line, column), (switch, arm))
                if other_arm is not arm:  # on in both arms of an `if`
                    standing += [(path, other), (path, switch)]
            elif runs and switch.state:
                standing = [
                    (at, on) for at, on in standing if not switch.subject or (at, on.subject) != (path, switch.subject)
                ]
                standing.append((path, switch))
            elif runs is not False and not switch.state:
                standing = [(at, on) for at, on in standing if not _turns_off(path, switch, at, on)]
        return [switch for _, switch in standing]

    def _events(self) -> Iterator[tuple[str, Switch]]:
        """Give the switches of applications; what imports comes after what it imports."""
        for path, module in reversed(list(self.modules.items())):
            own = (switch for switch in module.debug if switch.kind != "setting")
            events: list[Switch | Selection] = [*own, *module.selections]
            for event in sorted(events, key=lambda event: event.place.start):
                if isinstance(event, Selection):
                    if setting := self._selected(path, event):
                        yield path, setting._replace(subject=event.subject, where=event.where)
                elif known := self._recognized(path, event):
                    yield path, known

    def _recognized(self, path: str, switch: Switch) -> Switch | None:
        framework = (self._framework(path, switch.origin) if switch.origin else None) or switch.framework
        if switch.kind == "run" and self._ignores(framework):
            return None
        suits = not switch.origin or framework in (RUNNERS if switch.kind == "run" else ATTRIBUTED)
        return switch._replace(framework=framework) if framework and suits else None

    def _ignores(self, framework: str) -> bool:
        """Whether `app.run()` does nothing, because `flask run` imports the application.

        https://flask.palletsprojects.com/en/stable/api/#flask.Flask.run
        """
        return framework == self.start.program == "flask"

    # Settings

    def _selected(self, path: str, selection: Selection) -> Switch | None:
        """Find what DEBUG is in the module or class that an application is configured from."""
        if selection.target.startswith(":"):
            owner: Owner | None = Owner(path, selection.target[1:])
        else:
            owner = self.owner(path, selection.target)
        if owner is None:
            return None
        return self._of_class(owner) if owner.name else self._setting(owner.path)

    def _of_class(self, owner: Owner) -> Switch | None:
        """Find the DEBUG of a class, its own or inherited."""
        if owner not in self._settled:
            self._settled[owner] = None  # for a class that derives from itself
            self._settled[owner] = self._inherited(owner)
        return self._settled[owner]

    def _inherited(self, owner: Owner) -> Switch | None:
        module = self.modules.get(owner.path)
        if module is None:
            return None
        own = [switch for switch in module.debug if switch.subject == f"{owner.name}.DEBUG"]
        if own:
            return own[-1]
        for base in module.bases.get(owner.name, ()):
            parent = Owner(owner.path, base) if base in module.bases else self.owner(owner.path, base)
            if parent and (inherited := self._of_class(parent)):
                return inherited
        return None

    def _setting(self, path: str) -> Switch | None:
        """Find the DEBUG that a module ends with, its own or one of a star import."""
        owner = Owner(path, "")
        if owner not in self._settled:
            self._settled[owner] = None  # for modules that import each other
            self._settled[owner] = self._last_setting(path)
        return self._settled[owner]

    def _last_setting(self, path: str) -> Switch | None:
        module = self.modules.get(path)
        current: Switch | None = None
        own = (switch for switch in module.debug if switch.subject == "DEBUG") if module else ()
        events: list[Switch | Star] = [*own, *(module.stars if module else ())]
        for event in sorted(events, key=lambda event: event.place.start):
            setting = self._starred(path, event, current) if isinstance(event, Star) else event
            if setting is None:
                continue
            if not event.where.is_certain and (current is None or current.state is not setting.state):
                setting = setting._replace(state=None)
            current = setting
        return current

    def _starred(self, path: str, star: Star, current: Switch | None) -> Switch | None:
        """Find what a star import brings; a file that cannot be read may bring anything."""
        target = self._links.get(path, {}).get(star.name, "")
        if target in self._unreadable:
            return current and current._replace(state=None)
        return self._setting(target)

    def _django_settings(self) -> Iterator[Switch]:
        """Give what DEBUG is in settings that no other module refines."""
        refined = {
            self._links.get(path, {}).get(star.name) for path, module in self.modules.items() for star in module.stars
        }
        for path in self.modules:
            is_selected = path == self.settings and bool(self.start.settings)
            if path in refined or (_is_development(path) and not is_selected):
                continue
            switch = self._setting(path)
            if switch and switch.state and "django" in {switch.framework, self._settings_kind(path)}:
                yield switch._replace(framework="django")

    def _settings_kind(self, path: str) -> str:
        return "django" if self.modules[path].is_django_settings else ""

    def _production_classes(self) -> Iterator[Switch]:
        """Give classes that are for production by their name, whether or not a variable selects them."""
        for path, module in self.modules.items():
            for switch in module.debug:
                name = switch.subject.lower()
                if (
                    switch.kind == "setting"
                    and switch.state
                    and name.startswith("prod")
                    and self.runs(path, switch.where)
                ):
                    yield switch


def _turns_off(path: str, switch: Switch, at: str, on: Switch) -> bool:
    """Whether a later switch that is not on ends an earlier one: of the same application, as far as names tell."""
    return on.subject == switch.subject if at == path else on.framework == switch.framework


def _is_development(path: str) -> bool:
    """Whether a settings module is for developers by its name, or by its folder's where that is a package."""
    name = path.lower().removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]
    words = re.split(r"[._-]", name)
    return not {"dev", "develop", "development", "local", "test", "tests", "testing", "debug"}.isdisjoint(words)
