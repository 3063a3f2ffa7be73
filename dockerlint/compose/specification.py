"""What may stand where in a Compose file: its keys, with the types and forms of their values.

Written from the reference and measured with Docker Compose 5.6, which is laxer here and stricter there.
https://docs.docker.com/reference/compose-file/
"""

from __future__ import annotations

from math import inf

from dockerlint.compose.forms import BOOLEAN, DURATION, FRACTION, SIZE, WHOLE
from dockerlint.compose.shapes import ANYTHING, Shape, either, listed, mapping, named, pattern, scalar, words

_NOT_NEGATIVE = (0, inf)

_TEXT = scalar("text")
_NULL = scalar("null")
_SWITCH = scalar("boolean", "text", form=BOOLEAN)
_WHOLE = scalar("integer", "text", form=WHOLE)
_COUNT = scalar("integer", "text", form=WHOLE, limits=_NOT_NEGATIVE)
_FRACTION = scalar("number", "text", form=FRACTION)
_DURATION = scalar("text", form=DURATION)
_SIZE = scalar("integer", "text", form=SIZE)
_ANY_SIZE = scalar("number", "text", form=SIZE)
_ANY_SCALAR = scalar("text", "number", "boolean", "date", "null")

_TEXTS = listed(_TEXT)
_UNIQUE_TEXTS = listed(_TEXT, unique=True)
_TEXT_OR_TEXTS = either(_TEXT, _TEXTS)
_TEXT_OR_NUMBER = scalar("text", "number")
_COMMAND = either(_TEXT, _TEXTS, _NULL)
_ASSIGNMENTS = either(named(_ANY_SCALAR), _TEXTS)
_UNIQUE_ASSIGNMENTS = either(named(_ANY_SCALAR), _UNIQUE_TEXTS)
_OPTIONS = named(scalar("text", "number", "date"))
_HOST = scalar("text", form=pattern("no host with its address, as in `name=10.0.0.1`", "[^=:]+[=:].+"))
_HOSTS = either(named(either(_TEXT, _TEXTS)), listed(_HOST, unique=True))
_EXTERNAL = either(_SWITCH, mapping("`external`", {"name": _TEXT}))
_LAX_EXTERNAL = either(_SWITCH, Shape(keys={"name": _TEXT}, others=ANYTHING))


def _ulimits(limit: Shape) -> Shape:
    return named(either(limit, mapping("a limit of `ulimits`", {"hard": limit, "soft": limit}, ("hard", "soft"))))


_MODE = scalar("whole", "text", form=pattern("no mode of a file, such as `0440`", "[0-7]+"))
_FILE_OF_SERVICE = {"source": _TEXT, "target": _TEXT, "uid": _TEXT, "gid": _TEXT, "mode": _MODE}
_SECRETS = listed(either(_TEXT, mapping("a secret of a service", _FILE_OF_SERVICE)))
_CONFIGS = listed(either(_TEXT, mapping("a config of a service", _FILE_OF_SERVICE)))

_BUILD = mapping(
    "`build`",
    {
        "additional_contexts": either(named(_TEXT), listed(scalar("text", form=pattern("no `name=context`", ".*=.*")))),
        "args": _ASSIGNMENTS,
        "cache_from": _TEXTS,
        "cache_to": _TEXTS,
        "context": _TEXT,
        "dockerfile": _TEXT,
        "dockerfile_inline": _TEXT,
        "entitlements": _TEXTS,
        "extra_hosts": _HOSTS,
        "isolation": _TEXT,
        "labels": _ASSIGNMENTS,
        "network": _TEXT,
        "no_cache": _SWITCH,
        "no_cache_filter": either(_TEXT, _UNIQUE_TEXTS),
        "platforms": _TEXTS,
        "privileged": _SWITCH,
        "provenance": scalar("text", "boolean"),
        "pull": _SWITCH,
        "sbom": scalar("text", "boolean"),
        "secrets": _SECRETS,
        "shm_size": _SIZE,
        "ssh": either(
            named(_ANY_SCALAR),
            listed(scalar("text", form=pattern("neither `default` nor `id=key`", "default|.*=.*")), unique=True),
        ),
        "tags": _TEXTS,
        "target": _TEXT,
        "ulimits": _ulimits(scalar("whole")),
    },
)

_RATES = listed(mapping("a limit of `blkio_config`", {"path": _TEXT, "rate": _SIZE}).closed())
_WEIGHT = scalar("integer", limits=_NOT_NEGATIVE)
_WEIGHTS = listed(mapping("a weight of `blkio_config`", {"path": _TEXT, "weight": _WEIGHT}).closed())
_BLKIO = mapping(
    "`blkio_config`",
    {
        "device_read_bps": _RATES,
        "device_read_iops": _RATES,
        "device_write_bps": _RATES,
        "device_write_iops": _RATES,
        "weight": _WEIGHT,
        "weight_device": _WEIGHTS,
    },
).closed()

_DEVICE_REQUEST = {
    "capabilities": _UNIQUE_TEXTS,
    "count": scalar("whole", "text", form=pattern("neither `all` nor a whole number", "all|[-+]?[0-9]{1,18}")),
    "device_ids": _UNIQUE_TEXTS,
    "driver": _TEXT,
    "options": _UNIQUE_ASSIGNMENTS,
}
_ROLLOUT = {
    "delay": _DURATION,
    "failure_action": _TEXT,
    "max_failure_ratio": _FRACTION,
    "monitor": _DURATION,
    "order": scalar("text", form=words("start-first", "stop-first")),
    "parallelism": _COUNT,
}
_LIMITS = mapping("`limits`", {"cpus": _FRACTION, "memory": scalar("text", form=SIZE), "pids": _WHOLE})
_GENERIC_RESOURCE = mapping(
    "a generic resource",
    {
        "discrete_resource_spec": mapping(
            "`discrete_resource_spec`", {"kind": _TEXT, "value": scalar("number", "text", form=WHOLE)}
        )
    },
)
_RESERVATIONS = mapping(
    "`reservations`",
    {
        "cpus": _FRACTION,
        "devices": listed(mapping("a device of `reservations`", _DEVICE_REQUEST, ("capabilities",))),
        "generic_resources": listed(_GENERIC_RESOURCE),
        "memory": scalar("text", form=SIZE),
    },
)
_DEPLOY = mapping(
    "`deploy`",
    {
        "endpoint_mode": _TEXT,
        "labels": _ASSIGNMENTS,
        "mode": _TEXT,
        "placement": mapping(
            "`placement`",
            {
                "constraints": _TEXTS,
                "max_replicas_per_node": _COUNT,
                "preferences": listed(mapping("a preference of `placement`", {"spread": _TEXT})),
            },
        ),
        "replicas": _COUNT,
        "resources": mapping("`resources`", {"limits": _LIMITS, "reservations": _RESERVATIONS}),
        "restart_policy": mapping(
            "`restart_policy`",
            {"condition": _TEXT, "delay": _DURATION, "max_attempts": _COUNT, "window": _DURATION},
        ),
        "rollback_config": mapping("`rollback_config`", _ROLLOUT),
        "update_config": mapping("`update_config`", _ROLLOUT),
    },
)

_HOOK_KEYS = {
    "command": _COMMAND,
    "environment": _UNIQUE_ASSIGNMENTS,
    "privileged": _SWITCH,
    "user": _TEXT,
    "working_dir": _TEXT,
}
_HOOK = mapping("a hook", _HOOK_KEYS, ("command",))
_WATCH = mapping(
    "a rule of `watch`",
    {
        "action": scalar("text", form=words("rebuild", "sync", "restart", "sync+restart", "sync+exec")),
        "exec": _HOOK,
        "ignore": either(_TEXT, _UNIQUE_TEXTS),
        "include": _TEXT_OR_TEXTS,
        "initial_sync": scalar("boolean"),
        "path": scalar("text", form=pattern("no path", ".+")),
        "target": _TEXT,
    },
    ("path", "action"),
)

_HEALTHCHECK = mapping(
    "`healthcheck`",
    {
        "disable": _SWITCH,
        "interval": _DURATION,
        "retries": scalar("number", "text", form=WHOLE, limits=_NOT_NEGATIVE),
        "start_interval": _DURATION,
        "start_period": _DURATION,
        "test": _TEXT_OR_TEXTS,
        "timeout": _DURATION,
    },
)

_PORT = mapping(
    "a port",
    {
        "app_protocol": _TEXT,
        "host_ip": _TEXT,
        "mode": _TEXT,
        "name": _TEXT,
        "protocol": _TEXT,
        "published": scalar("text", "whole"),
        "target": scalar("text", "integer"),
    },  # all else is noted where ports are read
)
_MOUNT = mapping(
    "a mount",
    {
        "bind": mapping(
            "`bind`",
            {
                "create_host_path": _SWITCH,
                "propagation": _TEXT,
                "recursive": scalar("text", form=words("enabled", "disabled", "writable", "readonly")),
                "selinux": scalar("text", form=words("z", "Z")),
            },
        ),
        "consistency": _TEXT,
        "image": mapping("`image`", {"subpath": _TEXT}),
        "read_only": _SWITCH,
        "source": _TEXT,
        "target": _TEXT,
        "tmpfs": mapping(
            "`tmpfs`",
            {
                "mode": scalar("number", limits=_NOT_NEGATIVE),
                "size": scalar("integer", "text", form=SIZE, limits=_NOT_NEGATIVE),
            },
        ),
        "type": scalar("text", form=words("bind", "volume", "tmpfs", "cluster", "npipe", "image")),
        "volume": mapping("`volume`", {"labels": _UNIQUE_ASSIGNMENTS, "nocopy": _SWITCH, "subpath": _TEXT}),
    },  # a missing `type` or `target` is noted where mounts are read
)
_DEPENDENCY = mapping(
    "a dependency",
    {
        "condition": scalar("text", form=words("service_started", "service_healthy", "service_completed_successfully")),
        "required": _SWITCH,
        "restart": _SWITCH,
    },
    ("condition",),
)
_ENDPOINT = mapping(
    "a network of a service",
    {
        "aliases": _TEXTS,
        "driver_opts": _OPTIONS,
        "gw_priority": scalar("number"),
        "interface_name": _TEXT,
        "ipv4_address": _TEXT,
        "ipv6_address": _TEXT,
        "link_local_ips": _TEXTS,
        "mac_address": _TEXT,
        "priority": scalar("number"),
    },
)

_OPTION = scalar("text", "number", "boolean", "date")
SERVICE = mapping(
    "a service",
    {
        "annotations": _ASSIGNMENTS,
        "attach": _SWITCH,
        "blkio_config": _BLKIO,
        "build": either(_TEXT, _BUILD),
        "cap_add": _TEXTS,
        "cap_drop": _TEXTS,
        "cgroup": scalar("text", form=words("host", "private")),
        "cgroup_parent": _TEXT,
        "command": _COMMAND,
        "configs": _CONFIGS,
        "container_name": scalar("text", form=pattern("no name of a container", r".*[a-zA-Z0-9][a-zA-Z0-9_.-].*")),
        "cpu_count": _COUNT,
        "cpu_percent": scalar("integer", "text", form=FRACTION, limits=(0, 100)),
        "cpu_period": scalar("number", "text", form=WHOLE),
        "cpu_quota": scalar("number", "text", form=WHOLE),
        "cpu_rt_period": scalar("number", "text", form=WHOLE),
        "cpu_rt_runtime": scalar("number", "text", form=WHOLE),
        "cpu_shares": scalar("number", "text", form=WHOLE),
        "cpus": _FRACTION,
        "cpuset": _TEXT,
        "credential_spec": mapping("`credential_spec`", {"config": _TEXT, "file": _TEXT, "registry": _TEXT}),
        "depends_on": either(_UNIQUE_TEXTS, named(_DEPENDENCY)),
        "deploy": either(_DEPLOY, _NULL),
        "develop": either(mapping("`develop`", {"watch": listed(_WATCH)}), _NULL),
        "device_cgroup_rules": _UNIQUE_TEXTS,
        "devices": listed(
            either(_TEXT, mapping("a device", {"permissions": _TEXT, "source": _TEXT, "target": _TEXT}, ("source",)))
        ),
        "dns": _TEXT_OR_TEXTS,
        "dns_opt": _TEXTS,
        "dns_search": _TEXT_OR_TEXTS,
        "domainname": _TEXT,
        "entrypoint": _COMMAND,
        "env_file": either(
            _TEXT,
            listed(
                either(
                    _TEXT,
                    mapping("an env file", {"format": _TEXT, "path": _TEXT, "required": _SWITCH}, ("path",)).closed(),
                )
            ),
        ),
        "environment": _ASSIGNMENTS,
        "expose": listed(scalar("text", "whole")),
        # A missing service is noted when it is looked for.
        "extends": either(_TEXT, Shape(keys={"file": _TEXT, "service": _TEXT}, others=ANYTHING)),
        "external_links": _UNIQUE_TEXTS,
        "extra_hosts": _HOSTS,
        "gpus": either(scalar("text", form=words("all")), listed(Shape(keys=_DEVICE_REQUEST, others=ANYTHING))),
        "group_add": listed(scalar("text", "whole"), unique=True),
        "healthcheck": _HEALTHCHECK,
        "hostname": _TEXT,
        "image": _TEXT,
        "init": _SWITCH,
        "ipc": _TEXT,
        "isolation": _TEXT,
        "label_file": _TEXT_OR_TEXTS,
        "labels": _ASSIGNMENTS,
        "links": _TEXTS,
        "logging": mapping("`logging`", {"driver": _TEXT, "options": named(scalar("text", "number", "date", "null"))}),
        "mac_address": _TEXT,
        "mem_limit": _ANY_SIZE,
        "mem_reservation": _SIZE,
        "mem_swappiness": _SIZE,
        "memswap_limit": _ANY_SIZE,
        "models": either(
            _UNIQUE_TEXTS,
            named(either(mapping("a model of a service", {"endpoint_var": _TEXT, "model_var": _TEXT}), _NULL)),
        ),
        "network_mode": _TEXT,
        "networks": either(_UNIQUE_TEXTS, named(either(_ENDPOINT, _NULL))),
        "oom_kill_disable": _SWITCH,
        "oom_score_adj": scalar("integer", "text", form=WHOLE, limits=(-1000, 1000)),
        "pid": _TEXT,
        "pids_limit": scalar("number", "text", form=WHOLE),
        "platform": _TEXT,
        "ports": listed(either(scalar("text", "number"), _PORT)),
        "post_start": listed(_HOOK),
        "pre_start": listed(mapping("a hook", {**_HOOK_KEYS, "image": _TEXT})),
        "pre_stop": listed(_HOOK),
        "privileged": _SWITCH,
        "profiles": _TEXTS,
        "provider": mapping(
            "`provider`", {"options": named(either(_OPTION, listed(_OPTION))), "type": _TEXT}, ("type",)
        ),
        "pull_policy": scalar(
            "text",
            form=pattern(
                "no policy for pulls",
                "always|never|build|if_not_present|missing|refresh|daily|weekly|every_(?:[0-9]+[wdhms])+",
            ),
        ),
        "pull_refresh_after": _TEXT,
        "read_only": _SWITCH,
        "restart": _TEXT,
        "runtime": _TEXT,
        "scale": _COUNT,
        "secrets": _SECRETS,
        "security_opt": _UNIQUE_TEXTS,
        "shm_size": _ANY_SIZE,
        "stdin_open": _SWITCH,
        "stop_grace_period": _DURATION,
        "stop_signal": _TEXT,
        "storage_opt": named(scalar("text", "whole", "null")),
        "sysctls": _ASSIGNMENTS,
        "tmpfs": _TEXT_OR_TEXTS,
        "tty": _SWITCH,
        "ulimits": _ulimits(scalar("whole", "text", form=WHOLE)),
        "use_api_socket": scalar("boolean"),
        "user": _TEXT,
        "userns_mode": _TEXT,
        "uts": _TEXT,
        "volumes": listed(either(_TEXT, _MOUNT)),
        "volumes_from": _UNIQUE_TEXTS,
        "working_dir": _TEXT,
    },
)

_POOL = mapping(
    "an address range of `ipam`",
    {"aux_addresses": named(scalar("text", "date")), "gateway": _TEXT, "ip_range": _TEXT, "subnet": _TEXT},
)
_NETWORK = mapping(
    "a network",
    {
        "attachable": _SWITCH,
        "driver": _TEXT,
        "driver_opts": _OPTIONS,
        "enable_ipv4": _SWITCH,
        "enable_ipv6": _SWITCH,
        "external": _EXTERNAL,
        "internal": _SWITCH,
        "ipam": mapping("`ipam`", {"config": listed(_POOL), "driver": _TEXT, "options": named(scalar("text", "date"))}),
        "labels": _ASSIGNMENTS,
        "name": _TEXT,
    },
)
_VOLUME = mapping(
    "a volume",
    {"driver": _TEXT, "driver_opts": _OPTIONS, "external": _EXTERNAL, "labels": _UNIQUE_ASSIGNMENTS, "name": _TEXT},
)
_SECRET = mapping(
    "a secret",
    {
        "driver": _TEXT,
        "driver_opts": named(scalar("text", "whole")),
        "environment": _TEXT,
        "external": _LAX_EXTERNAL,
        "file": _TEXT,
        "labels": _UNIQUE_ASSIGNMENTS,
        "name": _TEXT,
        "template_driver": _TEXT,
    },
)
_CONFIG = mapping(
    "a config",
    {
        "content": _TEXT,
        "environment": _TEXT,
        "external": _LAX_EXTERNAL,
        "file": _TEXT,
        "labels": _UNIQUE_ASSIGNMENTS,
        "name": _TEXT,
        "template_driver": _TEXT,
    },
)
_MODEL = mapping(
    "a model", {"context_size": scalar("integer"), "model": _TEXT, "name": _TEXT, "runtime_flags": _TEXTS}, ("model",)
)
_INCLUDE = mapping(
    "an entry of `include`", {"env_file": _TEXT_OR_TEXTS, "path": _TEXT_OR_TEXTS, "project_directory": _TEXT}
)

SERVICES = named(SERVICE)

FILE = mapping(
    "a Compose file",
    {
        "configs": named(_CONFIG),
        "include": listed(either(_TEXT, _INCLUDE)),
        "models": named(_MODEL),
        "name": _TEXT,
        "networks": named(either(_NETWORK, _NULL)),
        "secrets": named(_SECRET),
        "services": SERVICES,
        "version": _TEXT,
        "volumes": named(either(_VOLUME, _NULL)),
    },
)
