"""The package managers of distributions."""

from __future__ import annotations

from collections.abc import Iterator

from dockerlint.shell.options import Options
from dockerlint.shell.packages.model import Package, PackageAction, Verb
from dockerlint.shell.packages.reading import (
    Manager,
    by_pattern,
    holds_slash,
    interpret,
    is_local,
    is_substitution,
    is_url,
    read,
    verb_names,
)
from dockerlint.shell.script import Command
from dockerlint.source import Text

# What a shell puts in may hold any characters: `${X:-a/b}`, `$(a /b)`.
_EXPANSION = r"\$\{[^}]*\}|\$\([^)]*\)|\$(?![{(])"
_APT_PACKAGE = (
    rf"(?P<name>(?:{_EXPANSION}|[^=/:$])+)(?::(?P<architecture>(?:{_EXPANSION}|[\w-])+))?"
    rf"(?:(?P<operator>=)(?P<version>(?:{_EXPANSION}|[^/$])*))?(?:/(?P<origin>.+))?"
)
_APK_PACKAGE = r"(?P<name>[^=<>~@]+)(?:@(?P<origin>[^=<>~]+))?(?:(?P<operator>[=<>~]+)(?P<version>.*))?"
_ARCHITECTURES = "x86_64|i[3-6]86|noarch|aarch64|ppc64le|s390x|armv7hl|src"
_ZYPPER_PACKAGE = (
    rf"(?:(?P<origin>[^:=<>(){{}}$]+):)?(?P<name>[^=<>]+?)(?:\.(?P<architecture>{_ARCHITECTURES}))?"
    r"\s*(?:(?P<operator>[=<>]+)\s*(?P<version>.*))?"
)
_MODULE = r"@?(?P<name>[^:/]+)(?:(?P<operator>:)(?P<version>[^/]+))?(?:/.*)?"
_PACMAN_PACKAGE = r"(?:(?P<origin>[^/=<>]+)/)?(?P<name>[^=<>/]+)(?:(?P<operator>[=<>]+)(?P<version>.*))?"
# NAME-[EPOCH:]VERSION-RELEASE.ARCH, or as much of it as leaves no doubt where the version begins:
# a dot must stand in it, for `cuda-9-1` is a name; and so is `java-1.8.0`.
_EVR = r"(?:\d+:)?\d[\w.+~^*]*-[\d*][\w.+~^*]*"
_ARCH = rf"(?:\.(?P<architecture>{_ARCHITECTURES}))?"
_RPM_PACKAGES = (
    rf"(?P<name>[^$`]+?)(?P<operator>-)(?P<version>\$\(.*\)|`.*`|\$(?:(?!-[A-Za-z]).)*?){_ARCH}",
    rf"(?P<name>.+?)(?<!^java)(?P<operator>-)(?P<version>(?=[^.]*\.){_EVR}?){_ARCH}",
    rf"(?P<name>.+?)(?<!^java)(?P<operator>-)(?!\d+\.(?:{_ARCHITECTURES})$)(?P<version>\d+:\d[\w.+~^*]*?|\d+\.[\w.+~^*]*?){_ARCH}",
    r"(?P<name>[^<>=]+?)\s*(?P<operator>[<>=]+)\s*(?P<version>.+)",
    rf"(?P<name>.+?)\.(?P<architecture>{_ARCHITECTURES})",
)
# Names that end in what looks like a version: `dotnet-sdk-6.0`.
_NUMBERED_NAMES = ("dotnet-", "aspnetcore-", "netstandard-")


def _apt(text: Text) -> Package:
    """`pkg`, `pkg=1.2`, `pkg/release`, `pkg:arch`, `pkg-`, `task^`

    A plus at the end is a name's own, as in `ncbi-blast+`, unless there is no such package; then
    it would ask for what `install` does anyway.

    https://manpages.debian.org/apt-get
    """
    package = by_pattern(text, _APT_PACKAGE)
    name = package.name
    if len(name) < 2 or package.version is not None or name[-1] not in "-^":
        return package
    stripped = package._replace(name=name.part(0, len(name) - 1))
    return stripped._replace(is_removal=name.endswith("-"), is_group=name.endswith("^"))


def _apk(text: Text) -> Package:
    """`pkg`, `pkg=1.2-r0`, `pkg~1.2`, `pkg>1`, `pkg@tag=1`, `!pkg`

    https://man.archlinux.org/man/apk-world.5
    """
    if text.startswith("!") and len(text) > 1:
        return by_pattern(text.part(1, len(text)), _APK_PACKAGE)._replace(text=text, is_removal=True)
    return by_pattern(text, _APK_PACKAGE)._replace(is_group=text.startswith("."))


def _rpm_name(text: Text) -> Package:
    """`pkg`, `pkg-1.2-3.x86_64`, `pkg.i686`, `@group`, and `pkg-$VERSION`

    https://dnf.readthedocs.io/en/latest/command_ref.html#specifying-packages
    """
    if text.startswith("@") and len(text) > 1:
        return Package(text, text.part(1, len(text)), is_group=True)
    if text.startswith(_NUMBERED_NAMES):
        return Package(text, text)
    for pattern in _RPM_PACKAGES:
        package = by_pattern(text, pattern)
        if package.version is not None or package.architecture:
            return package
    return Package(text, text)


def _zypper_name(text: Text) -> Package:
    """`pkg`, `pkg>=1.2`, `repository:pkg`, `pattern:x`, `!pkg`

    https://en.opensuse.org/SDB:Zypper_manual
    """
    if text[:1] in ("!", "~", "+") and len(text) > 1:
        inner = by_pattern(text.part(1, len(text)), _ZYPPER_PACKAGE)
        return inner._replace(text=text, is_removal=text[0] != "+")
    kind, colon, _ = text.partition(":")
    if colon and kind in ("pattern", "patch", "product", "srcpackage", "application"):
        return Package(text, text.part(len(kind) + 1, len(text)), is_group=True)
    return by_pattern(text, _ZYPPER_PACKAGE)


def _pacman_name(text: Text) -> Package:
    return by_pattern(text, _PACMAN_PACKAGE)


_APT_VERBS = verb_names(
    install="install, reinstall",
    update="update",
    upgrade="upgrade, dist-upgrade, full-upgrade, safe-upgrade, dselect-upgrade",
    remove="remove, purge, autoremove, autopurge, auto-remove",
    clean="clean, dist-clean, distclean",
    download="download, source",
    build_dep="build-dep, build-depends, satisfy",
    search="search, show, list, policy",
)
_APT_CACHES = ("/var/lib/apt/lists", "/var/cache/apt")
_APT_MANAGER = Manager(
    "apt-get",
    "system",
    _APT_VERBS,
    _apt,
    _APT_CACHES,
    answers=("-y", "--yes", "--assume-yes"),
    dry_runs=("-s", "--simulate", "--just-print", "--dry-run", "--recon", "--no-act", "--print-uris"),
    download_only=("-d", "--download-only"),
)
_RPM_VERBS = verb_names(
    install="install, in, swap, localinstall, groupinstall, group install, groups install, module install, reinstall",
    upgrade=(
        "localupdate, update, upgrade, up, distro-sync, dsync, groupupdate, upgrade-minimal, "
        "update-minimal, downgrade, update-to, upgrade-to"
    ),
    update="makecache, check-update, check-upgrade",
    remove="remove, erase, rm, autoremove, autoerase, groupremove, grouperase, group remove, module remove",
    clean="clean",
    download="download",
    build_dep="builddep, build-dep",
    enable="module enable, module reset, module disable, module switch-to, copr enable",
    search="search, list, info, provides, whatprovides, repoquery, repolist, deplist, grouplist, module list",
)


def _is_rpm_file(word: str) -> bool:
    """A path, a file that is provided included; or the name or glob of an archive."""
    if is_local(word) or word.endswith("*rpm"):
        return True
    return holds_slash(word) and ":" not in word and not is_substitution(word) and not word.startswith("@")


_ZYPPER_ANSWERS = ("-y", "--no-confirm", "-n", "--non-interactive")
_DNF_CACHES = ("/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/yum")
_DNF_MANAGER = Manager(
    "dnf",
    "system",
    _RPM_VERBS,
    _rpm_name,
    _DNF_CACHES,
    answers=("-y", "--assumeyes"),
    dry_runs=("--assumeno",),
    download_only=("--downloadonly", "--download-only"),
    is_local=_is_rpm_file,
)
_MANAGERS = {
    "apt-get": _APT_MANAGER,
    "apt": _APT_MANAGER._replace(name="apt"),
    "aptitude": _APT_MANAGER._replace(name="aptitude"),
    "dnf": _DNF_MANAGER,
    "dnf5": _DNF_MANAGER._replace(name="dnf5"),
    "yum": _DNF_MANAGER._replace(name="yum", caches=("/var/cache/yum", "/var/cache/dnf", "/var/cache/libdnf5")),
    "microdnf": _DNF_MANAGER._replace(name="microdnf"),
    "tdnf": _DNF_MANAGER._replace(name="tdnf", caches=("/var/cache/tdnf",)),
    "apk": Manager(
        "apk",
        "system",
        verb_names(
            install="add",
            remove="del",
            update="update",
            upgrade="upgrade, fix",
            clean="cache clean, cache purge",
            download="fetch",
            search="search, info, list, policy",
        ),
        _apk,
        ("/var/cache/apk", "/etc/apk/cache"),
        dry_runs=("-s", "--simulate"),
        no_cache=("--no-cache",),
        cache_options=("--cache-dir",),
    ),
    "zypper": Manager(
        "zypper",
        "system",
        verb_names(
            install="install, in, install-new-recommends, inr",
            build_dep="source-install, si",
            update="refresh, ref",
            upgrade="update, up, dist-upgrade, dup, patch",
            remove="remove, rm",
            clean="clean, cc",
            download="download",
            search="search, se, info, if",
        ),
        _zypper_name,
        ("/var/cache/zypp",),
        answers=_ZYPPER_ANSWERS,
        dry_runs=("-D", "--dry-run"),
        download_only=("-d", "--download-only"),
        cache_options=("--cache-dir", "-C"),
    ),
}


def system(command: Command) -> PackageAction:
    """apt-get, apk, dnf and their kin."""
    action = read(command, _MANAGERS[command.name])
    if command.name in ("apt-get", "apt", "aptitude"):
        return _as_apt(action)
    if action.verb.written == "swap":
        return action._replace(packages=tuple(_swapped(action.packages)))
    if action.manager == "zypper":
        return _as_zypper(action)
    if action.verb.written.startswith("group"):
        return _with_groups(action)
    if action.verb.written.startswith("module "):
        streams = (
            by_pattern(package.text, _MODULE)._replace(is_literal=package.is_literal) for package in action.packages
        )
        return action._replace(packages=tuple(streams))
    return action


def _with_groups(action: PackageAction) -> PackageAction:
    groups = (package._replace(name=package.text, is_group=True) for package in action.packages)
    return action._replace(packages=tuple(groups))


def _as_zypper(action: PackageAction) -> PackageAction:
    """Patterns by `-t pattern`; and `-n`, which answers only before the verb: behind it, it is `--name`."""
    kind = action.options.value("-t", "--type")
    if kind is not None and kind.value == "pattern":
        action = _with_groups(action)
    answers = [option for option in action.options.options if option.name in _ZYPPER_ANSWERS]
    verb = action.verb.text
    is_answered = any(one.name != "-n" or verb is None or one.word.value.start < verb.start for one in answers)
    return action._replace(assumes_yes=is_answered)


def _swapped(packages: tuple[Package, ...]) -> Iterator[Package]:
    """`swap OLD NEW...`, and yum's `swap -- remove OLD... -- install NEW...`

    https://dnf.readthedocs.io/en/latest/command_ref.html#swap-command
    """
    verbs = ("remove", "erase", "install")
    has_verbs = any(package.text in verbs for package in packages)
    is_removal = True
    for package in packages:
        if package.text in verbs:
            is_removal = package.text != "install"
        elif package.text != "--":
            yield package._replace(is_removal=is_removal)
            is_removal = is_removal and has_verbs


def _as_apt(action: PackageAction) -> PackageAction:
    """What answers yes as well: `-o APT::Get::Assume-Yes=true`, and `-qq`, though not in aptitude.

    Words of `satisfy` are lists of dependencies.
    """
    if action.verb.written == "satisfy":
        action = action._replace(packages=())
    setting = apt_setting(action.options, "APT::Get::Assume-Yes")
    is_set = setting is not None and is_apt_true(setting)
    is_silent = action.manager != "aptitude" and _is_silent(action.options)
    return action._replace(assumes_yes=True) if is_set or is_silent else action


def _is_silent(options: Options) -> bool:
    """Two of `-q`, or `-q=2`."""
    quiet = [option.value for option in options.options if option.name in ("-q", "--quiet")]
    levels = (word.value for word in quiet if word is not None)
    return len(quiet) >= 2 or any(level.isdecimal() and int(level) >= 2 for level in levels)


def apt_setting(options: Options, name: str) -> str | None:
    """What `-o NAME=VALUE` sets; of several the last counts, and names are the same in any letter case.

    https://manpages.debian.org/apt.conf
    """
    found: str | None = None
    for word in options.values("-o", "--option"):
        key, _, value = word.value.partition("=")
        if key.strip().lower() == name.lower():
            found = value.strip(" \"';")
    return found


def is_apt_true(value: str) -> bool:
    return value.lower() in ("true", "yes", "1", "on", "with", "enable")


_PACMAN = Manager(
    "pacman",
    "system",
    {},
    _pacman_name,
    ("/var/cache/pacman/pkg", "/var/lib/pacman/sync"),
    answers=("--noconfirm",),
    dry_runs=("-p", "--print"),
    download_only=("-w", "--downloadonly"),
    cache_options=("--cachedir",),
)


def pacman(command: Command) -> PackageAction:
    """`pacman -Syu pkg`: the verb is an option.

    https://man.archlinux.org/man/pacman.8
    """
    options = command.options
    name = _pacman_verb(options)
    letter = options.find("-S", "-U", "-R", "-Q", "--sync", "--upgrade", "--remove", "--query")
    verb = Verb(name, (letter.word,) if letter is not None else ())
    return interpret(command, _PACMAN, options, verb)


# What the first of these options that is there makes of the command.
_PACMAN_VERBS = {
    ("-R", "--remove"): "remove",
    ("-U", "--upgrade"): "install",
    ("-Q", "-F", "--query", "--files"): "search",
}
_SYNC_VERBS = {
    ("-c", "--clean"): "clean",
    ("-s", "-i", "-l", "-g", "--search", "--info", "--list", "--groups"): "search",
}


def _pacman_verb(options: Options) -> str:
    verbs = _PACMAN_VERBS | _SYNC_VERBS if options.has("-S", "--sync") else _PACMAN_VERBS
    found = next((verb for names, verb in verbs.items() if options.has(*names)), None)
    if found is not None or verbs is _PACMAN_VERBS:
        return found or "other"
    if options.operands or not options.has("-y", "-u", "--refresh", "--sysupgrade"):
        return "install"
    return "upgrade" if options.has("-u", "--sysupgrade") else "update"


_FILE_MANAGERS = {
    "dpkg": (
        Manager("dpkg", "system", {}, _apt, dry_runs=("--dry-run", "--simulate", "--no-act")),
        {
            "install": ("-i", "--install", "--unpack"),
            "remove": ("-r", "-P", "--remove", "--purge"),
            "search": ("-l", "-L", "-s", "-S"),
        },
    ),
    "rpm": (
        Manager("rpm", "system", {}, _rpm_name, dry_runs=("--test",)),
        {
            "search": ("-q", "-V", "-K", "--query", "--verify", "--checksig"),
            "remove": ("-e", "--erase"),
            "install": ("-i", "-U", "-F", "--install", "--upgrade", "--freshen", "--reinstall"),
        },
    ),
}


def of_files(command: Command) -> PackageAction:
    """`dpkg -i` and `rpm -i`, which take files and, rpm, addresses: no word is a package to look for."""
    manager, verbs = _FILE_MANAGERS[command.name]
    options = command.options
    found = [(name, option) for name, letters in verbs.items() if (option := options.find(*letters)) is not None]
    verb = Verb(found[0][0], (found[0][1].word,)) if found else Verb("other", ())
    action = interpret(command, manager, options, verb)
    if verb.name != "install":
        return action
    local = tuple(word for word in options.operands if not is_url(word.value))
    return action._replace(packages=(), local=local)
