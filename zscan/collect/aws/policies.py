"""Policy documents of AWS resources: whom they let in, and what they refuse.

Source: IAM user guide, policy elements and global condition keys; S3 user guide, the meaning of "public". A statement counts as open to
everybody when it allows principal `*` and no condition ties it to an account, organisation, network, endpoint or named principal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from zscan.collect.aws.places import arn_parts
from zscan.iam.statements import as_list, conditions, effect, principals, statements
from zscan.model.document import Reading
from zscan.model.unknown import Reason, ReasonCode, Truth, Unknown, kleene_all, kleene_any, kleene_not

# Condition keys (lower case) that tie a request to somebody or somewhere known.
_NARROWING = frozenset(
    {
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceowner",
        "aws:sourceorgid",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principalaccount",
        "aws:principalarn",
        "aws:userid",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:vpcsourceip",
        "aws:sourceip",
        "kms:calleraccount",
        "s3:dataaccesspointaccount",
    }
)
# Keys that tie what is reached. They say nothing in a resource's own policy, and much in that of an endpoint to a whole service.
_OWN_RESOURCES = frozenset({"aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths", "s3:resourceaccount"})
_NAMES_ACCOUNT = frozenset({"aws:sourceaccount", "aws:sourceowner", "aws:principalaccount", "aws:principalarn", "kms:calleraccount"})
_ADDRESSES = frozenset({"aws:sourceip", "aws:vpcsourceip"})
# `…IfExists` is missing on purpose: it also holds for requests that lack the key, as anonymous ones do.
_POSITIVE = frozenset(
    prefix + operator
    for prefix in ("", "foranyvalue:")
    for operator in ("stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress")
)
_NEGATIVE = frozenset({"stringnotequals", "stringnotequalsignorecase", "stringnotlike", "arnnotequals", "arnnotlike", "notipaddress"})
_BROADEST = {4: 8, 6: 32}  # S3 user guide: a block with a shorter prefix than this is as good as every address
_ARN_ACCOUNT = 4


@dataclass(frozen=True, slots=True)
class Grants:
    """Whom a resource policy lets in."""

    public: Reading
    foreign_accounts: Reading


def narrowed(statement: Mapping[str, Any], keys: frozenset[str] = _NARROWING) -> Truth:
    """Whether a condition ties the statement to somebody or somewhere known."""
    found: list[Truth] = []
    for operator, key, value in conditions(statement):
        if not key:
            found.append(value)
        elif operator in _POSITIVE and key in keys:
            found.append(_tight(key, value))
    return kleene_any(found)


def _tight(key: str, value: Any) -> Truth:
    """Whether every value of a condition is somebody or somewhere known: no wildcard where it decides, no huge address block."""
    return kleene_all(one if isinstance(one, Unknown) else _fixed(key, str(one)) for one in as_list(value))


def _fixed(key: str, text: str) -> bool:
    if key in _ADDRESSES:
        return _narrow_block(text)
    if key.endswith("arn"):
        parts = text.split(":", 5)
        return len(parts) > _ARN_ACCOUNT and not _wild(parts[_ARN_ACCOUNT] or parts[-1][:1])
    if key == "aws:userid":
        return not _wild(text[:1])
    return not _wild(text.partition("/")[0])


def _wild(text: str) -> bool:
    return "*" in text or "?" in text


def _narrow_block(text: str) -> bool:
    try:
        block = ip_network(text, strict=False)
    except ValueError:
        return False
    return block.prefixlen >= _BROADEST[block.version]


def grants_of(policy: Reading, account: str) -> Grants:
    """Whom a resource policy lets in; a policy that does not exist lets nobody else in."""
    if policy.unknown:
        return Grants(policy, policy)
    public: list[Truth] = []
    foreign: list[Any] = []
    everything = statements(policy.value)
    for statement in everything:
        if isinstance(statement, Unknown):
            public.append(statement)
            foreign.append(statement)
            continue
        allowed = effect(statement, "Allow")
        if allowed is False:
            continue
        found = list(_let_in(statement))
        if any(principal == "*" for principal in found):
            public.append(kleene_all([allowed, kleene_not(narrowed(statement)), kleene_not(_fenced(statement, everything))]))
        public += [principal for principal in found if isinstance(principal, Unknown)]
        others = [principal for principal in found if principal not in {"*", account}]
        foreign += others if allowed is True else [allowed]
    return Grants(Reading(kleene_any(public), policy.places), Reading(sorted_accounts(foreign), policy.places))


def _let_in(statement: Mapping[str, Any]) -> Iterator[Any]:
    """`*` for everybody, and account numbers; an Unknown where neither can be told. Services and identity providers are neither."""
    if "NotPrincipal" in statement:
        yield "*"
    for kind, principal in principals(statement):
        if isinstance(principal, Unknown) or principal == "*":
            yield principal
        elif kind == "CanonicalUser":
            yield Unknown(Reason(ReasonCode.UNRESOLVED, "a canonical user id does not name its account"))
        elif kind == "AWS" and (other := account_of(str(principal))):
            yield other
    if _for_everybody(statement) is True:
        yield from _tied_to(statement)


def _tied_to(statement: Mapping[str, Any]) -> Iterator[Any]:
    """The accounts that the conditions of a statement for everybody name."""
    for operator, key, value in conditions(statement):
        if operator in _POSITIVE and key in _NAMES_ACCOUNT:
            for one in as_list(value):
                other = one if isinstance(one, Unknown) else account_of(str(one))
                if isinstance(other, Unknown) or (other and not _wild(other)):
                    yield other


def _fenced(allow: Mapping[str, Any], everything: Sequence[Any]) -> Truth:
    """Whether a deny of every action turns everybody away whom no condition ties to somebody known."""
    wanted = {str(resource) for resource in as_list(allow.get("Resource"))}
    denies = [one for one in everything if isinstance(one, Mapping) and _covers(one, wanted)]
    return kleene_any(kleene_all([effect(one, "Deny"), _for_everybody(one), _every_action(one), _turns_away(one)]) for one in denies)


def _covers(deny: Mapping[str, Any], resources: set[str]) -> bool:
    denied = {str(resource) for resource in as_list(deny.get("Resource"))}
    return "*" in denied or (bool(resources) and resources <= denied)


def _turns_away(deny: Mapping[str, Any]) -> Truth:
    found = list(conditions(deny))
    ties = [_tight(key, value) for operator, key, value in found if operator.removesuffix("ifexists") in _NEGATIVE and key in _NARROWING]
    services = [key for _, key, _ in found if key == "aws:principalisawsservice"]  # spares AWS's own services, nobody else
    return kleene_all(ties) if ties and len(ties) + len(services) == len(found) else False


def _for_everybody(statement: Mapping[str, Any]) -> Truth:
    return _any(principal for _, principal in principals(statement))


def _every_action(statement: Mapping[str, Any]) -> Truth:
    """Every action, or every one of the service that the policy belongs to."""
    return _any("*" if str(action).endswith(":*") else action for action in as_list(statement.get("Action")))


def _any(values: Iterable[Any]) -> Truth:
    return kleene_any(value if isinstance(value, Unknown) else value == "*" for value in values)


def allows_everything(policy: Reading) -> Reading:
    """Whether the policy of an endpoint lets every principal do everything to every resource of the service."""

    def opens(statement: Any) -> Truth:
        if isinstance(statement, Unknown):
            return statement
        anything = (_for_everybody(statement), _every_action(statement), _any(as_list(statement.get("Resource"))))
        tied = (narrowed(statement, _NARROWING | _OWN_RESOURCES), _fenced(statement, everything))
        return kleene_all([*anything, effect(statement, "Allow"), *map(kleene_not, tied)])

    everything = statements(policy.value)
    return policy if policy.unknown else Reading(kleene_any(opens(statement) for statement in everything), policy.places)


def refuses_cleartext(policy: Reading) -> Reading:
    """Whether a statement denies everybody every action without TLS (`aws:SecureTransport` false)."""

    def denies(statement: Any) -> Truth:
        if isinstance(statement, Unknown):
            return statement
        return kleene_all([_only_cleartext(statement), _for_everybody(statement), _every_action(statement), effect(statement, "Deny")])

    return policy if policy.unknown else Reading(kleene_any(denies(s) for s in statements(policy.value)), policy.places)


def _only_cleartext(statement: Mapping[str, Any]) -> Truth:
    """Whether the one condition of a statement is that the request came without TLS."""
    found = list(conditions(statement))
    if len(found) != 1:
        return False
    operator, key, value = found[0]
    if isinstance(value, Unknown):
        return value
    return (
        operator in {"bool", "boolifexists"} and key == "aws:securetransport" and [str(one).lower() for one in as_list(value)] == ["false"]
    )


def account_of(principal: str) -> str:
    """The account that an ARN or a bare account number names; "" when it names none."""
    parts = arn_parts(principal)
    return parts[2] if parts is not None else principal if principal.isdigit() else ""


def sorted_accounts(values: Sequence[Any]) -> list[Any]:
    """Accounts in order, each once; what is unknown comes last, once."""
    known = sorted({value for value in values if not isinstance(value, Unknown)})
    return [*known, *[value for value in values if isinstance(value, Unknown)][:1]]
