"""Rules that judge what exists only live: raw answers of the simulator give both a pass and a failure of each."""

from __future__ import annotations

from tests.sim.aws import AwsSim
from tests.support.estate import ACCOUNT, REGION, rich_estate
from tests.support.estate_parts.context import SECOND
from tests.support.replay import judge, policy, record
from zscan.collect import Collector, collectors
from zscan.engine.checked import CheckedRule
from zscan.engine.plan import Kind, plan_rule
from zscan.model.finding import Status


def judges(rule: CheckedRule, collector: Collector) -> bool:
    offer = collector.offer("aws")
    kind = Kind(offer.asset_type, collector.native_type, "live")
    return offer.asset_type in rule.rule.assets and plan_rule(rule, kind, offer, rule.rule.params).disposition == "judge"


def test_every_rule_over_live_only_types_passes_and_fails_somewhere() -> None:
    seen = set()
    for otherwise in (False, True):
        with AwsSim(rich_estate(otherwise=otherwise)) as sim:
            runs = {account: f"live-cells-{account}-{otherwise}" for account in (ACCOUNT, SECOND)}
            recorded = [record(sim.env(account=account, region=REGION), run=run) for account, run in runs.items()]
        scan = judge(*(recording.scan() for recording in recorded))
        seen |= {(finding.rule_id, finding.status) for finding in scan.findings}
    live_only = []
    for rule in policy().chosen:
        judged = [collector for collector in collectors("aws") if judges(rule, collector)]
        if judged and not any(collector.file_form for collector in judged):  # templates prove the others: see the examples
            live_only.append(rule.id)
    assert len(live_only) >= 3
    assert [(rule, side) for rule in live_only for side in (Status.PASS, Status.FAIL) if (rule, side) not in seen] == []
