"""Which assets a capability is over: AI itself, and what it leans on. The same for every provider.

A bucket is nobody's training data by itself: the edges that lead to it say what lies in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from zscan.model.asset import Draft
from zscan.model.grant import Capability

# What a right over an asset of a type means, whatever leads to it.
OVER: Mapping[str, tuple[Capability, ...]] = {
    "model": (Capability.INVOKE, Capability.ADMINISTER),
    "endpoint": (Capability.INVOKE, Capability.ADMINISTER),
    "agent": (Capability.INVOKE, Capability.ADMINISTER),
    "gateway": (Capability.INVOKE, Capability.ADMINISTER),
    "flow": (Capability.INVOKE, Capability.ADMINISTER),
    "capacity": (Capability.INVOKE, Capability.ADMINISTER),
    "guardrail": (Capability.CHANGE_GUARDRAILS,),
    "model_logging": (Capability.CHANGE_GUARDRAILS,),
    "model_registry": (Capability.READ_MODELS, Capability.ADMINISTER),
    "feature_store": (Capability.READ_TRAINING_DATA, Capability.ADMINISTER),
    "knowledge_base": (Capability.READ_PROMPTS, Capability.ADMINISTER),
    "memory": (Capability.READ_PROMPTS, Capability.ADMINISTER),
    "notebook": (Capability.ADMINISTER,),
    "studio": (Capability.ADMINISTER,),
    "training_job": (Capability.ADMINISTER,),
    "pipeline": (Capability.ADMINISTER,),
}
# What lies in a store, by the asset that uses it and how. A type alone stands for any other of its relations to stores.
HOLDS: Mapping[tuple[str, str], Capability] = {
    ("model", "reads_from"): Capability.READ_MODELS,
    ("endpoint", "reads_from"): Capability.READ_MODELS,
    ("agent", "reads_from"): Capability.READ_MODELS,
    ("model", "built_from"): Capability.READ_MODELS,
    ("model", "writes_to"): Capability.READ_MODELS,
    ("training_job", "reads_from"): Capability.READ_TRAINING_DATA,
    ("training_job", "writes_to"): Capability.READ_MODELS,
    ("pipeline", "reads_from"): Capability.READ_TRAINING_DATA,
    ("feature_store", "writes_to"): Capability.READ_TRAINING_DATA,
    ("rag_source", "reads_from"): Capability.READ_TRAINING_DATA,
    ("knowledge_base", "writes_to"): Capability.READ_TRAINING_DATA,
    ("studio", "writes_to"): Capability.READ_TRAINING_DATA,
    ("model_logging", "logs_to"): Capability.READ_PROMPTS,
    ("endpoint_config", "writes_to"): Capability.READ_PROMPTS,
    ("endpoint", "writes_to"): Capability.READ_PROMPTS,
    ("memory", "writes_to"): Capability.READ_PROMPTS,
}
_LOGS = "logs_to"


def over(by_id: Mapping[str, Draft], exceptions: Mapping[tuple[str, str], Capability]) -> dict[str, frozenset[Capability]]:
    """By asset, the capabilities that a right over it gives. `exceptions` replace HOLDS for (native type, relation)."""
    found: dict[str, set[Capability]] = defaultdict(set)
    for draft in by_id.values():
        found[draft.id].update(OVER.get(draft.type, ()))
        for relation in draft.relations:
            if relation.target in by_id:
                held = exceptions.get((draft.native_type, relation.kind)) or HOLDS.get((draft.type, relation.kind))
                held = held or (Capability.READ_LOGS if relation.kind == _LOGS else None)
                if held is not None:
                    found[relation.target].add(held)
    return {asset_id: frozenset(held) for asset_id, held in sorted(found.items()) if held}
