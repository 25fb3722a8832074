"""What service accounts were granted, and whose token reaches a workload."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.collect.manifests.estate import deployment, estate, pod_template

ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: llm, namespace: ai}\n"
RBAC = "apiVersion: rbac.authorization.k8s.io/v1\n"
MINE = "{kind: ServiceAccount, name: llm, namespace: ai}"


def binding(role: str, subject: str = MINE, *, kind: str = "ClusterRole", cluster: bool = True) -> str:
    scope = "kind: ClusterRoleBinding\nmetadata: {name: b}" if cluster else "kind: RoleBinding\nmetadata: {name: b, namespace: ai}"
    return f"---\n{RBAC}{scope}\nroleRef: {{kind: {kind}, name: {role}}}\nsubjects: [{subject}]\n"


def role(rules: str) -> str:
    return f"---\n{RBAC}kind: Role\nmetadata: {{name: r, namespace: ai}}\nrules: [{rules}]\n"


def granted(tmp_path: Path, text: str, *, complete: bool = False) -> dict[str, object]:
    found = estate(tmp_path, ACCOUNT + text, complete=complete)
    return {right: found.fact("llm", f"identity.granted.{right}") for right in ("admin", "wildcard_service", "read_any_secret", "escalate")}


def test_absence_of_rights_needs_a_complete_scope_or_a_binding_that_names_the_account(tmp_path: Path) -> None:
    assert set(granted(tmp_path / "1", "").values()) == {"unknown"}
    assert set(granted(tmp_path / "2", "", complete=True).values()) == {False}
    narrow = role("{apiGroups: [''], resources: [pods], verbs: [get]}") + binding("r", kind="Role", cluster=False)
    assert set(granted(tmp_path / "3", narrow).values()) == {False}
    by_group = binding("view", "{kind: Group, name: 'system:serviceaccounts'}")
    assert set(granted(tmp_path / "4", by_group).values()) == {"unknown"}


@pytest.mark.parametrize(
    "subject",
    [
        MINE,
        "{kind: Group, name: 'system:serviceaccounts'}",
        "{kind: Group, name: 'system:serviceaccounts:ai'}",
        "{kind: Group, name: 'system:authenticated'}",
        "{kind: User, name: 'system:serviceaccount:ai:llm'}",
    ],
)
def test_subjects(tmp_path: Path, subject: str) -> None:
    assert granted(tmp_path, binding("cluster-admin", subject))["admin"] is True


@pytest.mark.parametrize(
    "subject",
    ["{kind: ServiceAccount, name: llm, namespace: web}", "{kind: User, name: llm}", "{kind: Group, name: 'system:serviceaccounts:web'}"],
)
def test_other_subjects(tmp_path: Path, subject: str) -> None:
    assert granted(tmp_path, binding("cluster-admin", subject), complete=True)["admin"] is False


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("{apiGroups: ['*'], resources: ['*'], verbs: ['*']}", {"admin", "wildcard_service", "read_any_secret", "escalate"}),
        ("{apiGroups: [''], resources: [secrets], verbs: [get, list]}", {"read_any_secret"}),
        ("{apiGroups: [''], resources: [secrets], resourceNames: [one], verbs: [get]}", set()),
        ("{apiGroups: [apps], resources: [secrets], verbs: [get]}", set()),
        ("{apiGroups: [''], resources: [pods/exec], verbs: [create]}", {"escalate"}),
        ("{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [bind]}", {"escalate"}),
        ("{apiGroups: [ray.io], resources: [rayclusters], verbs: ['*']}", {"wildcard_service"}),
        ("{apiGroups: [''], resources: [configmaps], verbs: [get]}", set()),
    ],
)
def test_rules(tmp_path: Path, rules: str, expected: set[str]) -> None:
    rights = granted(tmp_path, role(rules) + binding("r", kind="Role", cluster=False))
    assert {name for name, value in rights.items() if value is True} == expected
    assert {name for name, value in rights.items() if value is False} == set(rights) - expected


def test_a_role_that_was_not_read_is_unknown(tmp_path: Path) -> None:
    assert set(granted(tmp_path / "1", binding("custom"), complete=True).values()) == {"unknown"}
    assert granted(tmp_path / "2", binding("edit"))["read_any_secret"] is True
    assert set(granted(tmp_path / "3", binding("view")).values()) == {False}


@pytest.mark.parametrize(
    ("spec", "account", "mounted"),
    [
        ("", "", True),
        ("automountServiceAccountToken: false\n", "", False),
        ("serviceAccountName: llm\n", "", "unknown"),
        ("serviceAccountName: llm\n", ACCOUNT, True),
        ("serviceAccountName: llm\n", ACCOUNT + "automountServiceAccountToken: false\n", False),
        ("serviceAccountName: llm\nautomountServiceAccountToken: true\n", ACCOUNT + "automountServiceAccountToken: false\n", True),
    ],
)
def test_whose_word_on_the_token_counts(tmp_path: Path, spec: str, account: str, mounted: bool | str) -> None:
    files = {"d.yaml": deployment(pod_template(spec=spec), name="server")}
    if account:
        files["a.yaml"] = account
    assert estate(tmp_path, files).fact("server", "principal.token_mounted") == mounted
