"""The vocabulary of zscan: facets, asset types and relations. One file per group of facets."""

from zscan.model.types import access, agents, artefacts, assets, controls, effective, exposure, guardrails, protection, runtime
from zscan.model.types.relations import RELATIONS
from zscan.model.vocabulary import Facet, Vocabulary

_GROUPS = (access, agents, artefacts, controls, effective, exposure, guardrails, protection, runtime)
_FACETS: tuple[Facet, ...] = tuple(facet for group in _GROUPS for facet in group.FACETS)

VOCABULARY = Vocabulary(
    facets={facet.name: facet for facet in _FACETS},
    types={asset_type.name: asset_type for asset_type in assets.TYPES},
    relations={relation.name: relation for relation in RELATIONS},
)
