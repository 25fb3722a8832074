"""The audit record of an account: what its trails keep, in every region.

Sources: DescribeTrails, GetTrailStatus, GetEventSelectors, asked in one region: that shows every multi-region trail of the account and its
organisation, and only such a trail covers all regions.
"""

from __future__ import annotations

from collections.abc import Iterable

from zscan.collect import Call, Collector, Part
from zscan.collect.aws.settings import switch
from zscan.collect.aws.shaping import all_of, any_of
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading
from zscan.model.unknown import Reason, ReasonCode, Unknown

_NAME = "audit-trail"
# Resource types by whose data events calls of AI are recorded (CloudTrail user guide, "Logging data events"; Bedrock user guide, "Monitor
# Amazon Bedrock API calls": InvokeAgent; Retrieve and RetrieveAndGenerate). Calls of models themselves are management events.
_AI_CALLS = ("AWS::Bedrock::AgentAlias", "AWS::Bedrock::KnowledgeBase")
_GUARDRAIL_CALLS = ("AWS::Bedrock::Guardrail",)
_AI_SOURCES = ("bedrock", "sagemaker", "qbusiness")
_CHOSEN = Unknown(Reason(ReasonCode.OUT_OF_SCOPE, "the selector takes some events by name or resource; which ones matter is not judged"))


def shape_trails(document: Document) -> Iterable[Draft]:
    """The trails together: what at least one of them keeps."""
    draft = Draft(document, "audit_trail")
    draft.tags = {}
    trails = list(zip(document["Trails"].each(), _beside(document, "Statuses"), _beside(document, "Selectors"), strict=False))
    running = [(trail, selectors, _runs(trail, status)) for trail, status, selectors in trails]
    whole = [(trail, runs & _management(selectors)) for trail, selectors, runs in running]
    draft.set("audit.everywhere", _some(document, [keeps for _, keeps in whole]))
    draft.set("audit.tamper_evident", _some(document, [keeps & switch(trail.get("LogFileValidationEnabled")) for trail, keeps in whole]))
    for fact, wanted in (("audit.ai_calls", _AI_CALLS), ("audit.guardrail_calls", _GUARDRAIL_CALLS)):
        each_type = (any_of(runs & _data_events(selectors, kind) for _, selectors, runs in running) for kind in wanted)
        draft.set(fact, _some(document, [all_of(each_type)]))
    draft.set("records.forwarded", _some(document, [keeps & switch(trail.get("IsOrganizationTrail")) for trail, keeps in whole]))
    yield draft


def _beside(document: Document, part: str) -> list[Reading]:
    """The part's answers, one for each trail in the order of trails; where the trails themselves are unknown, as many unknowns."""
    answers, trails = document[part].each(), document["Trails"].each()
    missing = Unknown(Reason(ReasonCode.UNRESOLVED, "the trail has no answer of its own"))
    last = answers[-1] if answers and answers[-1].unknown else Reading(missing, document[part].places)
    return [*answers, *[last] * (len(trails) - len(answers))]


def _some(document: Document, tests: list[Reading]) -> Reading:
    return Reading(any_of(tests).value, document["Trails"].places)


def _runs(trail: Reading, status: Reading) -> Reading:
    """Whether a trail takes every region and is switched on."""
    return switch(trail.get("IsMultiRegionTrail")) & switch(status.get("IsLogging"))


def _management(selectors: Reading) -> Reading:
    """Whether reads and changes are kept. Without selectors a trail keeps both (EventSelector: default)."""
    basic, advanced = selectors.get("EventSelectors"), selectors.get("AdvancedEventSelectors")
    plain = [
        switch(one.get("IncludeManagementEvents"), default=True) & one.get("ReadWriteType").default("All").eq("All") for one in basic.each()
    ]
    chosen = [_advanced(one, "Management", "") for one in advanced.each()]
    neither = ~basic.is_set() & ~advanced.is_set()
    return any_of([neither, *plain, *chosen])


def _data_events(selectors: Reading, kind: str) -> Reading:
    """Whether the data events of a resource type are kept. Basic selectors know S3, Lambda and DynamoDB only."""
    return any_of(_advanced(one, "Data", kind) for one in selectors.get("AdvancedEventSelectors").each())


def _advanced(selector: Reading, category: str, kind: str) -> Reading:
    """Whether an advanced selector takes all events of a category (and resource type). Further fields narrow it: those are not judged."""
    if selector.unknown:
        return selector
    fields = selector.get("FieldSelectors").each()
    tests = [_field(one, category, kind) for one in fields]
    named = [any_of(one.get("Field").eq("eventCategory") for one in fields)]
    if kind:
        named.append(any_of(one.get("Field").eq("resources.type") for one in fields))
    return all_of([*named, *tests])


def _field(one: Reading, category: str, kind: str) -> Reading:
    field = one.get("Field")
    if field.unknown:
        return field
    wanted = {"eventCategory": category, "resources.type": kind}.get(str(field.value))
    if wanted:
        return one.get("Equals").map(lambda values: wanted in (values or ()))
    if field.value == "eventSource" and category == "Management":
        return _spares_ai(one)
    return Reading(_CHOSEN, one.places)


def _spares_ai(one: Reading) -> Reading:
    """Sources that are left out, as those of KMS often are for their number, do no harm when none of them is AI's."""
    left_out = one.get("NotEquals")
    others = any_of(one.get(name).is_set() for name in ("Equals", "StartsWith", "EndsWith", "NotStartsWith", "NotEndsWith"))
    chosen = others | ~left_out.is_set()
    tests = [source.map(lambda text: not str(text).startswith(_AI_SOURCES)) for source in left_out.each()]
    return Reading(_CHOSEN, one.places) if chosen.value is True else chosen if chosen.unknown else all_of(tests)


def _trails(path: str, each: str = "", parameter: str = "") -> Part:
    return Part(
        path=path,
        call=Call(service="cloudtrail", operation="DescribeTrails", action="cloudtrail:DescribeTrails", items="trailList"),
        each=Call(service="cloudtrail", operation=each, action=f"cloudtrail:{each}", params={parameter: "{TrailARN}"}) if each else None,
    )


COLLECTORS = (
    Collector(
        native_type="AWS::CloudTrail::AuditTrail",
        asset_type="audit_trail",
        scope="account",
        singleton=True,
        parts=(_trails("Trails"), _trails("Statuses", "GetTrailStatus", "Name"), _trails("Selectors", "GetEventSelectors", "TrailName")),
        identify=lambda _answer, place: f"{place.provider}:control/account/{place.account}/{_NAME}",
        name=lambda _answer: _NAME,
        canonical=lambda _answer: {},
        shape=shape_trails,
        facts=frozenset({"audit.everywhere", "audit.tamper_evident", "audit.ai_calls", "audit.guardrail_calls", "records.forwarded"}),
        derived=frozenset({"scope.ai_in_use"}),
        file_form=False,
    ),
)
