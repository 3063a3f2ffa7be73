"""What well-known images are made for, and what of the host they can do their work with.

An image is known by its name without registry and tag (`grafana/promtail`) or, where forks and mirrors keep its last
part, by that alone (`promtail`). From the images' own documentation, November 2026.
"""

from __future__ import annotations

from collections.abc import Mapping

from dockerlint.dockerfile.image import Reference

# Groups of the Docker API that users of the socket get along with, as socket proxies call them.
# https://github.com/Tecnativa/docker-socket-proxy#grant-or-revoke-access-to-certain-api-sections
_API_GROUPS: Mapping[str, tuple[str, ...]] = {
    "acme-companion": ("CONTAINERS", "EXEC", "POST"),
    "alloy": ("CONTAINERS", "NETWORKS"),
    "autoheal": ("CONTAINERS", "POST"),
    "cadvisor": ("CONTAINERS", "INFO"),
    "crowdsec": ("CONTAINERS",),
    "datadog/agent": ("CONTAINERS", "IMAGES", "INFO", "NETWORKS"),
    "diun": ("CONTAINERS", "IMAGES"),
    "docker-autoheal": ("CONTAINERS", "POST"),
    "docker-gen": ("CONTAINERS", "INFO"),
    "dozzle": ("CONTAINERS", "INFO"),
    "glances": ("CONTAINERS", "INFO"),
    "homepage": ("CONTAINERS",),
    "netdata": ("CONTAINERS",),
    "nginx-proxy": ("CONTAINERS", "INFO"),
    "ofelia": ("CONTAINERS", "EXEC", "POST"),
    "promtail": ("CONTAINERS", "NETWORKS"),
    "telegraf": ("CONTAINERS", "INFO"),
    "traefik": ("CONTAINERS", "NETWORKS"),
    "uptime-kuma": ("CONTAINERS",),
    "vector": ("CONTAINERS", "INFO"),
    "watchtower": ("CONTAINERS", "IMAGES", "NETWORKS", "POST"),
    "whats-up-docker": ("CONTAINERS", "IMAGES"),
    "wud": ("CONTAINERS", "IMAGES"),
}
_SOCKET_PROXIES = frozenset({"docker-socket-proxy", "socket-proxy", "docker-proxy-acl"})

# They look at the whole host, which they only read.
_MONITORS = frozenset(
    {"node-exporter", "node_exporter", "cadvisor", "netdata", "glances", "datadog/agent", "promtail", "alloy"}
    | {"filebeat", "metricbeat", "auditbeat", "packetbeat", "process-exporter", "telegraf", "vector", "fluent-bit"}
    | {"scaphandre", "beszel-agent", "prometheus-node-exporter"}
)
# What they do is the host's network itself: discovery by broadcast, addresses, routes.
_NETWORKERS = frozenset(
    {"node-exporter", "node_exporter", "prometheus-node-exporter", "home-assistant", "homeassistant", "netdata"}
    | {"avahi", "docker-avahi", "avahi-reflector", "mdns-repeater", "mdns-reflector", "dhcpd", "dnsmasq", "kea"}
    | {"isc-dhcp-server", "wireguard", "wg-easy", "tailscale", "zerotier", "zerotier-containerized", "netbird"}
    | {"openvpn", "strongswan", "pihole", "adguardhome", "plex", "pms-docker", "keepalived", "frr", "bird"}
    | {"homebridge", "matter-server", "python-matter-server", "otbr", "beszel-agent", "suricata", "zeek", "ntopng"}
    | {"tcpdump", "netshoot", "nfs-server", "nfs", "samba", "jellyfin", "datadog/agent", "passivedns", "bettercap"}
)
_VIRTUAL_NETWORKS = frozenset(
    {"wireguard", "wg-easy", "gluetun", "openvpn", "docker-openvpn", "openvpn-as", "tailscale", "zerotier", "headscale"}
    | {"zerotier-containerized", "pihole", "netbird", "netbird-client", "adguardhome", "dnsmasq", "strongswan", "n2n"}
    | {
        "ipsec-vpn-server",
        "softethervpn",
        "openconnect",
        "ocserv",
        "delugevpn",
        "arch-delugevpn",
        "arch-qbittorrentvpn",
    }
    | {"transmission-openvpn", "amneziawg", "nebula", "netmaker", "netclient", "unbound", "hwdsl2/ipsec-vpn-server"}
)
# Capabilities without which an image does not do its work, or not well.
_CAPABILITIES: Mapping[str, frozenset[str]] = {
    "NET_ADMIN": _VIRTUAL_NETWORKS | {"keepalived", "frr", "bird", "crowdsec-firewall-bouncer", "fail2ban"},
    "IPC_LOCK": frozenset(
        {"elasticsearch", "elasticsearch/elasticsearch", "opensearch", "vault", "openbao", "mssql/server"}
    ),
    "SYS_NICE": frozenset({"mysql", "mariadb", "percona", "mongo", "home-assistant", "homeassistant"}),
}
_DNS_SERVERS = frozenset(
    {"pihole", "adguardhome", "bind9", "bind", "unbound", "dnsmasq", "coredns", "technitium", "dns-server", "blocky"}
    | {"powerdns", "pdns-auth", "pdns-recursor", "knot", "nsd", "dnscrypt-proxy", "dnsdist", "smartdns", "stubby"}
)
_MAIL_SERVERS = frozenset(
    {"docker-mailserver", "postfix", "dovecot", "mailu", "poste.io", "mailcow", "stalwart", "mail-server"}
    | {"iredmail", "opensmtpd", "exim", "exim4", "maddy", "mox", "smtp", "docker-smtp-relay", "modoboa"}
)
_REVERSE_PROXIES = frozenset(
    {"traefik", "nginx", "nginx-unprivileged", "caddy", "haproxy", "envoy", "httpd", "apache", "nginx-proxy", "swag"}
    | {"nginx-proxy-manager", "openresty", "kong", "caddy-docker-proxy", "tengine", "angie", "bunkerweb", "zoraxy"}
)
# Programs in them rise to root on purpose: sudo, or an init of their own.
_RISING = frozenset(
    {"code-server", "gitlab-ce", "gitlab-ee", "base-notebook", "minimal-notebook", "scipy-notebook", "webtop"}
    | {"datascience-notebook", "pyspark-notebook", "tensorflow-notebook", "all-spark-notebook", "enterprise-base"}
    | {"smokeping", "crontab-ui", "docker-pi-hole", "samba-domain"}
)
# What is enough where people write `privileged: true`.
_INSTEAD_OF_PRIVILEGED: Mapping[str, str] = {
    "docker": "`docker:dind-rootless` runs without it",
    "buildkit": "`moby/buildkit:rootless` runs without it",
    "wireguard": "`cap_add: [NET_ADMIN]` is enough",
    "wg-easy": "`cap_add: [NET_ADMIN]` is enough",
    "openvpn": "`cap_add: [NET_ADMIN]` and `devices: [/dev/net/tun]` are enough",
    "strongswan": "`cap_add: [NET_ADMIN]` is enough",
    "tailscale": "`cap_add: [NET_ADMIN]` and `devices: [/dev/net/tun]` are enough",
    "cadvisor": "`devices: [/dev/kmsg]` is enough",
    "frigate": "`devices: [/dev/dri, /dev/bus/usb]` is enough",
    "home-assistant": "`devices:` with its sticks and `cap_add: [NET_ADMIN, NET_RAW]` for Bluetooth are enough",
    "zigbee2mqtt": "`devices:` with its stick is enough",
    "rclone": "`cap_add: [SYS_ADMIN]` and `devices: [/dev/fuse]` are enough",
    "mergerfs": "`cap_add: [SYS_ADMIN]` and `devices: [/dev/fuse]` are enough",
    "mediamtx": "`devices:` with its camera is enough",
    "ustreamer": "`devices:` with its camera is enough",
}


def api_groups(reference: Reference) -> tuple[str, ...]:
    """The groups of the Docker API that an image needs, for a socket proxy; none where nobody knows."""
    return next((_API_GROUPS[name] for name in _names(reference) if name in _API_GROUPS), ())


def is_socket_proxy(reference: Reference) -> bool:
    """Whether it stands between the Docker socket and those who may only use a part of the API."""
    return _is_one_of(reference, _SOCKET_PROXIES)


def is_monitor(reference: Reference) -> bool:
    """Whether it watches the host, for which it must see it."""
    return _is_one_of(reference, _MONITORS)


def works_in_host_network(reference: Reference) -> bool:
    """Whether it can only do its work in the network of the host."""
    return _is_one_of(reference, _NETWORKERS)


def needs_capability(reference: Reference, capability: str) -> bool:
    """Whether an image does not do its work without a capability, named without `CAP_`."""
    return _is_one_of(reference, _CAPABILITIES.get(capability, frozenset()))


def is_dns_server(reference: Reference) -> bool:
    """Whether it answers on port 53 by nature."""
    return _is_one_of(reference, _DNS_SERVERS)


def is_mail_server(reference: Reference) -> bool:
    """Whether it takes mail on its well-known ports."""
    return _is_one_of(reference, _MAIL_SERVERS)


def is_reverse_proxy(reference: Reference) -> bool:
    """Whether it is made to be reached on ports 80 and 443 by everybody."""
    return _is_one_of(reference, _REVERSE_PROXIES)


def needs_setuid(reference: Reference) -> bool:
    """Whether programs in it become root by sudo or the like, as they are meant to."""
    return _is_one_of(reference, _RISING)


def instead_of_privileged(reference: Reference) -> str | None:
    """What is enough for an image that people run privileged."""
    return next((_INSTEAD_OF_PRIVILEGED[name] for name in _names(reference) if name in _INSTEAD_OF_PRIVILEGED), None)


def _is_one_of(reference: Reference, names: frozenset[str]) -> bool:
    return not names.isdisjoint(_names(reference))


def _names(reference: Reference) -> tuple[str, str]:
    path = reference.path.removeprefix("library/")
    return path, path.rpartition("/")[2]
