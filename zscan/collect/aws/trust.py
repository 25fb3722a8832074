"""How people become a role, as its trust policy says: who may, with what proof, until when.

Source: IAM user guide, "AWS JSON policy elements: Principal", global condition keys (aws:MultiFactorAuthPresent, aws:MultiFactorAuthAge,
aws:CurrentTime, aws:EpochTime). People are users, everybody of the role's own account, and those whom a SAML provider signs in. Other
roles, services and web identities (OIDC) are programs as far as a trust policy can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from zscan.collect.aws.places import arn_parts
from zscan.iam.statements import as_list, conditions, effect, principals, statements
from zscan.model.document import Reading
from zscan.model.unknown import Truth, Unknown, kleene_all, kleene_any, kleene_not

_Test: TypeAlias = Callable[[str, str, Any], bool]  # of operator, key and value of a condition
PEOPLE = frozenset({"identity.people", "identity.federated", "credentials.second_factor", "identity.standing"})
_ASSUME = frozenset({"*", "sts:*", "sts:assume*", "sts:assumerole*", "sts:assumerole"})
_BEFORE = frozenset(
    prefix + operator
    for prefix in ("", "foranyvalue:")
    for operator in ("datelessthan", "datelessthanequals", "numericlessthan", "numericlessthanequals")
)
_NOW = frozenset({"aws:currenttime", "aws:epochtime"})
_FACTOR, _FACTOR_AGE = "aws:multifactorauthpresent", "aws:multifactorauthage"


def people(trust: Reading, account: str) -> dict[str, Reading]:
    """The facts about people that a trust policy decides, by path."""
    found = [trust.value] if trust.unknown else statements(trust.value)
    users = [_users(one, account) for one in found]
    denied = kleene_any(_turns_single_factor_away(one) for one in found)
    facts: dict[str, Truth] = {
        "identity.people": kleene_any(users),
        "identity.federated": kleene_any(_federated(one) for one in found),
        "credentials.second_factor": kleene_all(
            kleene_any([kleene_not(may), _asks_for_factor(one), denied]) for one, may in zip(found, users, strict=True)
        ),
        "identity.standing": kleene_any(kleene_all([may, kleene_not(ends(one))]) for one, may in zip(found, users, strict=True)),
    }
    return {path: Reading(value, trust.places) for path, value in facts.items()}


def ends(statement: Any) -> Truth:
    """Whether a statement stops to hold at a stated time."""
    return _some(statement, lambda operator, key, _value: operator in _BEFORE and key in _NOW)


def _users(statement: Any, account: str) -> Truth:
    """Whether a statement lets users, or everybody in the role's own account, become the role."""
    if isinstance(statement, Unknown):
        return statement
    named = kleene_any(
        principal if isinstance(principal, Unknown) else kind == "AWS" and _is_people(str(principal), account)
        for kind, principal in principals(statement)
    )
    return kleene_all([effect(statement, "Allow"), _assumes(statement), named])


def _is_people(principal: str, account: str) -> bool:
    parts = arn_parts(principal)
    if parts is None:
        return principal in {account, "${AccountId}"}  # "*" is everybody of every account: `identity.trust.anyone`
    _, _, owner, resource = parts
    own = owner == account or not owner.isdigit()  # in a template the own account stays ${AccountId}
    return resource.startswith("user/") or (resource == "root" and own)


def _federated(statement: Any) -> Truth:
    """Whether people of a SAML provider, such as IAM Identity Center, may become the role."""
    if isinstance(statement, Unknown):
        return statement
    named = kleene_any(
        principal if isinstance(principal, Unknown) else kind == "Federated" and ":saml-provider/" in str(principal)
        for kind, principal in principals(statement)
    )
    return kleene_all([effect(statement, "Allow"), named])


def _assumes(statement: Mapping[str, Any]) -> Truth:
    if "NotAction" in statement:
        return True
    return kleene_any(one if isinstance(one, Unknown) else str(one).lower() in _ASSUME for one in as_list(statement.get("Action")))


def _asks_for_factor(statement: Any) -> Truth:
    """A condition that only sessions with a second factor meet. `BoolIfExists` is met by access keys, which carry no such key."""

    def shown(operator: str, key: str, value: Any) -> bool:
        if key == _FACTOR_AGE:
            return operator.startswith("numericlessthan") and not operator.endswith("ifexists")
        return key == _FACTOR and operator == "bool" and _says(value, "true")

    return _some(statement, shown)


def _turns_single_factor_away(statement: Any) -> Truth:
    """A deny of whoever shows no second factor; here only `BoolIfExists` also meets the sessions that lack the key."""
    if isinstance(statement, Unknown):
        return False
    single = _some(statement, lambda operator, key, value: key == _FACTOR and operator == "boolifexists" and _says(value, "false"))
    everybody = kleene_any(p if isinstance(p, Unknown) else p == "*" for _, p in principals(statement))
    return kleene_all([effect(statement, "Deny"), single, everybody, _assumes(statement)])


def _says(value: Any, wanted: str) -> bool:
    texts = [str(one).lower() for one in as_list(value)]
    return bool(texts) and all(text == wanted for text in texts)


def _some(statement: Any, test: _Test) -> Truth:
    """Whether a condition of the statement passes the test; one that was not read could."""
    return statement if isinstance(statement, Unknown) else kleene_any(_tested(statement, test))


def _tested(statement: Mapping[str, Any], test: _Test) -> Iterator[Truth]:
    for operator, key, value in conditions(statement):
        missing = next((one for one in [value, *as_list(value)] if isinstance(one, Unknown)), None)
        if missing is None:
            yield test(operator, key, value)
        elif not key or any(test(operator, key, possible) for possible in ("true", "false")):
            yield missing
