"""Custom browsers and code interpreters of agents. Sources: GetBrowser, GetCodeInterpreter; AWS::BedrockAgentCore::BrowserCustom,
::CodeInterpreterCustom. The ones that AWS brings have no settings and are left out.
"""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect import Collector
from zscan.collect.aws.agentcore.calls import listing, single
from zscan.collect.aws.agentcore.runtimes import NETWORK_MODE, UNSTATED_NETWORK
from zscan.collect.aws.canonical import cfn_names
from zscan.collect.aws.ec2 import attach
from zscan.collect.aws.settings import switch
from zscan.collect.aws.shaping import GOVERNANCE, TAGS, asset
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading

_CUSTOM = {"type": "CUSTOM"}


def shape_browser(document: Document) -> Iterable[Draft]:
    """A browser: the network that it browses from, and whether its sessions are recorded."""
    draft = asset(document, "sandbox")
    _network(draft, document)
    recording = document["RecordingConfig"]
    draft.set("sandbox.recorded", switch(recording.get("Enabled")))
    draft.refer("writes_to", "AWS::S3::Bucket", recording.get("S3Location.Bucket"))
    yield draft


def shape_interpreter(document: Document) -> Iterable[Draft]:
    """A code interpreter: the network that generated code runs in. SANDBOX reaches nothing but the provider's storage."""
    draft = asset(document, "sandbox")
    mode = _network(draft, document)
    draft.set("network.egress_restricted", mode.eq("SANDBOX"))
    draft.set("workload.runs_generated_code", True)
    yield draft


def _network(draft: Draft, document: Document) -> Reading:
    mode = document[NETWORK_MODE].default(UNSTATED_NETWORK)
    draft.set("network.private_network", mode.eq("VPC"))
    draft.set("network.direct_internet", mode.eq("PUBLIC"))
    network = document["NetworkConfiguration.VpcConfig"]
    attach(draft, subnets=network.get("Subnets").each(), groups=network.get("SecurityGroups").each())
    draft.refer("runs_as", "AWS::IAM::Role", document["ExecutionRoleArn"])
    return mode


COLLECTORS = (
    Collector(
        native_type="AWS::BedrockAgentCore::BrowserCustom",
        asset_type="sandbox",
        list=listing("ListBrowsers", "browserSummaries", params=_CUSTOM),
        describe=single("GetBrowser", params={"browserId": "{browserId}"}),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["browserArn"]),
        name=lambda answer: str(answer.get("name") or answer["browserId"]),
        canonical=cfn_names(aliases={"Recording": "RecordingConfig"}),
        shape=shape_browser,
        facts=GOVERNANCE | {"network.private_network", "network.direct_internet", "sandbox.recorded"},
        relations=frozenset({"runs_as", "writes_to", "attached_to"}),
    ),
    Collector(
        native_type="AWS::BedrockAgentCore::CodeInterpreterCustom",
        asset_type="sandbox",
        list=listing("ListCodeInterpreters", "codeInterpreterSummaries", params=_CUSTOM),
        describe=single("GetCodeInterpreter", params={"codeInterpreterId": "{codeInterpreterId}"}),
        bulk=(TAGS,),
        identify=lambda answer, _place: str(answer["codeInterpreterArn"]),
        name=lambda answer: str(answer.get("name") or answer["codeInterpreterId"]),
        canonical=cfn_names(),
        shape=shape_interpreter,
        facts=GOVERNANCE
        | {"network.private_network", "network.direct_internet", "network.egress_restricted", "workload.runs_generated_code"},
        relations=frozenset({"runs_as", "attached_to"}),
    ),
)
