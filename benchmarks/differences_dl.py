"""Why dockerlint and hadolint differ on a DL code: classes of places, each with a test that the place belongs to it.

A class begins with who is right: `ours`; `theirs`; `same`, where both tell of the fault, but at another place or by
another code; `taste`, where good reasons stand for either. The classes of a code are tried from the first on. What
hadolint does is known from its answers alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from benchmarks import reasons as r
from benchmarks.sites import Site
from dockerlint.dockerfile.instructions import Healthcheck, Workdir

Class = tuple[str, r.Test]
Table = Mapping[str, tuple[Class, ...]]


def classes(site: Site) -> Iterator[Class]:
    """The classes to try for a place, from the first on."""
    if site.is_ours:
        yield _GIVEN_UP
    table = OURS_ONLY if site.is_ours else THEIRS_ONLY
    yield from chain.from_iterable(table.get(code, ()) for code in site.code.split("/"))


_APT = ("apt-get", "apt", "aptitude")
_RPM = ("yum", "dnf", "dnf5", "microdnf", "tdnf", "zypper")

_GIVEN_UP = ("ours: hadolint gives the file up (DL1000)", lambda site: site.is_given_up)
_BUILDER = ("ours: the stage does not ship", r.does_not_ship)
_DEVELOPMENT = ("ours: a development image", r.is_development)
_REFUSED = ("ours: Docker refuses the file, and more cannot be known", r.is_refused)
_BY_VARIABLE = ("ours: a variable holds packages or options", r.says(r"\b(?:install|add)\b[^&;|]*[$`]"))
_LABEL_BY_VARIABLE = ("ours: a variable holds the value", r.says(r"[$]"))
_DOWNLOADED = ("ours: it downloads and installs nothing", r.only_downloads)
_SCRIPT = ("ours: a script of the base image cleans up", r.says(r"\bcleanimage\b"))
_NOT_READ = (
    ("ours: behind `sudo` or its kin, which hadolint does not look through", r.is_wrapped),
    ("ours: in the script of a `sh -c`, which hadolint does not read", r.is_in_script),
    ("ours: called by its path, which hadolint does not know", r.is_by_path),
    ("ours: a variable holds the command, and its value is known", r.is_by_value),
)


def _removed(*managers: str) -> Class:
    return "ours: removed again in the same RUN", r.removes(*managers)


THEIRS_ONLY: Table = {
    "DL1000": (
        ("same: a rule without the code says what Docker refuses", r.is_refused),
        ("ours: Docker builds the file", r.always),
    ),
    "DL3000": (("ours: an absolute WORKDIR stands before", r.has_before(Workdir)),),
    "DL3001": (
        ("same: process-lost-after-run tells of what is started last", r.ends_in_service),
        ("ours: a service serves the rest of its RUN", r.runs("service")),
        ("ours: the editor is told by options what to do", r.runs("vim", "vi", "emacs")),
    ),
    "DL3002": (
        ("ours: what starts steps down from root by itself", r.steps_down),
        ("ours: root from the base on, and nothing is started", r.starts_nothing),
    ),
    "DL3003": (
        ("ours: a subshell keeps the folder to itself", r.cd(lambda cd: cd.in_subshell)),
        ("ours: WORKDIR knows no home, `-` or `..`", r.cd(lambda cd: r.target(cd)[:1] in ("", "~", "-"))),
        ("ours: WORKDIR knows no patterns", r.cd(lambda cd: any(mark in r.target(cd) for mark in "*?["))),
        ("same: shell-state-lost says that a `cd` at the end does nothing", r.ends_in_cd),
        ("ours: in a condition, a loop or a function", r.cd(r.is_conditional)),
        ("taste: other commands stand before the `cd`, so no WORKDIR can take its place", r.begins_otherwise),
        ("ours: only the shell knows the folder", r.cd(lambda cd: "$" in r.target(cd) or "`" in r.target(cd))),
    ),
    "DL3004": (("ours: sudo steps down to another user within the RUN", r.says(r"\bsudo\s+-\w*[uHE]")),),
    "DL3006": (
        ("same: deprecated-base-image says that the image no longer moves", r.is_retired),
        ("ours: the image has no `latest` that could move", r.never_had_latest),
        ("ours: a variable names a stage, or the mark of a template the image", r.is_no_reference),
    ),
    "DL3007": (
        ("same: deprecated-base-image says that the image no longer moves", r.is_retired),
        ("ours: the image has no `latest` that could move", r.never_had_latest),
    ),
    "DL3008": (
        _removed(*_APT),
        _DOWNLOADED,
        ("ours: a release is named (-t)", r.names_release),
        _BY_VARIABLE,
    ),
    "DL3009": (
        (
            "ours: the lists are removed by other means",
            r.says(r"dist-?clean|rm\s[^&;|]*/apt/(?:lists|\s|$)|find /var/lib/apt/lists|cleanimage"),
        ),
        _BUILDER,
    ),
    "DL3010": (
        ("ours: ADD unpacks no `.Z`", r.says(r"\.tar\.Z\b")),
        ("ours: the RUN deletes or moves what it unpacks, which ADD would leave", r.file_says(r"\b(?:rm|mv)\s")),
    ),
    "DL3013": (
        ("taste: pip and what it builds with are brought up to date, no package of the program", r.upgrades_pip),
        ("ours: a bound such as `<2` is a choice", r.says(r"pip.*install.*[<>]\d")),
        ("ours: a file of requirements, or the project itself", r.says(r"pip.* install\b.*(?: -\w*r | \.)")),
        _BY_VARIABLE,
    ),
    "DL3014": (
        ("ours: apt.conf answers yes", r.file_says("Assume-Yes")),
        ("ours: `-f` asks only where dpkg left something broken", r.says(r"install -f\b|-f install")),
        _BY_VARIABLE,
    ),
    "DL3015": (
        _BUILDER,
        _REFUSED,
        _DOWNLOADED,
        ("ours: nothing is named, only broken packages are mended", r.names_no_package(*_APT)),
        ("ours: what they recommend is asked for", r.says("--install-recommends")),
        ("ours: the packages recommend nothing", r.recommends_nothing),
        ("ours: apt.conf may have turned it off", r.file_says(r"apt\.conf|Install-Recommends")),
        ("ours: a file is installed", r.says(r"install[^&;|]*\.deb")),
        _BY_VARIABLE,
    ),
    "DL3016": (
        _removed("npm"),
        ("ours: a commit is a version", r.says(r"npm install[^&;|]*#[0-9a-f]{7}")),
        ("ours: a folder, or what stands in package.json", r.says(r"npm install.* (?:file:|\.)|npm install --silent")),
    ),
    "DL3018": (
        _removed("apk"),
        ("ours: files are installed, not packages of the mirror", r.names_no_package("apk")),
        ("ours: `apk update apk add` is one command, which fails", r.says(r"apk update\s+apk")),
        _BY_VARIABLE,
    ),
    "DL3019": (
        _BUILDER,
        ("same: the index lies in the layer of an earlier `apk update`", r.file_says(r"apk (?:-\S+ )*update")),
        ("ours: the index is removed in the same RUN", r.says(r"\brm\s[^&;|]*?(?:/cache|/apk|\$)|/\S*clean")),
        ("ours: `apk update apk add` is one command, which fails", r.says(r"apk update\s+apk")),
        _BY_VARIABLE,
    ),
    "DL3020": (("ours: a pattern or a variable may stand for an archive, which ADD unpacks", r.says(r"[*?$]")),),
    "DL3021": (("ours: the variable holds a folder, with its slash", r.says(r"\$")),),
    "DL3022": (("ours: the name of an image, which DL3006 speaks of", r.copies_from_image),),
    "DL3025": (
        ("ours: no signal is sent to a HEALTHCHECK", lambda site: isinstance(site.written, Healthcheck)),
        ("ours: the program replaces the shell", r.says(r"(?:^|[\s;&|])exec\s")),
        ("ours: a Windows shell, which passes no signals on in any form", r.is_windows),
        ("same: background-process tells of the services that it leaves running", r.leaves_services),
        ("ours: it ends in a shell for a person, which heeds no SIGTERM in any form", r.says(r"sh['\"]?\s*$|\$SHELL")),
        ("ours: bash and busybox run what stands last in their own place", r.is_read_by("bash", "busybox")),
        ("ours: nobody knows which shell reads it", r.is_read_by("sh", "")),
    ),
    "DL3028": (("ours: a file is installed", r.says(r"gem install[^&;|]*\.gem")),),
    "DL3032": (
        _BUILDER,
        ("ours: `yum clean all` before the install, and again after it", r.says(r"yum.*yum -?\w* ?clean")),
        _SCRIPT,
    ),
    "DL3033": (
        _removed(*_RPM),
        ("theirs: `yum swap -- install` installs as well", r.says(r"yum.* swap\s")),
        ("ours: groups, files, or what a substitution prints", r.names_no_package(*_RPM)),
        _BY_VARIABLE,
    ),
    "DL3038": (_DOWNLOADED,),
    "DL3040": (_BUILDER, _DOWNLOADED),
    "DL3041": (_DOWNLOADED, ("ours: groups have no version", r.names_no_package(*_RPM))),
    "DL3042": (
        _BUILDER,
        ("ours: the pip of an old system does not know the option", r.has_old_pip),
        ("ours: `--no-cache` is taken for `--no-cache-dir`", r.says(r"pip.*--no-cache\b(?!-)")),
        ("ours: the cache is removed in the same RUN", r.says(r"\brm\s[^&;|]*(?:\.cache|pip)")),
        ("ours: nothing is fetched", r.says("--no-index")),
        _SCRIPT,
        (
            "ours: an earlier step may have turned the cache off",
            r.file_says(r"PIP_NO_CACHE_DIR|pip\.conf|no-cache-dir"),
        ),
        _BY_VARIABLE,
    ),
    "DL3045": (
        ("ours: the base image has a WORKDIR of its own", r.has_own_workdir),
        ("ours: nobody knows the WORKDIR of the base image", r.has_unknown_workdir),
    ),
    "DL3046": (("ours: the number comes from a variable, and may be small", r.says(r"-u(?:id)?[\s=]*[\"']?\$")),),
    "DL3047": (
        _BUILDER,
        ("ours: busybox's wget knows no --progress", r.is_busybox),
        ("ours: nobody knows whose wget it is", r.has_unknown_system),
        ("ours: what it prints goes elsewhere", r.says(r">\s*\S*dev/null")),
        (
            "ours: a key or a checksum, which is there at once",
            r.says(r"wget.*\.(?:asc|crt|gpg|key|md5|pem|pub|repo|sha\d+|sig)\b"),
        ),
    ),
    "DL3049": (("same: we tell it of the image that ships", r.is_told_in_file), _BUILDER, _DEVELOPMENT),
    **dict.fromkeys(("DL3051", "DL3052", "DL3053", "DL3054", "DL3055", "DL3056", "DL3058"), (_LABEL_BY_VARIABLE,)),
    "DL3048": (("taste: RUN is a label of the `atomic` tool", r.says(r"LABEL RUN")),),
    "DL3057": (
        ("same: we point at what the image starts", r.is_told_in_file),
        _BUILDER,
        _REFUSED,
        _DEVELOPMENT,
        (
            "ours: the image starts nothing that could be asked: a base for others, a shell, a command",
            r.always,
        ),
    ),
    "DL3059": (
        _BUILDER,
        _DEVELOPMENT,
        ("same: one finding for a row of RUNs", r.is_in_told_row),
        ("ours: a script of its own (`sh -c`) is more than one command", r.has_script),
        ("ours: the cut keeps a cache, or the RUNs cannot be joined", r.is_in_cut_row),
        ("ours: an `if` is more than one command", r.is_in_row_of_lists),
    ),
    "DL3062": (("ours: the module of the project itself, or GOPATH of old", r.says(r"go (?:install|get|run)")),),
    "DL3064": (
        ("ours: a user name or an address is no secret", r.says(r"(?i)username|_URL")),
        ("ours: the names say that it is no secret, as BuildKit has it", r.is_no_secret_for_buildkit),
    ),
    "DL3066": (
        ("ours: only the last USER is who the container runs as", r.is_not_last_user),
        ("ours: root is root by any name, which DL3002 tells", r.is_root_user),
        ("ours: a variable may hold the number", r.is_user_by_variable),
    ),
    "DL3067": (("ours: nobody knows whether the image holds a system of its own", r.copies_from_image),),
    "DL4001": (
        ("same: one finding for an image", r.is_told_in_file),
        ("ours: one of the two is removed again", r.is_removed("curl", "wget")),
        (
            "taste: only one of the two is installed, the other comes with the base image",
            lambda site: not (r.is_installed("curl")(site) and r.is_installed("wget")(site)),
        ),
    ),
    "DL4003": (("same: we point at the CMD without effect", r.has_told_twin),),
    "DL4004": (("same: we point at the ENTRYPOINT without effect", r.has_told_twin),),
    "DL4005": (("ours: /bin/sh is put back", r.says(r"mv /bin/sh")),),
    "DL4006": (
        ("ours: pipefail is set, or may be by the base image or a script that is sourced", r.may_have_pipefail),
        ("ours: what stands before the pipe is text, and cannot fail", r.cannot_fail),
        ("ours: a failure is meant to be passed over", r.is_meant_to_pass),
        ("ours: what reads the pipe fails where nothing comes", r.ends_in_refusal),
        ("ours: pipefail does not reach out of a substitution", r.is_substituted),
        ("ours: a checksum or a signature finds it out", r.says(r"\b(?:sha|md5)\w*sum\b|gpg.*--verify")),
    ),
}

OURS_ONLY: Table = {
    "DL3002": (("ours: hadolint takes a blank for a part of the name", r.says(r"\s$")),),
    "DL3003": (*_NOT_READ, ("ours: hadolint does not look into ONBUILD", r.is_trigger)),
    "DL3004": _NOT_READ,
    "DL3006": (("ours: COPY pulls images too", r.copies_from_image),),
    "DL3007": (
        ("ours: COPY pulls images too", r.copies_from_image),
        ("ours: the default of an ARG holds the tag", r.says(r"\$")),
    ),
    "DL3008": (*_NOT_READ, ("ours: hadolint does not look at `apt`", r.runs("apt", "aptitude"))),
    "DL3009": (
        *_NOT_READ,
        ("ours: hadolint does not look at `apt`", r.runs("apt", "aptitude")),
        ("ours: `rm -rf` removes other folders, or runs before an `update`", r.says(r"rm\s+(?:-\S+\s+)*-\w*[rf]")),
    ),
    "DL3010": (("ours: `tar xzf` without hyphen unpacks as well", r.file_says(r"tar x\w*f")),),
    "DL3012": (("same: hadolint points at the last one", r.has_told_twin),),
    "DL3013": (
        *_NOT_READ,
        ("ours: hadolint does not look behind the options of `python -m pip`", r.runs("python3", "python")),
    ),
    "DL3014": (
        *_NOT_READ,
        ("ours: hadolint does not look at `apt`", r.runs("apt", "aptitude")),
        ("ours: other verbs ask as well", r.tells("apt-get (?!install)")),
        ("ours: debconf asks", r.tells("asks questions")),
    ),
    "DL3015": (*_NOT_READ, ("ours: hadolint does not look at `apt`", r.runs("apt", "aptitude"))),
    "DL3016": (
        *_NOT_READ,
        ("ours: hadolint does not look at `yarn`", r.runs("yarn")),
        ("ours: `latest` is no version", r.tells("is whatever version is newest")),
        ("ours: hadolint does not look at `npm i`", r.says(r"npm i\s")),
    ),
    "DL3025": (
        ("ours: hadolint does not look into ONBUILD", r.is_trigger),
        ("ours: an array that is no JSON is broken in any instruction", r.tells("is not JSON")),
    ),
    "DL3027": _NOT_READ,
    "DL3028": (
        *_NOT_READ,
        ("ours: hadolint takes the word behind `--no-document` for its value", r.says("--no-document")),
    ),
    "DL3032": (
        ("ours: update, reinstall and groups leave metadata as well", r.tells(r"yum (?!install)")),
        ("ours: `yum clean` stands before the last install", r.says(r"yum clean.*yum")),
    ),
    "DL3033": (
        *_NOT_READ,
        ("ours: the name holds a number that is no version", r.tells(r"java-")),
    ),
    "DL3035": (("ours: other tools than zypper upgrade as well", r.always),),
    "DL3036": (("ours: the metadata stays after an update as well", r.tells("update")),),
    "DL3040": (("ours: the metadata stays after an update as well", r.tells("update")),),
    "DL3042": (*_NOT_READ,),
    "DL3045": (("ours: ADD writes there as well", r.says(r"(?i)^add\b")),),
    "DL3047": _NOT_READ,
    "DL3048": (("ours: hadolint does not look into ONBUILD", r.is_trigger),),
    "DL3057": (("same: hadolint points at the FROM", r.is_told_in_file),),
    "DL3059": (
        ("same: hadolint tells of another RUN of the row", r.is_in_told_row),
        ("taste: hadolint joins only RUNs of one command", r.is_in_row_of_lists),
    ),
    "DL3060": (("ours: npm and all verbs of yarn leave a cache", r.runs("npm", "yarn")),),
    "DL3062": (
        ("ours: git clone, composer and cargo, which hadolint does not look at", r.runs("git", "composer", "cargo")),
    ),
    "DL3064": (("ours: hadolint knows fewer names (PASS, PASSWD, APIKEY, AUTH, ...)", r.always),),
    "DL3066": (("ours: the default of a variable is a name", r.is_user_by_variable),),
    "DL4001": _NOT_READ,
    "DL4003": (("same: hadolint points at the CMD that counts", r.has_told_twin),),
    "DL4004": (("same: hadolint points at the ENTRYPOINT that counts", r.has_told_twin),),
    "DL4005": (("ours: other commands than `ln` replace /bin/sh as well", r.runs("dpkg-reconfigure", "cp", "mv")),),
    "DL4006": _NOT_READ,
}
