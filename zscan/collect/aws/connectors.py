"""Connectors that fill an index: what Amazon Kendra and Amazon Q Business say of them in common.

Both describe newer connectors by one JSON template: `additionalProperties` holds the filters, whose names begin with `inclu` (Kendra
Developer Guide and Q Business User Guide, template schemas).
"""

from __future__ import annotations

import re
from typing import Any

from zscan.collect.aws.shaping import any_of
from zscan.model.document import Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

# Sources inside the customer's AWS account; every other documented source is another company's service, or the web.
OWN_SOURCES = frozenset({"S3", "CUSTOM", "DATABASE", "FSX", "WORKDOCS", "FSXONTAP"})
_VERSION = re.compile(r"v\d+$")
_UNSTATED = Unknown(Reason(ReasonCode.UNRESOLVED, "the configuration does not say what kind of source it reads"))


def product(kind: Reading) -> Reading:
    """The kind of source in small letters without its version (`WEBCRAWLERV2` is `webcrawler`)."""
    return kind.map(lambda text: _plain(str(text)) if text else _UNSTATED)


def external(kind: Reading) -> Reading:
    """Whether the source is run by another company, or is the web."""
    return product(kind).map(lambda text: text.upper() not in OWN_SOURCES)


def _plain(text: str) -> str:
    return _VERSION.sub("", text.lower())


def filters(settings: Reading) -> Reading:
    """Whether a template limits what is read by a filter that includes."""
    found = [value.is_set() for name, value in settings.items() if name == "" or name.lower().startswith("inclu")]
    return any_of(found)


def attached(settings: Reading) -> Reading:
    """Whether a network of the customer's is named: its subnets decide, as a connector in a VPC must have some."""
    return settings.get("SubnetIds").is_set()


def networks(settings: Reading) -> list[tuple[str, Reading]]:
    """Native types and names of the subnets and security groups of a network setting."""
    pairs: list[tuple[str, Any]] = [("AWS::EC2::Subnet", "SubnetIds"), ("AWS::EC2::SecurityGroup", "SecurityGroupIds")]
    return [(native_type, item) for native_type, name in pairs for item in settings.get(name).each()]
