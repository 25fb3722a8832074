"""Access in a cluster: what service accounts were granted by roles and bindings, and whether their token reaches the workload.

Rights add up and nothing denies, so one binding proves a right. That an account lacks a right is concluded where the files are the whole
cluster, or where they hold bindings that name the account, which shows that its rights are declared here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from zscan.derive.cluster_view import ClusterView
from zscan.model.asset import Draft, Fragment
from zscan.model.gap import Gap
from zscan.model.source import FactRef
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown, kleene_any

BY = "access"
_RBAC = "rbac.authorization.k8s.io"
_READ = frozenset({"get", "list", "watch", "*"})
_ESCALATING_VERBS = frozenset({"escalate", "bind", "impersonate"})
_ESCALATING_RESOURCES = frozenset({"pods/exec", "pods/attach", "pods/ephemeralcontainers", "nodes/proxy", "serviceaccounts/token"})
_ACCOUNT = "core/ServiceAccount"

Rule: TypeAlias = Mapping[str, Sequence[str]]

# Kubernetes' own user-facing roles (kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles).
_KNOWN: dict[str, frozenset[str]] = {
    "cluster-admin": frozenset({"admin", "wildcard_service", "read_any_secret", "escalate"}),
    "admin": frozenset({"admin", "wildcard_service", "read_any_secret", "escalate"}),
    "edit": frozenset({"wildcard_service", "read_any_secret", "escalate"}),
    "view": frozenset(),
    "system:auth-delegator": frozenset(),
    "system:discovery": frozenset(),
}


def derive_access(by_id: Mapping[str, Draft], fragments: Iterable[Fragment], *, complete: bool, gaps: Iterable[Gap]) -> None:
    """State `identity.granted.*` of every service account, and `principal.token_mounted` of workloads that leave it to their account."""
    view = ClusterView(by_id, fragments, complete=complete, gaps=gaps)
    bindings = [*view.kinds[f"{_RBAC}/RoleBinding"], *view.kinds[f"{_RBAC}/ClusterRoleBinding"]]
    roles = {(kind, f.namespace, f.data["name"]): f for kind in ("Role", "ClusterRole") for f in view.kinds[f"{_RBAC}/{kind}"]}
    for draft in by_id.values():
        if draft.native_type == _ACCOUNT:
            _grant(draft, bindings, roles, view)
    for draft, pods in view.workloads():
        if "principal.token_mounted" not in draft.facts and pods.data["roles"]:
            _mount(draft, pods, by_id)


def _grant(draft: Draft, bindings: Sequence[Fragment], roles: Mapping[tuple[str, str, str], Fragment], view: ClusterView) -> None:
    mine = [binding for binding in bindings if any(_is_subject(subject, draft) for subject in binding.data["subjects"])]
    named = any(_names(subject, draft) for binding in mine for subject in binding.data["subjects"])
    for right, test in _RIGHTS.items():
        answers = [_role_grants(binding, roles, right, test) for binding in mine]
        value = kleene_any([*answers, view.absent(draft, "binding of this account", shown=named)])
        draft.derive(f"identity.granted.{right}", value, BY, [FactRef(binding.id, "") for binding in mine])


def _names(subject: Mapping[str, str], draft: Draft) -> bool:
    return (subject["kind"], subject["namespace"], subject["name"]) == ("ServiceAccount", draft.namespace, draft.name)


def _is_subject(subject: Mapping[str, str], draft: Draft) -> bool:
    groups = {"system:serviceaccounts", f"system:serviceaccounts:{draft.namespace}", "system:authenticated"}
    user = f"system:serviceaccount:{draft.namespace}:{draft.name}"
    return (
        _names(subject, draft)
        or (subject["kind"] == "Group" and subject["name"] in groups)
        or (subject["kind"] == "User" and subject["name"] == user)
    )


def _role_grants(binding: Fragment, roles: Mapping[tuple[str, str, str], Fragment], right: str, test: Callable[[Rule], bool]) -> Truth:
    kind, name = binding.data["role_kind"], binding.data["role"]
    role = roles.get((kind, binding.namespace if kind == "Role" else "", name))
    if role is None:
        if kind == "ClusterRole" and name in _KNOWN:
            return right in _KNOWN[name]
        return Unknown(Reason(ReasonCode.OUT_OF_SCOPE, f"{kind} {name} is not in what was scanned"))
    if any(test(rule) for rule in role.data["rules"]):
        return True
    return Unknown(Reason(ReasonCode.UNRESOLVED, f"ClusterRole {name} collects the rules of others")) if role.data["aggregated"] else False


def _admin(rule: Rule) -> bool:
    return all("*" in rule[part] for part in ("apiGroups", "resources", "verbs"))


def _wildcard(rule: Rule) -> bool:
    return "*" in rule["verbs"] or "*" in rule["resources"] or "*" in rule["apiGroups"]


def _secrets(rule: Rule) -> bool:
    covered = bool({"", "*"} & set(rule["apiGroups"])) and bool({"secrets", "*"} & set(rule["resources"]))
    return covered and bool(_READ & set(rule["verbs"])) and not rule["resourceNames"]


def _escalates(rule: Rule) -> bool:
    if _admin(rule) or _ESCALATING_VERBS & set(rule["verbs"]):
        return True
    writes = bool({"create", "get", "update", "patch", "*"} & set(rule["verbs"]))
    return writes and bool(_ESCALATING_RESOURCES & set(rule["resources"]))


_RIGHTS: dict[str, Callable[[Rule], bool]] = {
    "admin": _admin,
    "wildcard_service": _wildcard,
    "read_any_secret": _secrets,
    "escalate": _escalates,
}


def _mount(draft: Draft, pods: Fragment, by_id: Mapping[str, Draft]) -> None:
    """A workload that does not say takes its account's word; the platform's own `default` account mounts its token unless told not to."""
    if not pods.data["accounts_known"] or "runs_as" in draft.unknown_relations:
        draft.derive(
            "principal.token_mounted",
            Unknown(Reason(ReasonCode.UNRESOLVED, "the service account is left to the resource's controller")),
            BY,
        )
        return
    answers: list[Truth] = []
    refs: list[FactRef] = []
    for relation in draft.relations:
        if relation.kind != "runs_as":
            continue
        account = by_id.get(relation.target)
        if account is not None:
            value = account.get("identity.token_mounted")
            refs.append(FactRef(account.id, "identity.token_mounted"))
            answers.append(value if isinstance(value, bool | Unknown) else True)
        elif relation.ref.endswith("/default"):
            answers.append(True)
        else:
            answers.append(Unknown(Reason(ReasonCode.OUT_OF_SCOPE, f"service account {relation.ref} is not in what was scanned")))
    draft.derive("principal.token_mounted", kleene_any(answers), BY, refs)
