"""How pods are confined: the facts of `workload.*`, judged over every container of every role.

The Kubernetes defaults are applied where the enclosing part is there: no `runAsNonRoot` and no user id means that nothing keeps the
processes from root; privilege escalation is allowed unless refused; system calls are not filtered unless a profile is named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from zscan.collect.manifests.containers import Container
from zscan.collect.manifests.fields import dig, mapping, mappings, sequence, text, truth
from zscan.collect.manifests.kubernetes.objects import KubernetesObject
from zscan.collect.manifests.kubernetes.pods import Pod, all_of, left_out, wants_accelerator
from zscan.collect.manifests.sheet import Sheet
from zscan.model.document import Path
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown, Unresolved, kleene_all, kleene_any, kleene_not

FACTS = frozenset(
    f"workload.{name}"
    for name in (
        "root",
        "privileged",
        "privilege_escalation",
        "added_capabilities",
        "capabilities_dropped",
        "seccomp",
        "read_only_root",
        "host_namespaces",
        "host_paths",
        "limits",
        "sandboxed",
        "default_namespace",
        "gpu_unscoped",
        "runs_generated_code",
    )
)

SANDBOX = re.compile(r"gvisor|runsc|kata|\bcc\b|confidential|firecracker|sysbox", re.IGNORECASE)
SOCKET = re.compile(r"(?:docker|containerd|crio|podman|cri-dockerd)\.sock$|^/var/run/?$|^/run/?$|^/run/(?:containerd|crio|podman)/?$|^/$")
_GENERATED_CODE = re.compile(r"code-interpreter|python-runtime-sandbox|sandbox-runtime|(?:^|[/-])sandbox(?:$|[-:])|e2b|open-interpreter")
_SYSTEM_NAMESPACES = frozenset({"default", "kube-system", "kube-public", "kube-node-lease"})
_Judge = Callable[[Pod, Container], tuple[Truth, Path]]


def hardening(sheet: Sheet, pods: Sequence[Pod], item: KubernetesObject, *, interactive: bool = False) -> None:
    """State every `workload.*` fact. `interactive` marks kinds whose purpose is to run what users write."""
    pairs = all_of(pods)
    for name, judge in _ANY.items():
        _fold(sheet, name, kleene_any, [judge(pod, container) for pod, container in pairs])
    for name, judge in _ALL.items():
        _fold(sheet, name, kleene_all, [judge(pod, container) for pod, container in pairs])
    _limits(sheet, pods)
    _capabilities(sheet, pairs)
    _host(sheet, pods)
    _fold(sheet, "sandboxed", kleene_all, [(_sandboxed(pod), (*pod.path, "runtimeClassName")) for pod in pods])
    _namespace(sheet, item)
    images = [c for _, c in pairs if _GENERATED_CODE.search(getattr(c.image, "repository", ""))]
    sheet.put("workload.runs_generated_code", interactive or bool(images), *(c.path for c in images))


def _fold(sheet: Sheet, name: str, fold: Callable[..., Truth], answers: list[tuple[Truth, Path]]) -> None:
    good = fold is kleene_all
    value = fold(value for value, _ in answers) if answers else Unresolved("no container is stated")
    places = [path for answer, path in answers if answer is not good] or [path for _, path in answers]
    sheet.put(f"workload.{name}", value, *places)


def _root(pod: Pod, container: Container) -> tuple[Truth, Path]:
    user, user_path = pod.setting(container, "runAsUser")
    non_root, path = pod.setting(container, "runAsNonRoot")
    if isinstance(user, int) and not isinstance(user, bool):
        return user == 0, user_path
    stated = truth(non_root, default=False)
    if isinstance(user, Unknown) and stated is not True:
        return user, user_path
    return kleene_not(stated), path


def _privileged(pod: Pod, container: Container) -> tuple[Truth, Path]:
    value, path = pod.setting(container, "privileged")
    return truth(value, default=False), path


def _escalation(pod: Pod, container: Container) -> tuple[Truth, Path]:
    value, path = pod.setting(container, "allowPrivilegeEscalation")
    return truth(value, default=True), path


def _dropped(pod: Pod, container: Container) -> tuple[Truth, Path]:
    value, path = pod.setting(container, "capabilities")
    if isinstance(value, Unknown):
        return value, path
    return any(text(name).upper() == "ALL" for name in sequence(dig(value, "drop"))), path


def _seccomp(pod: Pod, container: Container) -> tuple[Truth, Path]:
    value, path = pod.setting(container, "seccompProfile")
    if isinstance(value, Unknown):
        return value, path
    if value is None:
        legacy = pod.annotations.get("seccomp.security.alpha.kubernetes.io/pod", "")
        return legacy.startswith(("runtime/default", "docker/default", "localhost/")), path
    return text(dig(value, "type")) in {"RuntimeDefault", "Localhost"}, path


def _read_only(pod: Pod, container: Container) -> tuple[Truth, Path]:
    value, path = pod.setting(container, "readOnlyRootFilesystem")
    return truth(value, default=False), path


def _gpu_unscoped(_pod: Pod, container: Container) -> tuple[Truth, Path]:
    value = container.env.get("NVIDIA_VISIBLE_DEVICES")
    if isinstance(value, Unknown):
        return value, container.path
    return value == "all" and not wants_accelerator(container.body), container.path


_ANY: dict[str, _Judge] = {"root": _root, "privileged": _privileged, "privilege_escalation": _escalation, "gpu_unscoped": _gpu_unscoped}
_ALL: dict[str, _Judge] = {"capabilities_dropped": _dropped, "seccomp": _seccomp, "read_only_root": _read_only}


def _sandboxed(pod: Pod) -> Truth:
    name = pod.own("runtimeClassName")
    return name if isinstance(name, Unknown) else bool(SANDBOX.search(text(name)))


def _limits(sheet: Sheet, pods: Sequence[Pod]) -> None:
    answers: list[tuple[Truth, Path]] = []
    for pod in pods:
        for container in pod.main:
            limits = dig(container.body, "resources", "limits")
            if limits is None and not pod.complete:
                limits = left_out("the limits")
            bounded: Truth = (
                limits if isinstance(limits, Unknown) else all(mapping(limits).get(name) is not None for name in ("cpu", "memory"))
            )
            answers.append((bounded, (*container.path, "resources")))
    _fold(sheet, "limits", kleene_all, answers)


def _capabilities(sheet: Sheet, pairs: Sequence[tuple[Pod, Container]]) -> None:
    added: dict[str, Path] = {}
    unknown: list[Unknown] = []
    for pod, container in pairs:
        value, path = pod.setting(container, "capabilities")
        if isinstance(value, Unknown):
            unknown.append(value)
        for name in sequence(dig(value, "add")):
            if isinstance(name, str):
                added.setdefault(name.upper().removeprefix("CAP_"), path)
    sheet.put("workload.added_capabilities", [*sorted(added), *unknown[:1]], *added.values())


def _host(sheet: Sheet, pods: Sequence[Pod]) -> None:
    shared: list[tuple[Truth, Path]] = [
        (truth(pod.own(name), default=False), (*pod.path, name)) for pod in pods for name in ("hostNetwork", "hostPID", "hostIPC")
    ]
    _fold(sheet, "host_namespaces", kleene_any, shared)
    paths: dict[str, tuple[str, Path]] = {}
    for pod in pods:
        for index, volume in mappings(pod.spec.get("volumes")):
            if isinstance(volume.get("hostPath"), dict):
                name = ".".join(part for part in (pod.role, text(volume.get("name")) or str(index)) if part)
                paths[name] = (text(dig(volume, "hostPath", "path")), (*pod.path, "volumes", index))
    sheet.put(
        "workload.host_paths",
        [{"name": name, "path": path, "runtime_socket": bool(SOCKET.search(path))} for name, (path, _) in sorted(paths.items())],
        *(place for _, place in paths.values()),
    )


def _namespace(sheet: Sheet, item: KubernetesObject) -> None:
    if not item.namespace_stated:
        sheet.put(
            "workload.default_namespace",
            Unknown(Reason(ReasonCode.UNRESOLVED, "no namespace is stated; it is chosen when the file is applied")),
        )
        return
    sheet.put("workload.default_namespace", item.namespace in _SYSTEM_NAMESPACES, ("metadata", "namespace"))
