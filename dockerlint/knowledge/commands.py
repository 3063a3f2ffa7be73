"""Which commands a base image certainly lacks, and which packages may bring them.

Only images whose content is known are listed; of any other nothing is said. A command that some release or variant has
is not listed for it. Checked against the images' own Dockerfiles: https://github.com/docker-library/official-images
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from dockerlint.dockerfile.image import Reference
from dockerlint.knowledge import tags
from dockerlint.knowledge.images import ImageFacts, facts
from dockerlint.knowledge.records import canonical


class Lack(NamedTuple):
    """What an image lacks: `commands`, or with `everything` all that nobody puts there.

    `family` is the kind of system that it is: `alpine`, `debian` (Ubuntu too), `rpm`, `micro` (with microdnf), or
    `none`.
    """

    commands: frozenset[str]
    family: str
    everything: bool = False


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SHELLS = _names("sh bash ash dash ksh zsh")
_APT = _names("apt-get apt apt-cache apt-key apt-mark dpkg debconf-set-selections")
_RPM = _names("yum dnf microdnf tdnf")
_OTHERS = _names("zypper pacman")
# No package needs the package manager of another distribution.
FOREIGN = _APT | _RPM | _OTHERS | {"apk"}

_LANGUAGES = _names(
    "gcc g++ cc make cmake python python2 python3 pip pip2 pip3 node npm npx yarn java javac mvn gradle ruby gem "
    "bundle php composer go cargo"
)
_INITS = _names("gosu su-exec tini dumb-init supervisord")
_TOOLS = _names("curl git sudo vim nano zip jq rsync ssh scp ssh-keygen ssh-keyscan gpg") | _INITS
_USERS = _names("useradd usermod userdel groupadd groupmod groupdel")
_DATABASES = _names("psql pg_dump mysql mysqldump redis-cli sqlite3")
# What needs nothing but a plain install of another package to be there.
LANGUAGES = _LANGUAGES | {"gpg"}

_ALPINE = (
    _APT | _RPM | _OTHERS | _TOOLS | _USERS | _LANGUAGES | _DATABASES
    | {"add-apt-repository", "bash", "update-ca-certificates"}
)  # fmt: skip
_DEBIAN = (_RPM | _OTHERS | {"apk"} | _TOOLS | _LANGUAGES | _DATABASES) - {"gpg"} | _names(
    "wget unzip add-apt-repository update-ca-certificates nc telnet ifconfig netstat dig nslookup"
)
_OLD_UBUNTU = (
    _RPM
    | _OTHERS
    | _names("apk curl wget git gcc g++ make unzip zip pip node npm java gosu su-exec tini add-apt-repository")
)
# What the images built on buildpack-deps lack: https://github.com/docker-library/buildpack-deps
_BUILDPACK = _RPM | _OTHERS | _INITS | _names("apk sudo vim nano jq zip node npm pip3 php composer go cargo java mvn")
_ENTERPRISE = (
    _APT | _OTHERS | _INITS | _names("apk git gcc g++ make cmake node npm yarn java mvn ruby go cargo pip pip3")
)

_DEBIANS = ("debian", "ubuntu")
_BARE_SYSTEMS = ("alpine", "debian", "ubuntu")


class _Image(NamedTuple):
    """What an image has beside its distribution.

    `full`: without `slim` in its tag it stands on buildpack-deps. `first` is the first version that this is sure of.
    """

    has: str = ""
    full: bool = False
    first: tuple[int, ...] = ()


_JAVA = "java javac gpg curl wget unzip bash cc"
_IMAGES = {
    "alpine": _Image(),
    "debian": _Image(),
    "ubuntu": _Image(),
    "docker": _Image("git curl ssh scp ssh-keygen ssh-keyscan openssl docker"),
    "golang": _Image("go", full=True, first=(1, 8)),
    "httpd": _Image(),
    "java": _Image(_JAVA, full=True),
    "memcached": _Image(),
    "nginx": _Image("curl"),
    "node": _Image("node npm npx yarn", full=True, first=(14,)),
    "openjdk": _Image(_JAVA, full=True),
    "eclipse-temurin": _Image(f"{_JAVA} python3"),
    "php": _Image("php curl gcc g++ cc make"),
    "postgres": _Image("gosu su-exec gpg bash psql pg_dump"),
    "python": _Image("python python2 python3 pip pip2 pip3", full=True),
    "redis": _Image("gosu su-exec redis-cli"),
    "ruby": _Image("ruby gem bundle ps", full=True, first=(2, 4)),
    "rust": _Image("cargo gcc cc", full=True),
    "mcr.microsoft.com/dotnet/aspnet": _Image(first=(6,)),
    "mcr.microsoft.com/dotnet/runtime": _Image(first=(6,)),
}
_OFFICIAL_RPM = {
    "centos": frozenset[str](),
    "fedora": frozenset[str](),
    "rockylinux": frozenset[str](),
    "almalinux": frozenset[str](),
    "oraclelinux": frozenset[str](),
    "amazonlinux": _names("wget sudo unzip useradd groupadd"),
}
_CENTOS_7 = _names("wget sudo unzip zip nano vim jq dnf microdnf ssh scp rsync python3 pip")
_MINIMAL = _names("yum dnf useradd groupadd tar wget sudo unzip zip vim nano jq ssh scp python3 rsync")
# What a distroless image is made for: https://github.com/GoogleContainerTools/distroless
_DISTROLESS = {
    "python": "python python2 python3", "nodejs": "node", "java": "java", "dotnet": "dotnet",
}  # fmt: skip
_SHELL_TOOLS = _names(
    "ls cat cp mv rm mkdir chmod chown ln touch find grep sed awk tar gzip wget unzip adduser addgroup id env echo "
    "sleep tail head sort uniq cut tr xargs test date ps kill nc"
)


@lru_cache(maxsize=1024)
def lack(reference: Reference) -> Lack | None:
    """What an image certainly lacks; None where that is not known."""
    known = facts(reference)
    if known is None or known.family == "windows" or reference.is_windows:
        return None
    if reference.familiar == "scratch":
        return Lack(frozenset(), "none", everything=True)
    if known.no_shell:
        return Lack(_without_shell(known), "none")
    return _of_system(reference, known)


def _of_system(reference: Reference, known: ImageFacts) -> Lack | None:
    name = canonical(reference.name)
    if name in _IMAGES and not known.onbuild:
        return _of_image(reference, known, _IMAGES[name])
    if name in _OFFICIAL_RPM:
        return Lack(_of_rpm(name, known), "rpm")
    if _is_minimal(name):
        return Lack(_ENTERPRISE | _MINIMAL, "micro")
    return _of_family(known) if known.official else None


def _without_shell(known: ImageFacts) -> frozenset[str]:
    last = known.name.rpartition("/")[2]
    has = next((_names(has) for start, has in _DISTROLESS.items() if last.startswith(start)), frozenset[str]())
    if not known.name.startswith("gcr.io/distroless/"):
        has |= _LANGUAGES
    return (_SHELLS | _SHELL_TOOLS | _ALPINE | _DEBIAN) - has


def _of_image(reference: Reference, known: ImageFacts, image: _Image) -> Lack | None:
    tag = tags.read(reference.tag or "latest")
    is_old = tag.version and tags.number(tag.version) < image.first
    if is_old or (reference.tag is None and reference.digest) or "onbuild" in tag.words:
        return _of_family(known)
    has = _names(image.has)
    if reference.familiar not in _BARE_SYSTEMS:
        has |= {"update-ca-certificates"}
    if known.family == "alpine":
        return Lack(_ALPINE - has, "alpine")
    if known.family not in _DEBIANS or (not tag.version and not _is_current(tag)):
        return _of_family(known)
    if image.full and "slim" not in tag.words:
        return Lack(_BUILDPACK - has, "debian")
    return Lack(_of_debian(known, tag) - has, "debian")


def _of_family(known: ImageFacts) -> Lack | None:
    """Only the package managers of other distributions, for an image that has something more than nobody knows."""
    if known.family == "alpine":
        return Lack(_APT | _RPM | _OTHERS, "alpine")
    if known.family in _DEBIANS:
        return Lack(_RPM | _OTHERS | {"apk"}, "debian")
    return None


# Names of tags that move on with the releases.
_MOVING = frozenset({"latest", "slim", "lts", "current", "stable", "sid", "unstable", "testing", "rolling", "devel"})


def _is_current(tag: tags.Tag) -> bool:
    flavours = _MOVING | {"jdk", "jre", "fpm", "cli", "apache", "zts", "perl", "mainline", "otel"}
    return all(word in flavours or tags.is_system_word(word) for word in tag.words)


def _of_debian(known: ImageFacts, tag: tags.Tag) -> frozenset[str]:
    product, _, release = (known.distro or "").partition(":")
    number = tags.number(tags.release(product, tags.read(release)) or "") if release else ()
    is_new = not release and bool(_MOVING & set(tag.words))
    if product == "ubuntu":
        if is_new or number >= (18, 4):
            return _DEBIAN | {"gpg", "ping"}
        return _DEBIAN | {"ping"} if number >= (16, 4) else _OLD_UBUNTU
    if is_new or number >= (11,):
        return _DEBIAN | {"gpg", "ps", "ping"}
    if number >= (9,):
        return _DEBIAN | {"gpg", "ps"}
    return _DEBIAN - {"ssh", "ssh-keygen", "nc", "telnet", "ifconfig", "netstat"}


def _of_rpm(name: str, known: ImageFacts) -> frozenset[str]:
    lacked = _ENTERPRISE | _OFFICIAL_RPM[name]
    return lacked | _CENTOS_7 if known.distro == "centos:7" else lacked


def _is_minimal(name: str) -> bool:
    """Red Hat's images with microdnf, from the eighth on."""
    last = name.rpartition("/")[2]
    is_ubi = name.startswith(("registry.access.redhat.com/ubi", "redhat/ubi"))
    return (
        is_ubi and last.endswith("-minimal") and not name.removeprefix("registry.access.redhat.com/").startswith("ubi7")
    )


# Folders of a system, and those at the root where some of the images above keep files of their own.
_SYSTEM_FOLDERS = _names(
    "bin boot dev etc lib lib32 lib64 libx32 proc run sbin sys usr var opt busybox bd_build data go root "
    "docker-entrypoint.d docker-entrypoint-initdb.d docker-entrypoint.sh"
)
_EMPTY_FOLDERS = ("/usr/src/app/", "/usr/app/", "/opt/app/", "/opt/application/", "/go/src/", "/var/app/", "/var/task/")


@lru_cache(maxsize=1024)
def is_plain(reference: Reference) -> bool:
    """Whether all that is known of an image's files holds: they lie in the folders of a system, and nowhere else."""
    known = facts(reference)
    if known is None or known.onbuild or "onbuild" in (reference.tag or "") or reference.is_windows:
        return False
    if reference.familiar == "scratch" or known.no_shell:
        return True
    name = canonical(reference.name)
    return name in _IMAGES or name in _OFFICIAL_RPM or _is_minimal(name)


def may_have_file(reference: Reference, path: str) -> bool:
    """Whether an image may have a file of its own at an absolute path."""
    if reference.familiar == "scratch":
        return False
    if not is_plain(reference):
        return True
    if path.startswith("/usr/src/") and canonical(reference.name) in ("python", "node", "golang", "ruby", "rust"):
        return False
    return path.split("/")[1] in _SYSTEM_FOLDERS and not path.startswith(_EMPTY_FOLDERS)


# Which packages bring a command whose name is not part of theirs.
_PROVIDERS = {
    "ps": ("procps", "busybox"),
    "ping": ("iputils", "inetutils"),
    "useradd": ("shadow", "passwd", "login"),
    "pip": ("python", "py-", "py2-", "py3-"),
    "python": ("py-", "py2-", "py3-", "pypy"),
    "node": ("npm", "iojs", "yarn"),
    "gcc": ("build-essential", "build-base", "base-devel", "alpine-sdk", "g++", "clang", "c++", "gfortran"),
    "make": ("build-essential", "build-base", "base-devel", "alpine-sdk", "dpkg-dev", "cmake"),
    "git": ("alpine-sdk",),
    "nc": ("netcat", "busybox", "ncat", "nmap"),
    "dig": ("dnsutils", "bind", "ldns"),
    "ssh": ("openssh", "dropbear", "git"),
    "gpg": ("gnupg", "gpg", "dirmngr"),
    "java": ("jdk", "jre", "java", "maven", "gradle", "ant", "scala", "tomcat"),
    "ifconfig": ("net-tools", "inetutils", "busybox"),
    "telnet": ("inetutils", "busybox"),
    "vim": ("neovim", "gvim"),
    "psql": ("postgresql", "pgcli"),
    "mysql": ("mariadb", "percona", "mysql"),
    "redis-cli": ("redis", "valkey"),
    "sqlite3": ("sqlite",),
    "supervisord": ("supervisor", "runit", "s6"),
    "php": ("composer",),
    "go": ("golang", "gcc-go", "gccgo"),
    "cargo": ("rust",),
    "ruby": ("gem", "bundler", "rake"),
    "add-apt-repository": ("software-properties", "python-software-properties"),
    "update-ca-certificates": ("ca-certificates",),
    "wget": ("busybox",),
    "bash": ("build-base", "alpine-sdk", "libtool", "glib-dev"),
    "tar": (), "sudo": ("alpine-sdk",), "yarn": (), "mvn": ("maven",),
}  # fmt: skip
# Commands that come together.
_KIN = {
    "usermod": "useradd", "userdel": "useradd", "groupadd": "useradd", "groupmod": "useradd", "groupdel": "useradd",
    "pip2": "pip", "pip3": "pip", "python2": "python", "python3": "python", "npm": "node", "npx": "node",
    "g++": "gcc", "cc": "gcc", "scp": "ssh", "ssh-keygen": "ssh", "ssh-keyscan": "ssh", "netstat": "ifconfig",
    "nslookup": "dig", "javac": "java", "pg_dump": "psql", "mysqldump": "mysql", "gem": "ruby", "bundle": "ruby",
}  # fmt: skip

# Packages that bring none of the tools above but by their names, with all that they need or recommend.
_BARE = _names(
    "apt-transport-https apt-utils bash bzip2 ca-certificates coreutils curl dumb-init findutils gawk gettext-base "
    "gosu grep gzip jq less libc6-compat libcurl3 libffi6 libgcc libgomp1 libpq5 libssl1.0.0 libstdc++ libstdc++6 "
    "locales lsof musl nano netcat openssl patch procps psmisc rsync sed shadow su-exec sudo tar tini tree tzdata "
    "unzip util-linux vim wget which xz xz-utils zip zlib zlib1g epel-release iputils-ping iputils net-tools "
    "openssh-client libressl libcap ncurses readline pcre libffi libxml2 libxslt gosu htop bc file iproute2 "
    "postgresql-client dnsutils bind-tools hostname passwd cronie cron logrotate"
)
_PLAIN = _BARE | _names(
    "autoconf automake build-base build-essential c-ares-dev cmake curl-dev freetype freetype-dev g++ gcc gfortran "
    "gmp-dev icu-dev jpeg-dev libbz2-dev libc-dev libc6-dev libcurl4-openssl-dev libevent-dev libffi-dev "
    "libfreetype6-dev libgmp-dev libjpeg-dev libjpeg-turbo-dev libjpeg62-turbo-dev libldap2-dev liblzma-dev "
    "libmariadb-dev libmcrypt-dev libmysqlclient-dev default-libmysqlclient-dev libpcre3-dev libpng-dev libpng12-dev "
    "libpq-dev libreadline-dev libsasl2-dev libsqlite3-dev libssl-dev libtool libxml2-dev libxslt-dev libxslt1-dev "
    "libyaml-dev libzip-dev linux-headers m4 make mariadb-dev musl-dev ncurses-dev openssl-dev pcre-dev pkg-config "
    "pkgconfig postgresql-dev py-pip py3-pip python python-dev python-pip python2 python3 python3-dev python3-pip "
    "python3-setuptools python-setuptools python3-venv readline-dev sqlite sqlite-dev sqlite3 zlib-dev zlib1g-dev "
    "nginx apache2 supervisor nodejs yaml-dev gcc-c++ openssl-devel zlib-devel libffi-devel bzip2-devel python-devel "
    "python3-devel libpng freetype libjpeg-turbo mysql-client mariadb-client redis-tools bison flex gettext "
    "libjpeg62-turbo libgl1 libglib2.0-0 libsm6 libxext6 libxrender1 libgl1-mesa-glx libmagic1 fontconfig"
)
# What these bring on Debian by their recommendations, or need everywhere.
_BRINGS = {
    "curl": ("update-ca-certificates", "openssl"),
    "wget": ("update-ca-certificates", "openssl"),
    "openssl": ("update-ca-certificates",),
    "ca-certificates": ("openssl",),
    "zip": ("unzip",),
    "git": ("curl", "ssh", "python", "update-ca-certificates", "rsync"),
    "python3-pip": ("update-ca-certificates", "gpg"),
    "net-tools": ("telnet", "nc"),
}


def may_bring(package: str, command: str) -> bool:
    """Whether a package of a distribution may bring a command, itself or by what it pulls in."""
    name = package.lower()
    root = _KIN.get(command, command)
    if command in FOREIGN:
        return command in name
    if any(part in name for part in (command, root, *_PROVIDERS.get(root, ()))):
        return True
    if root in _BRINGS.get(name, ()):
        return True
    return name not in (_BARE if root in LANGUAGES else _PLAIN)


# What to use in place of a command of another distribution.
_COUNTERPARTS = {
    "alpine": {
        "apt-get": "apk", "apt": "apk", "yum": "apk", "dnf": "apk", "microdnf": "apk", "useradd": "adduser -D",
        "groupadd": "addgroup", "usermod": "addgroup USER GROUP",
    },
    "debian": {"apk": "apt-get", "yum": "apt-get", "dnf": "apt-get", "microdnf": "apt-get"},
    "rpm": {"apt-get": "dnf", "apt": "dnf", "apk": "dnf"},
    "micro": {"apt-get": "microdnf", "apt": "microdnf", "apk": "microdnf", "yum": "microdnf", "dnf": "microdnf"},
}  # fmt: skip
# Packages whose names differ from the command's.
_PACKAGES = {
    "alpine": {
        "useradd": "shadow", "gpg": "gnupg", "ssh": "openssh-client", "pip": "py3-pip", "node": "nodejs",
        "java": "openjdk21-jre", "gcc": "build-base", "make": "make", "python": "python3", "mvn": "maven",
        "update-ca-certificates": "ca-certificates", "psql": "postgresql-client", "mysql": "mysql-client",
        "redis-cli": "redis", "sqlite3": "sqlite", "supervisord": "supervisor", "cargo": "cargo",
    },
    "debian": {
        "gpg": "gnupg", "ssh": "openssh-client", "pip": "python3-pip", "node": "nodejs", "java": "default-jre-headless",
        "ps": "procps", "ping": "iputils-ping", "python": "python3", "go": "golang", "mvn": "maven",
        "update-ca-certificates": "ca-certificates", "psql": "postgresql-client", "mysql": "default-mysql-client",
        "redis-cli": "redis-tools", "supervisord": "supervisor", "nc": "netcat-openbsd", "dig": "dnsutils",
        "ifconfig": "net-tools", "add-apt-repository": "software-properties-common",
    },
    "rpm": {
        "useradd": "shadow-utils", "node": "nodejs", "pip": "python3-pip", "g++": "gcc-c++", "ssh": "openssh-clients",
        "go": "golang", "mvn": "maven", "vim": "vim-enhanced",
    },
}  # fmt: skip
_INSTALL = {"alpine": "apk add", "debian": "apt-get install", "rpm": "dnf install", "micro": "microdnf install"}


def counterpart(family: str, command: str) -> str | None:
    """What does the same on a system of this kind: `apk` on Alpine for `apt-get`."""
    return _COUNTERPARTS.get(family, {}).get(command)


def install_line(family: str, command: str) -> str | None:
    """How to install a command; None where no package of the distribution has it."""
    install = _INSTALL.get(family)
    if install is None or command in FOREIGN:
        return None
    packages = _PACKAGES["rpm" if family == "micro" else family]
    if family == "debian" and command == "su-exec":
        return None
    return f"{install} {packages.get(command) or packages.get(_KIN.get(command, ''), command)}"
