"""What collectors hand over for the derivation of access: fragments of four kinds. This is the one place that says what they hold.

| kind | id | data |
|---|---|---|
| `aws-principal` | the ARN of a user or role | see `principal_fragment` |
| `resource-policy` | the asset id of the resource | `document`: the text, None where there is none, an Unknown where it was not read |
| `service-control-policy`, `resource-control-policy` | the policy's ARN | `name`, `document`, `targets`: ids of roots, units, accounts |
| `organisation` | the id of the organisation | `management`: an account; `paths`: by account, the ids from the root down to it |

Any collector of a resource with a policy of its own may yield a `resource-policy` beside its draft; nothing else has to be told.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from zscan.model.asset import Fragment
from zscan.model.document import Document

PRINCIPAL = "aws-principal"
RESOURCE_POLICY = "resource-policy"
SERVICE_CONTROL = "service-control-policy"
RESOURCE_CONTROL = "resource-control-policy"
ORGANISATION = "organisation"


class Held(NamedTuple):
    """A policy that a principal holds: its name, the group that it comes through ("" for none), the text or an Unknown, and its ARN."""

    name: str
    group: str
    document: Any
    arn: str = ""  # of an attached policy


def principal_fragment(document: Document, *, kind: str, held: list[Held], boundary: tuple[str, Any] | None) -> Fragment:
    """A user or role: `kind`, `name`, `policies` (as `Held`), `boundary` (name and text, or None), `trust` (of a role) and `tags`."""
    data = {
        "kind": kind,
        "name": document.name,
        "policies": [tuple(one) for one in held],
        "boundary": boundary,
        "trust": document["AssumeRolePolicyDocument"].value,
        "tags": document["Tags"].value,
    }
    return Fragment(PRINCIPAL, document.id, document.provider, data, document.origin.at(()), unit=document.unit, account=document.account)


def resource_policy(document: Document, path: str) -> Fragment:
    """The policy of a resource, which stands at `path` of its document."""
    return Fragment(
        RESOURCE_POLICY,
        document.id,
        document.provider,
        {"document": document[path].value},
        document.origin.at((path,)),
        unit=document.unit,
        account=document.account,
    )
