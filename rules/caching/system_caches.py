"""What the package managers of distributions leave in a layer."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import lru_cache

from dockerlint.lint.edits import appended, inserted_after
from dockerlint.lint.rule import Findings, Fix, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.layers import Layer
from dockerlint.shell.packages import PackageAction

from .left import by_same_user, is_certain_to_run, is_judged, left, place_of, written

_APT = frozenset({"apt-get", "apt", "aptitude"})


class AptListsLeft(Rule[Layer]):
    """The package lists of `apt-get update` stay in the image.

    They take 20 to 50 MB and are out of date after a day, so nobody can install from them later. `apt-get clean`
    does not remove them, and neither does a later RUN, which only hides them.

    End the RUN with `rm -rf /var/lib/apt/lists/*`, or keep the lists out of the image with
    `RUN --mount=type=cache,target=/var/lib/apt,sharing=locked --mount=type=cache,target=/var/cache/apt,sharing=locked`.

    https://docs.docker.com/build/building/best-practices/#apt-get
    """

    severity = Severity.INFO
    aliases = (
        "DL3009", "remove-package-lists", "apt_get_install_lists_were_not_deleted", "DF004", "DD004",
        "aptGetInstallThenRemoveAptLists", "apt-get_missing_rm",
    )  # fmt: skip
    bad = {
        "FROM debian:trixie\nRUN «apt-get update» && apt-get install -y curl": (
            "FROM debian:trixie\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*"
        ),
        "FROM debian:trixie\nRUN «apt-get update» \\\n  && apt-get install -y \\\n    curl # for the health check\n": (
            "FROM debian:trixie\nRUN apt-get update \\\n  && apt-get install -y \\\n"
            "    curl \\\n  && rm -rf /var/lib/apt/lists/* # for the health check\n"
        ),
        "FROM debian:trixie\nRUN sudo «apt-get -qq update» && sudo apt-get install -y curl && sudo apt-get clean": (
            "FROM debian:trixie\nRUN sudo apt-get -qq update && sudo apt-get install -y curl && sudo apt-get clean"
            " && sudo rm -rf /var/lib/apt/lists/*"
        ),
        "FROM debian:trixie\nRUN «apt-get update»\nRUN apt-get install -y curl": None,
        "FROM debian:trixie\nRUN «apt-get update» && apt-get install -y curl\nRUN apt-get install -y git": None,
        "FROM debian:trixie\nRUN «apt-get update» && apt-get install -y curl\nRUN /tmp/install.sh": None,
        "FROM debian:trixie AS base\nRUN «apt-get update» && apt-get install -y curl\n"
        "FROM base\nRUN apt install -y git": None,
        "FROM debian:trixie\nRUN rm -rf /var/lib/apt/lists/* && «apt-get update» && (apt-get install -y curl)": None,
        "FROM debian:trixie\nRUN --mount=type=cache,target=/var/cache/apt «apt-get update»": None,
    }
    good = (
        "FROM debian:trixie\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*",
        "FROM debian:trixie\nRUN apt-get update && apt-get install -y curl && rm -fr /var/lib/apt/lists",
        "FROM debian:trixie\nRUN apt-get update && apt-get install -y curl && find /var/lib/apt/lists -delete",
        "FROM debian:trixie\nRUN apt-get update && apt-get install -y curl && apt-get distclean",
        "FROM debian:trixie\nRUN apt-get install -y curl",
        "FROM debian:trixie AS build\nRUN apt-get update && apt-get install -y gcc\n"
        "FROM debian:trixie\nCOPY --from=build /app /app",
        "FROM debian:trixie\nRUN --mount=type=cache,target=/var/lib/apt,sharing=locked \\\n"
        "  --mount=type=cache,target=/var/cache/apt,sharing=locked \\\n  apt-get update && apt-get install -y curl",
        "FROM debian:trixie\nRUN <<EOF\nset -e\nclean() {\n  rm -rf /var/lib/apt/lists/*\n}\n"
        "apt-get update\napt-get install -y curl\nclean\nEOF",
    )

    def check(self, layer: Layer) -> Findings:
        if not is_judged(layer):
            return
        updates = [action for action in layer.actions if action.manager in _APT and action.verb.name == "update"]
        for action in reversed(updates):
            if _keeps_lists(layer, action):
                message = f"the package lists of `{written(action)}` (about 20-50 MB) stay in this layer"
                yield self.finding(
                    place_of(action),
                    message,
                    help=_without_lists_here(layer),
                    fix=_without_lists(layer, action),
                )
                return


def _keeps_lists(layer: Layer, action: PackageAction) -> bool:
    lists = action._replace(cache_folders=action.cache_folders[:1])
    return bool(left(layer, lists))


def _without_lists_here(layer: Layer) -> str:
    """What to write; where a later RUN installs from these lists, they must not be deleted before it does."""
    delete = "`rm -rf /var/lib/apt/lists/*`"
    # With an update of its own, a later RUN has other lists.
    reader = next(_built_on(layer, _reads_lists), None)
    if reader is not None and _installs_from_lists(reader):
        return f"update, install and {delete} in one RUN; the later ones rely on these lists"
    return f"end the RUN with {delete}"


def _without_lists(layer: Layer, action: PackageAction) -> Fix | None:
    installs = any(other.manager in _APT and other.verb.name == "install" for other in layer.actions)
    if not installs or next(_built_on(layer, _needs_lists), None) is not None:
        return None
    command = by_same_user(action, "rm -rf /var/lib/apt/lists/*")
    return appended(layer, command, f"end the RUN with `{command}`", is_safe=True)


def _built_on(layer: Layer, test: Callable[[Layer], bool]) -> Iterator[Layer]:
    """What passes a test and runs on a layer: later in its stage, in stages that stand on it, and in their triggers."""
    passing = _passing(layer.build, test)
    behind = bisect_right(passing, layer.run.start_line, key=lambda other: other.run.start_line)
    later = (passing[index] for index in range(behind, len(passing)))
    return (other for other in later if layer.stage in other.stage.chain)


@lru_cache(maxsize=2)
def _passing(build: Build, test: Callable[[Layer], bool]) -> tuple[Layer, ...]:
    return tuple(filter(test, build.layers))


def _needs_lists(layer: Layer) -> bool:
    """Whether a step installs from the lists that it finds, or may do so in a script that nobody reads."""
    has_script = any("/" in (command.program.value if command.program else "$") for command in layer.commands)
    return has_script or _installs_from_lists(layer)


def _reads_lists(layer: Layer) -> bool:
    """Whether a step installs from some lists, those that it finds or its own."""
    return _installs_from_lists(layer) or _updates(layer)


def _updates(layer: Layer) -> bool:
    return any(action.manager in _APT and action.verb.name == "update" for action in layer.actions)


def _installs_from_lists(layer: Layer) -> bool:
    """Whether a step installs without an update of its own."""
    verbs = [action.verb.name for action in layer.actions if action.manager in _APT]
    updates = verbs.index("update") if "update" in verbs else len(verbs)
    return any(verb in ("install", "build-dep", "download", "upgrade") for verb in verbs[:updates])


class ApkCacheLeft(Rule[Layer]):
    """`apk add` leaves the package index in the image.

    The index takes 2 to 3 MB in every layer that installs something, and nothing uses it at run time.

    Write `apk add --no-cache`, which fetches the index afresh and does not store it: no `apk update` is needed then.
    A cache mount on /var/cache/apk, with `ln -s /var/cache/apk /etc/apk/cache` before, keeps it out as well.

    https://docs.docker.com/build/cache/optimize/#use-cache-mounts
    """

    severity = Severity.INFO
    aliases = (
        "DL3019", "DS-0025", "missing-apk-no-cache", "apk_add_using_local_cache_path", "DF004", "DF029", "DD025",
        "apkAddUseNoCache", "apkadd-missing_nocache_or_updaterm",
    )  # fmt: skip
    bad = {
        "FROM alpine:3.22\nRUN «apk add» curl": "FROM alpine:3.22\nRUN apk add --no-cache curl",
        "FROM alpine:3.22\nRUN «apk add» -U curl && «apk add» --virtual .build gcc && apk del .build": (
            "FROM alpine:3.22\nRUN apk add --no-cache -U curl && apk add --no-cache --virtual .build gcc"
            " && apk del .build"
        ),
        'FROM alpine:3.22\nRUN [«"apk", "add"», "curl"]': 'FROM alpine:3.22\nRUN ["apk", "add", "--no-cache", "curl"]',
        "FROM alpine:3.22\nONBUILD RUN «apk --quiet add» curl": (
            "FROM alpine:3.22\nONBUILD RUN apk --quiet add --no-cache curl"
        ),
        "FROM alpine:3.22\nRUN apk update && «apk add» curl": None,
        "FROM alpine:3.22\nRUN «apk add» curl\nRUN rm -rf /var/cache/apk/*": (
            "FROM alpine:3.22\nRUN apk add --no-cache curl\nRUN rm -rf /var/cache/apk/*"
        ),
    }
    good = (
        "FROM alpine:3.22\nRUN apk add --no-cache curl",
        "FROM alpine:3.22\nRUN apk --no-cache add curl",
        "FROM alpine:3.22\nRUN apk update && apk add curl && rm -rf /var/cache/apk/*",
        "FROM alpine:3.22\nRUN apk add curl && rm /var/cache/apk/*",
        "FROM alpine:3.22\nRUN --mount=type=cache,target=/etc/apk/cache apk add curl",
        "FROM alpine:3.22\nRUN apk add $APK_OPTS curl",
        "FROM alpine:3.22 AS build\nRUN apk add gcc\nFROM alpine:3.22\nCOPY --from=build /app /app",
        "FROM alpine:3.22\nRUN apk del curl",
        "FROM alpine:3.22\nRUN apk add --no-network /tmp/curl.apk",
        "FROM alpine:3.22\nRUN apk update\nRUN apk add curl",
    )

    def check(self, layer: Layer) -> Findings:
        if not layer.named("apk") or not is_judged(layer):
            return
        # The index of a layer below stays there, whatever this one does.
        if layer.stands_on(_has_refreshed):
            return
        has_updated = False
        for action in layer.actions:
            if action.manager != "apk":
                continue
            has_updated = has_updated or _refreshes(action)
            if action.verb.written == "add" and not action.options.has("--no-network") and left(layer, action):
                fix = None if has_updated else _uncached(layer, action)
                message = "`apk add` keeps the index in the layer; use `--no-cache`"
                advice = "drop `apk update`, and write `apk add --no-cache`" if has_updated else ""
                yield self.finding(place_of(action), message, help=advice, fix=fix)


def _has_refreshed(layer: Layer) -> bool:
    return any(map(_refreshes, layer.actions))


def _refreshes(action: PackageAction) -> bool:
    return action.manager == "apk" and action.verb.name == "update"


def _uncached(layer: Layer, action: PackageAction) -> Fix | None:
    message = "add `--no-cache`"
    return inserted_after(layer, action.command, action.verb.words[-1], "--no-cache", message, is_safe=True)


_RPM = frozenset({"yum", "dnf", "dnf5", "microdnf", "tdnf"})
_FILLING = frozenset({"install", "upgrade", "build-dep"})
# The codes of other linters that mean one tool alone.
_ALIASES = {
    "yum": frozenset(
        {"DL3032", "DS-0015", "missing-yum-clean-all", "yum_clean_all_missing", "yumInstallRmVarCacheYum"}
    ),
    "dnf": frozenset({"DL3040", "DS-0019", "missing-dnf-clean-all", "missing_dnf_clean_all"}),
    "zypper": frozenset({"DL3036", "DS-0020", "missing-zypper-clean", "missing_zypper_clean"}),
}


class RpmCacheLeft(Rule[Layer]):
    """yum, dnf or zypper leaves its metadata and packages in the image.

    The metadata of all repositories takes 20 to 200 MB, and is out of date after a day. A clean-up in a later RUN only
    hides it.

    End the RUN with `dnf clean all` (`yum clean all`, `zypper clean --all`), or mount a cache:
    `RUN --mount=type=cache,target=/var/cache/dnf dnf install -y nginx`.

    https://docs.docker.com/build/cache/optimize/#use-cache-mounts
    """

    severity = Severity.INFO
    aliases = (
        "DL3032", "DL3036", "DL3040", "DS-0015", "DS-0019", "DS-0020", "DS-0027", "missing-yum-clean-all",
        "missing-dnf-clean-all", "missing-zypper-clean", "yum_clean_all_missing", "missing_dnf_clean_all",
        "missing_zypper_clean", "DF004", "DF045", "DF046", "DF047", "DD031", "DD033", "DD034",
        "yumInstallRmVarCacheYum",
    )  # fmt: skip
    bad = {
        "FROM fedora:43\nRUN «dnf install» -y nginx": "FROM fedora:43\nRUN dnf install -y nginx && dnf clean all",
        "FROM rockylinux:9\nRUN yum -y install epel-release && \\\n    «yum -y install» nginx": (
            "FROM rockylinux:9\nRUN yum -y install epel-release && \\\n    yum -y install nginx && \\\n    yum clean all"
        ),
        "FROM registry.access.redhat.com/ubi9/ubi-minimal:9.6\nRUN «microdnf install» -y nginx": (
            "FROM registry.access.redhat.com/ubi9/ubi-minimal:9.6\nRUN microdnf install -y nginx && microdnf clean all"
        ),
        "FROM opensuse/leap:15.6\nRUN «zypper -n in» nginx": (
            "FROM opensuse/leap:15.6\nRUN zypper -n in nginx && zypper clean --all"
        ),
        "FROM fedora:43\nRUN dnf clean all && «dnf -y upgrade»": (
            "FROM fedora:43\nRUN dnf clean all && dnf -y upgrade && dnf clean all"
        ),
        "FROM fedora:43\nRUN «dnf install» -y nginx && dnf clean metadata": (
            "FROM fedora:43\nRUN dnf install -y nginx && dnf clean metadata && dnf clean all"
        ),
        "FROM fedora:43\nRUN if true; then «dnf install» -y nginx; fi": None,
        "FROM fedora:43\nRUN «dnf install» -y nginx\nRUN dnf clean all": (
            "FROM fedora:43\nRUN dnf install -y nginx && dnf clean all\nRUN dnf clean all"
        ),
    }
    good = (
        "FROM fedora:43\nRUN dnf install -y nginx && dnf clean all",
        "FROM rockylinux:9\nRUN yum install -y nginx && dnf clean all",
        "FROM rockylinux:9\nRUN yum install -y a && yum install -y b && rm -rf /var/cache/yum",
        "FROM opensuse/leap:15.6\nRUN zypper -n in nginx && zypper cc -a",
        "FROM fedora:43\nRUN --mount=type=cache,target=/var/cache/dnf --mount=type=cache,target=/var/cache/libdnf5 "
        "--mount=type=cache,target=/var/cache/yum dnf install -y nginx",
        "FROM fedora:43\nRUN dnf install --installroot /mnt -y nginx && rm -rf /mnt/var/cache/*",
        "FROM fedora:43 AS build\nRUN dnf install -y gcc\nFROM fedora:43\nCOPY --from=build /app /app",
        "FROM fedora:43\nRUN dnf remove -y nginx",
    )

    def check(self, layer: Layer) -> Findings:
        if not is_judged(layer):
            return
        reported: set[str] = set()
        for action in reversed(layer.actions):
            tool = "rpm" if action.manager in _RPM else action.manager
            if tool not in ("rpm", "zypper") or tool in reported or action.verb.name not in _FILLING:
                continue
            if left(layer, action):
                reported.add(tool)
                clean = f"{action.manager} clean {'--all' if tool == 'zypper' else 'all'}"
                message = f"`{written(action)}` leaves its metadata in the layer; end the RUN with `{clean}`"
                fix = _cleaned(layer, action, by_same_user(action, clean))
                yield self.finding(place_of(action), message, fix=fix, aliases=self._aliases_for(action.manager))

    def _aliases_for(self, manager: str) -> tuple[str, ...]:
        others = frozenset().union(*(codes for tool, codes in _ALIASES.items() if tool not in manager))
        return tuple(code for code in self.aliases if code not in others)


def _cleaned(layer: Layer, action: PackageAction, command: str) -> Fix | None:
    if not is_certain_to_run(action) or action.options.has("--installroot", "--root"):
        return None
    return appended(layer, command, f"end the RUN with `{command}`", is_safe=True)
