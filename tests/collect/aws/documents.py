"""Live documents of one thing, as the gatherer would have built them: for tests of shapes alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.collect.aws.scanning import ACCOUNT, REGION, TemplateOrigin, shaped
from zscan.model.asset import Draft
from zscan.model.document import Document


def live(native_type: str, body: Mapping[str, Any], *, name: str = "thing") -> Document:
    """A thing that was read from the account."""
    return Document(
        id=f"arn:aws:service:{REGION}:{ACCOUNT}:{name}",
        native_type=native_type,
        name=name,
        provider="aws",
        account=ACCOUNT,
        region=REGION,
        body=body,
        origin=TemplateOrigin(),
    )


def seen(native_type: str, body: Mapping[str, Any], *, name: str = "thing") -> Draft:
    """The one draft of a live thing."""
    return shaped(live(native_type, body, name=name))


def edges(draft: Draft) -> set[tuple[str, str]]:
    """Relation and key of every reference."""
    return {(reference.relation, str(reference.key)) for reference in draft.references}
