"""How a Compose service is confined: the same facts as of a pod. Docker's defaults differ: seccomp is on, no token is mounted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from zscan.collect.manifests.compose_service import effective
from zscan.collect.manifests.containers import Container
from zscan.collect.manifests.fields import dig, mappings, sequence, text, truth
from zscan.collect.manifests.kubernetes.hardening import FACTS as POD_FACTS
from zscan.collect.manifests.kubernetes.hardening import SANDBOX, SOCKET
from zscan.collect.manifests.sheet import Sheet
from zscan.model.document import Path
from zscan.model.unknown import Truth, Unknown

FACTS = POD_FACTS - {"workload.default_namespace"}
_GENERATED_CODE = re.compile(r"code-interpreter|sandbox|open-interpreter|jupyter|-notebook")
_ROOT = re.compile(r"^(?:0|root)(?::|$)")
_HOST_MODES = ("network_mode", "ipc", "pid", "userns_mode", "uts")


def wants_accelerator(body: Mapping[Any, Any]) -> bool:
    """Whether the service asks for an accelerator."""
    devices = dig(body, "deploy", "resources", "reservations", "devices")
    if any("gpu" in [text(name) for name in sequence(entry.get("capabilities"))] for _, entry in mappings(devices)):
        return True
    return (
        body.get("runtime") == "nvidia" or bool(body.get("gpus")) or any("/dev/kfd" in text(item) for item in sequence(body.get("devices")))
    )


def hardening(sheet: Sheet, body: Mapping[Any, Any], container: Container) -> None:
    """State every `workload.*` fact that a Compose service has."""
    options = [text(item).lower().replace(" ", "").replace("=", ":") for item in sequence(body.get("security_opt"))]
    privileged = truth(body.get("privileged"), default=False)
    sheet.put("workload.root", _root(body), ("user",))
    sheet.put("workload.privileged", privileged, ("privileged",))
    sheet.put(
        "workload.privilege_escalation",
        not any(option in {"no-new-privileges", "no-new-privileges:true"} for option in options),
        ("security_opt",),
    )
    added = sorted({text(name).upper().removeprefix("CAP_") for name in sequence(body.get("cap_add")) if text(name)})
    sheet.put("workload.added_capabilities", added, ("cap_add",))
    sheet.put("workload.capabilities_dropped", any(text(name).upper() == "ALL" for name in sequence(body.get("cap_drop"))), ("cap_drop",))
    unfiltered = any(option.startswith("seccomp:unconfined") for option in options) or privileged is True
    sheet.put("workload.seccomp", not unfiltered, ("security_opt",))
    sheet.put("workload.read_only_root", truth(body.get("read_only"), default=False), ("read_only",))
    shared = [name for name in _HOST_MODES if body.get(name) == "host"]
    sheet.put("workload.host_namespaces", bool(shared), *((name,) for name in shared))
    paths = dict(_host_paths(body))
    sheet.put(
        "workload.host_paths", [_mount(name, path) for name, (path, _) in sorted(paths.items())], *(place for _, place in paths.values())
    )
    sheet.put("workload.limits", _limited(body), ("deploy",))
    sheet.put("workload.sandboxed", bool(SANDBOX.search(text(body.get("runtime")))), ("runtime",))
    sheet.put("workload.gpu_unscoped", _unscoped(body, container), ("deploy",))
    sheet.put("workload.runs_generated_code", bool(_GENERATED_CODE.search(getattr(container.image, "repository", ""))), ("image",))


def _root(body: Mapping[Any, Any]) -> Truth:
    """Without `user` the image decides and nothing keeps the process from root."""
    user = effective(body.get("user"))
    return user if isinstance(user, Unknown) else not user or bool(_ROOT.match(user))


def _host_paths(body: Mapping[Any, Any]) -> Iterator[tuple[str, tuple[str, Path]]]:
    """Absolute host paths. A path relative to the project is the project's own."""
    if truth(body.get("use_api_socket"), default=False) is True:
        yield "use_api_socket", ("/var/run/docker.sock", ("use_api_socket",))
    for index, entry in enumerate(sequence(body.get("volumes"))):
        if isinstance(entry, dict):
            source, target, bind = effective(entry.get("source")), text(entry.get("target")), entry.get("type") == "bind"
        else:
            resolved = effective(entry)
            source, _, rest = ("", "", "") if isinstance(resolved, Unknown) else resolved.partition(":")
            target, bind = rest.partition(":")[0], True
        if isinstance(source, str) and bind and source.startswith(("/", "~")) and target:
            yield target, (source, ("volumes", index))


def _mount(name: str, path: str) -> dict[str, Any]:
    return {"name": name, "path": path, "runtime_socket": bool(SOCKET.search(path))}


def _limited(body: Mapping[Any, Any]) -> bool:
    limits = dig(body, "deploy", "resources", "limits")
    cpu = dig(limits, "cpus") or body.get("cpus") or body.get("cpu_quota")
    memory = dig(limits, "memory") or body.get("mem_limit")
    return cpu is not None and memory is not None


def _unscoped(body: Mapping[Any, Any], container: Container) -> bool:
    """Every accelerator of the host: `count: all`, or none stated at all, or the runtime with every device made visible."""
    if body.get("gpus") == "all":
        return True
    for _, entry in mappings(dig(body, "deploy", "resources", "reservations", "devices")):
        if (
            "gpu" in [text(name) for name in sequence(entry.get("capabilities"))]
            and not entry.get("device_ids")
            and entry.get("count", "all") in {"all", -1}
        ):
            return True
    return body.get("runtime") == "nvidia" and container.env.get("NVIDIA_VISIBLE_DEVICES", "all") == "all"
