"""Which users and groups a base image has, and which names packages bring.

As of November 2026, from the `passwd` and `group` files of Debian's base-passwd, Ubuntu, Alpine's alpine-baselayout,
Fedora's and Red Hat's setup, busybox and distroless, and from the Dockerfiles of the official images. The tables hold
every name of any release: what they lack is in none.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from dockerlint.knowledge.images import ImageFacts
from dockerlint.knowledge.records import canonical


class Accounts(NamedTuple):
    """The names that may exist in an image; `own` are the users that it is known to have itself.

    `is_bare`: nothing is installed that could have brought a name which the distribution gives to packages.
    """

    users: frozenset[str]
    groups: frozenset[str]
    own: tuple[str, ...]
    is_bare: bool


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DEBIAN_USERS = _names(
    "root daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc gnats nobody _apt libuuid"
    " syslog systemd-timesync systemd-network systemd-resolve systemd-bus-proxy"
)
_DEBIAN_GROUPS = _names(
    "root daemon bin sys adm tty disk lp mail news uucp man proxy kmem dialout fax voice cdrom floppy tape sudo audio"
    " dip www-data backup operator list irc src gnats shadow utmp video sasl plugdev staff games users nogroup _ssh"
    " input sgx kvm render crontab netdev syslog libuuid clock admin systemd-journal systemd-timesync systemd-network"
    " systemd-resolve systemd-bus-proxy"
)
_ALPINE_USERS = _names(
    "root bin daemon adm lp sync shutdown halt mail news uucp operator man postmaster cron ftp sshd at squid xfs games"
    " cyrus vpopmail ntp smmsp guest nobody postgres apache"
)
_ALPINE_GROUPS = _names(
    "root bin daemon sys adm tty disk lp mem kmem wheel floppy mail news uucp man cron console audio cdrom dialout ftp"
    " sshd input at tape video netdev readproc squid xfs kvm games shadow postgres cdrw www-data usb vpopmail users"
    " apache nofiles smmsp locate abuild utmp ping ntp guest nogroup nobody"
)
_REDHAT_USERS = _names(
    "root bin daemon adm lp sync shutdown halt mail news uucp operator games gopher ftp nobody vcsa tss dbus sshd"
    " systemd-network systemd-bus-proxy systemd-coredump systemd-resolve systemd-oom systemd-timesync"
)
_REDHAT_GROUPS = _names(
    "root bin daemon sys adm tty disk lp mem kmem wheel cdrom mail news uucp man games gopher dialout floppy video dip"
    " ftp lock audio nobody users utmp utempter ssh_keys input render sgx kvm tape clock vcsa tss dbus sshd"
    " systemd-journal systemd-network systemd-bus-proxy systemd-coredump systemd-resolve systemd-oom systemd-timesync"
)
_BUSYBOX_USERS = _names(
    "root daemon bin sys sync mail proxy www-data backup operator haldaemon dbus ftp nobody sshd default"
)
_BUSYBOX_GROUPS = _names(
    "root daemon bin sys adm tty disk lp mail kmem wheel cdrom dialout floppy video audio tape www-data operator utmp"
    " plugdev staff lock netdev input render users nogroup nobody proxy backup haldaemon dbus ftp sshd default"
)

_REDHAT = ("fedora", "centos", "centos-stream", "rockylinux", "almalinux", "rhel", "oraclelinux", "amazonlinux")
_SYSTEMS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "scratch": (frozenset(), frozenset()),
    "debian": (_DEBIAN_USERS, _DEBIAN_GROUPS),
    "ubuntu": (_DEBIAN_USERS, _DEBIAN_GROUPS),
    "alpine": (_ALPINE_USERS, _ALPINE_GROUPS),
    "busybox": (_BUSYBOX_USERS, _BUSYBOX_GROUPS),
    **dict.fromkeys(_REDHAT, (_REDHAT_USERS, _REDHAT_GROUPS)),
}

# The images that consist of the distribution and nothing else.
_BARE = frozenset(_SYSTEMS)

# Images on a distribution, with the users (and groups of the same names) that they add. Others are not judged.
_OWN: dict[str, tuple[str, ...]] = {
    "amazoncorretto": (),
    "buildpack-deps": (),
    "eclipse-temurin": (),
    "golang": (),
    "gradle": ("gradle",),
    "httpd": ("www-data",),
    "ibmjava": (),
    "maven": (),
    "nginx": ("nginx",),
    "node": ("node",),
    "openjdk": (),
    "perl": (),
    "php": ("www-data",),
    "python": (),
    "ruby": (),
    "rust": (),
}
_DOTNET = r"mcr\.microsoft\.com/dotnet/(sdk|aspnet|runtime|runtime-deps)"
_DISTROLESS = r"gcr\.io/distroless/.+"
# The first release of Ubuntu whose image has a user of that name.
_UBUNTU_HAS_USER = (23, 4)

# Names that packages of the distributions create, whatever the packages are called.
_PACKAGE_NAMES = _names(
    "Debian-exim Debian-gdm Debian-snmp _apt _chrony _flatpak _gpsd _lldpd _mosquitto _rpc _ssh adm airflow amavis"
    " apache asterisk at avahi avahi-autoipd bind bitcoin boinc cacti caddy cassandra ceph chrome clamav clickhouse"
    " colord consul couchdb crontab cups cyrus daemon dbus debian-deluged debian-spamd debian-tor"
    " debian-transmission dnsmasq docker dovecot dovenull ejabberd elasticsearch epmd etcd exim fluentd freerad frr"
    " fuse fwupd-refresh ganglia gdm geoclue git gitlab-runner gitlog gitolite3 glance gnats gnome-initial-setup"
    " grafana haclient hacluster haproxy hplip http i2c icecast2 influxdb irc jenkins jetty kafka kernoops keystone"
    " kibana kvm ldap lightdm lighttpd list logstash lxd mail mailman man mariadb media-rw memcache memcached"
    " messagebus minidlna mlocate mongod mongodb mopidy mosquitto mpd mumble-server munge munin mysql nagios named"
    " neo4j netdata netdev nginx nm-openvpn nova nrpe nslcd ntp nut nx odoo ods opendkim opendmarc openldap openvpn"
    " oprofile oracle pcap pdns php-fpm polkitd polkituser postdrop postfix postgres postgresql privoxy proftpd"
    " prometheus prosody proxy pulse pulse-access puppet quassel-core rabbitmq radicale radvd redis riak rpc rpcuser"
    " rslsync rstudio-server rtkit salt saned sasl scanner sddm sensu slurm smmsp smmta snmp solr spamd"
    " speech-dispatcher sphinxsearch squid ssh sshd ssl-cert statd stunnel stunnel4 sudo supervisor syslog"
    " systemd-coredump systemd-journal systemd-network systemd-resolve systemd-timesync tcpdump telegraf tftp"
    " tinyproxy tomcat tomcat6 tomcat7 tomcat8 tomcat9 tor transmission tss ulog unbound unifi usbmux usbmuxd uucp"
    " uuidd uwsgi varnish vboxadd vcache vcsa vde2-net video vmail vsftpd wheel whoopsie wireshark www www-data xrdp"
    " zabbix znc zookeeper"
)

# Packages that are known to create none.
_BRING_NOBODY = (
    r"(?:lib|python|perl|ruby|php|fonts-|ttf-|gcc|g\+\+|clang|llvm|openjdk|musl|nodejs|npm|yarn|golang|ca-certificates).*"
    r"|.+-(?:dev|devel|dbg|doc|libs|utils|tools)"
    r"|apt-transport-https|apt-utils|autoconf|automake|bash|bc|binutils|bison|build-base|build-essential|bzip2|cargo"
    r"|cmake|coreutils|curl|diffutils|ffmpeg|file|findutils|flex|gawk|gettext|git|gnupg2?|go|graphviz|grep|gzip"
    r"|imagemagick|iproute2?|iputils(?:-ping)?|jq|less|linux-headers|locales|lsb-release|m4|make|maven|mercurial|nano"
    r"|ncurses|net-tools|netcat(?:-openbsd)?|ninja-build|openssh-client|openssl|patch|pip|pkg-config|pkgconf(?:ig)?"
    r"|procps|readline|rsync|rust|sed|shadow|software-properties-common|sqlite3?|subversion-.*|su-exec|gosu|sudo|tar"
    r"|tini|dumb-init|tree|tzdata|unzip|util-linux|vim|wget|which|xz(?:-utils)?|zip|zlib1g|adduser|passwd|default-jre.*"
    r"|default-jdk.*|java-.*"
)

# Names that people give; no package creates them, whatever it is called.
_NEVER_OF_PACKAGES = _names(
    "app application appuser appgroup golang java node nodejs nonroot php python ruby rust user worker"
)


def accounts(known: ImageFacts) -> Accounts | None:
    """The users and groups of an image; None for one of which not all are known."""
    name = canonical(known.name)
    if re.fullmatch(_DISTROLESS, name):
        groups = frozenset({"root", "nobody", "tty", "staff", "nonroot"})
        return Accounts(frozenset({"root", "nobody", "nonroot"}), groups, ("nobody", "nonroot"), is_bare=True)
    system = _SYSTEMS.get(known.family or "")
    own = ("app",) if re.fullmatch(_DOTNET, name) else _OWN.get(name)
    if system is None or (own is None and name not in _BARE):
        return None
    own = (*(own or ()), *(("ubuntu",) if _has_ubuntu(known) else ()))
    also = {user for user in (known.default_user, known.ready_user, known.worker_user, known.drops_to) if user}
    if "ubuntu" not in own:
        also.discard("ubuntu")
    users, groups = system
    return Accounts(users | also | {*own}, groups | also | {*own}, own, name in _BARE)


def _has_ubuntu(known: ImageFacts) -> bool:
    """Whether the image may have the user `ubuntu`."""
    system, _, release = (known.distro or "").partition(":")
    parts = re.fullmatch(r"(\d+)\.(\d+)", release)
    if system != "ubuntu" or parts is None:
        return system == "ubuntu"
    return (int(parts.group(1)), int(parts.group(2))) >= _UBUNTU_HAS_USER


def may_come_with(name: str, package: str) -> bool:
    """Whether a package may create a user or group of a name. Of most packages nobody here knows which they create."""
    if name in _NEVER_OF_PACKAGES:
        return False
    bare = name.lower().strip("_")
    return bare in package or not re.fullmatch(_BRING_NOBODY, package.lower())


def is_of_packages(name: str) -> bool:
    """Whether some package of the distributions creates a user or group of a name."""
    return name in _PACKAGE_NAMES


# An image of these names has had its default user in all its versions, or the data tells which had not.
_ALWAYS = (
    r"(?:jenkins/jenkins|jenkins|memcached|haproxy|elasticsearch|(?:quay\.io/)?jupyter/.+|circleci/(?:android|clojure"
    r"|golang|node|openjdk|php|python|ruby)|cimg/.+)"
)
# Of these, the versions of today.
_NOW = r"(?:selenium|bitnami|jetbrains|grafana|apache|gitpod|mambaorg|jenkins)/.+|mcr\.microsoft\.com/mssql/.+"
# A tag that moves on to today's version.
_MOVING = r"latest|lts|stable|alpine|slim|debian|ubuntu"


def default_user(known: ImageFacts, tag: str | None) -> str | None:
    """The user that an image surely starts as, beyond what is usual: older versions often were root's."""
    name = canonical(known.name)
    if known.default_user in (None, "root", "0") or re.fullmatch(_ALWAYS, name):
        return known.default_user
    is_kept = known.official or re.fullmatch(_NOW, name) is not None
    return known.default_user if is_kept and re.fullmatch(_MOVING, tag or "latest") else None
