"""The vocabulary of zscan: facets, asset types and relations. One file per group of facets."""

from zscan.model.types import (
    access,
    agents,
    artefacts,
    assets,
    controls,
    exposure,
    guardrails,
    model_use,
    protection,
    provider_controls,
    runtime,
)
from zscan.model.types.relations import RELATIONS
from zscan.model.vocabulary import Facet, Vocabulary

_GROUPS = (access, agents, artefacts, controls, exposure, guardrails, model_use, protection, provider_controls, runtime)
from zscan.model.types import access, agents, artefacts, assets, controls, delegation, exposure, guardrails, protection, runtime
from zscan.model.types.relations import RELATIONS
from zscan.model.vocabulary import Facet, Vocabulary

_GROUPS = (access, agents, artefacts, controls, delegation, exposure, guardrails, protection, runtime)
from zscan.model.types import access, agents, artefacts, assets, assistants, controls, exposure, guardrails, protection, runtime
from zscan.model.types.relations import RELATIONS
from zscan.model.vocabulary import Facet, Vocabulary

_GROUPS = (access, agents, artefacts, assistants, controls, exposure, guardrails, protection, runtime)
from zscan.model.types import access, agents, artefacts, assets, controls, exposure, guardrails, protection, runtime, watch
from zscan.model.types.relations import RELATIONS
from zscan.model.vocabulary import Facet, Vocabulary

_GROUPS = (access, agents, artefacts, controls, exposure, guardrails, protection, runtime, watch)
_FACETS: tuple[Facet, ...] = tuple(facet for group in _GROUPS for facet in group.FACETS)

VOCABULARY = Vocabulary(
    facets={facet.name: facet for facet in _FACETS},
    types={asset_type.name: asset_type for asset_type in assets.TYPES},
    relations={relation.name: relation for relation in RELATIONS},
)
