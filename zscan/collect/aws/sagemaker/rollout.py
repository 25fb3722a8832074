"""How an endpoint or a component was last changed. Sources: DeploymentConfig of UpdateEndpoint; InferenceComponentDeploymentConfig.

Unset, all traffic moves at once and nothing moves it back (UpdateEndpoint, DeploymentConfig).
"""

from __future__ import annotations

from zscan.model.asset import Draft
from zscan.model.document import Reading

ROLLOUT = frozenset({"rollout.gradual", "rollout.rollback_alarms"})


def set_rollout(draft: Draft, config: Reading) -> None:
    """State how the last deployment went out."""
    shift = config.get("BlueGreenUpdatePolicy.TrafficRoutingConfiguration.Type").default("ALL_AT_ONCE")
    draft.set("rollout.gradual", shift.one_of("CANARY", "LINEAR") | config.get("RollingUpdatePolicy").is_set())
    draft.set("rollout.rollback_alarms", config.get("AutoRollbackConfiguration.Alarms").is_set())
