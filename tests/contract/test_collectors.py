"""What every AWS collector owes: its calls are reads that exist, its paths lead somewhere, its shape keeps its word whatever was read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from policy_sentry.querying.actions import get_action_data

from tests.sim.aws.actions import action_of
from tests.support.aws_shapes import ACCOUNT, REGION, at, fields, item_of, operation, paginator, sample
from zscan.collect import Call, Collector, Place, collectors
from zscan.collect.answers import ACCOUNT_ID, Answer, CallError
from zscan.collect.aws.session import SESSION_CALLS
from zscan.collect.gather import Gatherer
from zscan.model.asset import Draft, Fragment
from zscan.model.document import Document, Reading
from zscan.model.gap import Gap
from zscan.model.source import ApiSource, FileSource, Source
from zscan.model.types import VOCABULARY
from zscan.model.unknown import Reason, ReasonCode, Unknown, Unresolved

ALL: Mapping[str, Collector] = {collector.native_type: collector for collector in collectors("aws")}
PLACE = {"region": Place("aws", ACCOUNT, REGION), "account": Place("aws", ACCOUNT)}
KEY = f"arn:aws:service:{REGION}:{ACCOUNT}:thing/key"  # what a referring asset holds
DENIED = CallError("AccessDeniedException", "not authorized", str(ReasonCode.DENIED))
UNREAD = Unknown(Reason(ReasonCode.DENIED, "not authorized"))
_READ = re.compile(r"(Get|List|Describe|Head|Search|BatchGet|Lookup)[A-Z]")
_TEMPLATE = re.compile(r"\{(\w+)\}")

# Error codes that a service documents and its API model leaves out.
UNMODELLED_CODES = {
    **dict.fromkeys(
        (
            "NoSuchBucket",
            "NoSuchBucketPolicy",
            "NoSuchPublicAccessBlockConfiguration",
            "NoSuchTagSet",
            "OwnershipControlsNotFoundError",
            "ServerSideEncryptionConfigurationNotFoundError",
        ),
        "Amazon S3 API Reference, error responses and the pages of the operations",
    ),
    "ValidationException": "Amazon SageMaker API Reference, common errors",
}
# Codes that mean a mistake of the caller as well as absence: they need a message that only absence has.
AMBIGUOUS_CODES = {"ValidationException", "ValidationError", "InvalidParameterException", "AccessDeniedException"}

# Facts that hold for everything of the type, whatever its settings are.
CONSTANTS = {
    "AWS::BedrockAgentCore::CodeInterpreterCustom": {"workload.runs_generated_code"},  # that is what it is for
    "AWS::EC2::SecurityGroup": {"firewall.directions"},  # a group always decides on both
    "AWS::IAM::Role": {"identity.kind"},
    "AWS::IAM::User": {"identity.kind", "identity.people", "identity.federated"},
    "AWS::IAM::UserCredentials": {"auth.required"},  # whoever uses a credential authenticates by it
    "AWS::SSO::PermissionSet": {"identity.kind", "identity.people", "identity.federated"},  # people of the instance's directory
    "AWS::S3::Bucket": {"encryption.at_rest"},  # Amazon S3 encrypts every new object since 2023-01-05
}

every_collector = pytest.mark.parametrize("native_type", sorted(ALL))


@dataclass(frozen=True)
class Use:
    """A call, where it is made, and the names that its parameters can be filled from."""

    owner: str
    role: str
    call: Call
    names: frozenset[str]

    def __str__(self) -> str:
        return f"{self.owner.removeprefix('AWS::')}:{self.role}"


ALWAYS = frozenset({ACCOUNT_ID})  # known of whatever is read


def context(collector: Collector) -> frozenset[str]:
    """The names known of a thing before it is read itself."""
    above = context(ALL[collector.parent]) if collector.parent else frozenset()
    if collector.list is not None:
        return above | ALWAYS | fields(item_of(collector.list))
    return above | ALWAYS | ({"key", *collector.split(KEY)} if collector.resolves else frozenset())


def uses(collector: Collector) -> Iterator[Use]:
    owner, known = collector.native_type, context(collector)
    if collector.list is not None:
        yield Use(owner, "list", collector.list, context(ALL[collector.parent]) if collector.parent else frozenset())
    if collector.describe is not None:
        yield Use(owner, "describe", collector.describe, known)
        known |= fields(item_of(collector.describe))
    for part in collector.parts:
        yield Use(owner, part.path, part.call, known)
        if part.each is not None:
            yield Use(owner, f"{part.path}[]", part.each, known | fields(item_of(part.call)))
    for bulk in collector.bulk:
        yield Use(owner, f"bulk {bulk.path}", bulk.call, ALWAYS)


USES = [use for collector in ALL.values() for use in uses(collector)]
USES += [Use("session", call.operation, call, frozenset()) for call in SESSION_CALLS]
every_use = pytest.mark.parametrize("use", USES, ids=str)


# ---- calls


@cache
def access_levels(prefix: str) -> Mapping[str, str]:
    """Published access levels of a service's actions, by action in lower case."""
    published: Any = get_action_data(prefix, "*") or {}
    return {str(entry["action"]).lower(): str(entry["access_level"]) for entry in published.get(prefix, [])}


@every_use
def test_a_listing_that_goes_on_is_paged(use: Use) -> None:
    """By the SDK's paginator, or by the token that the call declares."""
    call, model = use.call, operation(use.call.service, use.call.operation)
    asked, given = model.input_shape, model.output_shape
    if call.token is not None:
        assert call.token[0] in asked.members, f"{call.id} takes no {call.token[0]}"
        assert call.token[1] in given.members, f"{call.id} gives no {call.token[1]}"
    elif call.items and not paginator(call.service, call.operation):
        tokens = [name for name in getattr(given, "members", ()) if name.lower() in {"nexttoken", "marker", "nextmarker"}]
        assert not tokens, f"{call.id} has no paginator and goes on by {tokens}: declare `token`"


@every_use
def test_the_operation_exists_and_is_a_read(use: Use) -> None:
    model = operation(use.call.service, use.call.operation)
    assert _READ.match(use.call.operation), f"{use.call.id} does not read like a read"
    assert model.http["method"] in {"GET", "HEAD", "POST"}


@every_use
def test_the_permission_is_the_one_that_the_call_needs(use: Use) -> None:
    assert use.call.action == action_of(use.call.service, use.call.operation)


@every_use
def test_the_permission_reads_only(use: Use) -> None:
    level = access_levels(use.call.action.partition(":")[0]).get(use.call.action.lower())
    assert level in {"Read", "List", None}, f"{use.call.action} is of access level {level}"


def test_the_published_access_levels_are_there() -> None:
    known = [use for use in USES if use.call.action.lower() in access_levels(use.call.action.partition(":")[0])]
    assert len(known) / len(USES) > 0.9, "the test above would say nothing"


@every_use
def test_paths_lead_somewhere(use: Use) -> None:
    output = operation(use.call.service, use.call.operation).output_shape
    assert not (use.call.items and use.call.take), "a call lists or takes, not both"
    path = use.call.items or use.call.take
    found = at(output, path)
    assert found is not None, f"the answer of {use.call.id} has no {path}"
    if use.call.items:
        assert found.type_name == "list", f"{path} of {use.call.id} is no list"


@every_use
def test_parameters_are_known_and_complete(use: Use) -> None:
    given = operation(use.call.service, use.call.operation).input_shape
    members = given.members if given is not None else {}
    required = set(given.required_members) if given is not None else set()
    assert set(use.call.params) <= set(members), f"{use.call.id} takes no {sorted(set(use.call.params) - set(members))}"
    assert required <= set(use.call.params), f"{use.call.id} also needs {sorted(required - set(use.call.params))}"
    wanted = set(_TEMPLATE.findall(str(dict(use.call.params))))
    assert wanted <= use.names, f"nothing that is known there is called {sorted(wanted - use.names)}"


@every_use
def test_pages_are_as_large_as_the_service_gives_them(use: Use) -> None:
    paging = paginator(use.call.service, use.call.operation)
    if not use.call.page_size:
        return
    assert paging, f"the SDK does not page through {use.call.id}"
    member = operation(use.call.service, use.call.operation).input_shape.members[paging["limit_key"]]
    most = member.metadata.get("max")
    assert most is None or use.call.page_size <= most, f"{use.call.id} gives at most {most} a page"
    assert use.call.page_size >= member.metadata.get("min", 1)


@every_use
def test_a_listing_that_comes_in_pages_is_paged(use: Use) -> None:
    """An operation with a continuation token that the SDK cannot follow would lose everything after the first page."""
    output = operation(use.call.service, use.call.operation).output_shape
    tokens = {name for name in getattr(output, "members", {}) if name.lower() in {"nexttoken", "marker", "continuationtoken"}}
    if use.call.items and tokens and use.call.token is None:
        assert paginator(use.call.service, use.call.operation), f"{use.call.id} has {sorted(tokens)}, but no paginator"
    if use.call.items and tokens:
        assert use.call.token or paginator(use.call.service, use.call.operation), f"{use.call.id} has {sorted(tokens)}, but no paginator"


@every_use
def test_absence_is_an_error_that_the_operation_knows(use: Use) -> None:
    modelled = {
        shape.metadata.get("error", {}).get("code", shape.name) for shape in operation(use.call.service, use.call.operation).error_shapes
    }
    modelled |= {shape.name for shape in operation(use.call.service, use.call.operation).error_shapes}
    strange = use.call.absent - modelled - set(UNMODELLED_CODES)
    assert not strange, f"{use.call.id} does not answer with {sorted(strange)}"
    assert not (use.call.absent & AMBIGUOUS_CODES) or use.call.absent_message, "say which message means absence"
    assert use.call.absent or not use.call.absent_message


def test_no_documented_code_outlives_its_need() -> None:
    assert set(UNMODELLED_CODES) <= set().union(*(use.call.absent for use in USES))


@every_collector
def test_the_collector_adds_up(native_type: str) -> None:
    collector = ALL[native_type]
    assert re.fullmatch(r"AWS::[A-Za-z0-9]+::[A-Za-z0-9]+", native_type)
    assert collector.asset_type in VOCABULARY.types
    assert not collector.parent or ALL[collector.parent].list is not None
    assert collector.list is not None or collector.resolves or collector.singleton, "nothing would ever start it"
    paths = [part.path for part in (*collector.parts, *collector.bulk)]
    assert len(set(paths)) == len(paths), "two parts at one path"
    assert collector.live_only <= collector.facts | collector.derived
    assert set(collector.relations) <= set(VOCABULARY.relations)
    for via in collector.via:
        assert via.native_type == native_type
        assert via.relation in collector.relations
        assert set(via.hands_on) <= collector.relations
        assert set(via.facts) <= set(VOCABULARY.facts_of(collector.asset_type))


# ---- shapes, on documents as the gatherer makes them


def gathered(collector: Collector, *, denied: frozenset[str]) -> list[Document]:
    """Documents out of sample answers, with the calls in `denied` refused."""

    def invoke(place: Place, call: Call, params: Mapping[str, Any]) -> Answer:
        error = DENIED if call.id in denied else None
        model = operation(call.service, call.operation).output_shape
        page = {} if error is not None else sample(model) or {}
        return Answer(
            place.provider, place.account, place.region, call.id, dict(params), [page] if page else [], error, "2026-12-01T00:00:00Z"
        )

    gaps: list[Gap] = []

    def listed_above(child: Collector) -> dict[str, Any]:
        if not child.parent:
            return {}
        above = ALL[child.parent]
        return Gatherer(above, PLACE["region"], invoke, gaps.append).contexts(listed_above(above))[0]

    parent = listed_above(collector)
    start = {**parent, "key": KEY, **collector.split(KEY)} if collector.resolves and collector.list is None else parent
    gatherer = Gatherer(collector, PLACE[collector.scope], invoke, gaps.append)
    documents = [document for item in gatherer.contexts(start) if (document := gatherer.document(item)) is not None]
    for document in documents:
        for bulk in collector.bulk:
            body: Any = document.body
            body[bulk.path] = UNREAD if bulk.call.id in denied else []
    return documents


def drafts(collector: Collector, document: Document) -> list[Draft]:
    shaped = list(collector.shape(document))
    assert all(isinstance(one, Draft | Fragment) for one in shaped)
    return [one for one in shaped if isinstance(one, Draft)]


def holds_unknown(value: Any) -> bool:
    value = value.value if isinstance(value, Reading) else value
    if isinstance(value, dict):
        return any(holds_unknown(item) for item in value.values())
    return isinstance(value, Unknown) or (isinstance(value, list | tuple) and any(holds_unknown(item) for item in value))


def check_draft(collector: Collector, draft: Draft, *, but: frozenset[str] = frozenset()) -> None:
    """The draft states what was promised, no more, in the declared types."""
    promised = collector.facts
    assert set(draft.facts) <= promised, f"stated, but not offered: {sorted(set(draft.facts) - promised)}"
    assert promised - set(draft.facts) <= but, f"offered, but not stated: {sorted(promised - set(draft.facts) - but)}"
    stated = {reference.relation for reference in draft.references} | {relation.kind for relation in draft.relations}
    stated |= set(draft.unknown_relations)
    assert stated <= collector.relations, f"relations stated, but not offered: {sorted(stated - collector.relations)}"
    frozen = draft.freeze()
    assert (frozen.type, frozen.native_type) == (collector.asset_type, collector.native_type)
    assert frozen.id
    assert frozen.name


@every_collector
def test_a_whole_answer_is_shaped(native_type: str) -> None:
    collector = ALL[native_type]
    documents = gathered(collector, denied=frozenset())
    assert documents
    for document in documents:
        for draft in drafts(collector, document):
            check_draft(collector, draft)
            assert isinstance(draft.source, ApiSource)
            assert draft.source.call


@every_collector
def test_nothing_is_known_that_was_not_read(native_type: str) -> None:
    """With every read but the listing refused, a fact is unknown, or rests on what the listing said."""
    collector = ALL[native_type]
    refused = frozenset(call.id for call in collector.calls()) - {collector.list.id if collector.list else ""}
    documents = gathered(collector, denied=refused)
    assert documents or collector.list is None
    for document in documents:
        for draft in drafts(collector, document):
            check_draft(collector, draft)
            invented = {
                path: value
                for path, value in draft.facts.items()
                if not holds_unknown(value)
                and path not in CONSTANTS.get(native_type, set())
                and not _rests_on_listing(collector, document, draft.evidence[path])
            }
            assert not invented, f"known although nothing was read: {invented}"


def _rests_on_listing(collector: Collector, document: Document, evidence: tuple[Source, ...]) -> bool:
    """Whether every place behind a fact was filled by the listing."""
    if collector.list is None:
        return False
    places = [source.pointer.split("/")[1:] for source in evidence if isinstance(source, ApiSource)]
    return bool(places) and all(place and place[0] in document.body for place in places)


@every_collector
def test_each_refused_part_leaves_the_rest(native_type: str) -> None:
    """Refusing one more call never changes a known fact: it stays, or becomes unknown."""
    collector = ALL[native_type]
    whole = _facts(collector, frozenset())
    for call in sorted({call.id for call in collector.calls()} - {collector.list.id if collector.list else ""}):
        partly = _facts(collector, frozenset({call}))
        if collector.describe is not None and call == collector.describe.id and not partly:
            continue
        changed = {
            path: (whole[path], value) for path, value in partly.items() if not holds_unknown(value) and repr(value) != repr(whole[path])
        }
        assert not changed, f"without {call}: {changed}"


def _facts(collector: Collector, denied: frozenset[str]) -> dict[str, Any]:
    return {
        path: value
        for document in gathered(collector, denied=denied)
        for draft in drafts(collector, document)
        for path, value in draft.facts.items()
    }


# ---- shapes, on files


class Line:
    """An origin that has one line."""

    def at(self, path: tuple[str | int, ...]) -> Source:
        return FileSource("template.yaml", 1, "".join(f"/{step}" for step in path))


def declared(collector: Collector, body: Mapping[str, Any]) -> Document:
    return Document(
        id="template.yaml#Thing",
        native_type=collector.native_type,
        name="Thing",
        provider="aws",
        body=body,
        origin=Line(),
        view="declared",
        unit="template.yaml",
    )


FILE_FORMS = sorted(native_type for native_type, collector in ALL.items() if collector.file_form)


@pytest.mark.parametrize("native_type", FILE_FORMS)
def test_a_resource_without_properties_is_shaped(native_type: str) -> None:
    """It states every fact; or, where an unset property makes it a thing that zscan does not look at, it is no asset."""
    collector = ALL[native_type]
    shaped = drafts(collector, declared(collector, {}))
    assert len(shaped) == 1 or native_type in NO_ASSET_UNLESS
    for draft in shaped:
        check_draft(collector, draft, but=collector.live_only)


# Types whose asset exists only when a property says so.
NO_ASSET_UNLESS = {
    "AWS::EC2::VPCEndpoint": "VpcEndpointType is Interface; unset it is Gateway",
    "AWS::NeptuneGraph::Graph": "VectorSearchConfiguration is set: without it the graph holds no embeddings",
    "AWS::OpenSearchServerless::Collection": "Type is VECTORSEARCH; the other types hold no embeddings",
}
STRANGE: tuple[Any, ...] = (
    UNREAD,
    Unresolved("!Ref Somewhere"),
    [],
    {},
    "text",
    7,
    True,
    None,
    [UNREAD],
    {"a": UNREAD},
    [[]],
    [None],
    {"": []},
)


@pytest.mark.parametrize("native_type", FILE_FORMS)
def test_strange_properties_are_shaped(native_type: str) -> None:
    """Templates are written by anybody: each place of a resource may hold anything, and the scan goes on."""
    collector = ALL[native_type]
    (document,) = gathered(collector, denied=frozenset())
    plain = {key: _plain(value) for key, value in document.body.items()}
    broken: list[str] = []
    for path in _places(plain):
        for strange in STRANGE:
            body = _replaced(plain, path, strange)
            try:
                for draft in drafts(collector, declared(collector, body)):
                    assert set(draft.facts) <= collector.facts
                    draft.freeze()
            except Exception as error:  # noqa: BLE001 (whatever it raises is what this test is about)
                broken.append(f"{'.'.join(map(str, path))} = {strange!r}: {type(error).__name__}: {error}")
    assert not broken, f"{len(broken)} strange values break the shape of {native_type}:\n" + "\n".join(broken[:12])


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(member) for key, member in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in entries:
        yield (*path, key)
        yield from _places(member, (*path, key))


def _replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _replaced(value[path[0]], path[1:], new)
    return copy
