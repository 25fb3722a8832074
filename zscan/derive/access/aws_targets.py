"""The resources that capabilities are asked over: assets of one native type with the actions that reach them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from zscan.derive.access.aws_actions import ASKS, EXCEPTIONS, FOUNDATION_MODELS, Ask
from zscan.derive.access.aws_actors import Actor, Compiler, tag_values
from zscan.derive.access.aws_field import Field, Target
from zscan.derive.access.capabilities import over
from zscan.iam.context import Context, Values
from zscan.iam.fragments import RESOURCE_POLICY
from zscan.iam.globs import covers, is_wild, overlaps
from zscan.model.asset import Draft, Fragment
from zscan.model.grant import Capability
from zscan.model.unknown import Unknown

# Resources of these kinds have a policy of their own; where none was handed over, nobody read it.
_POLICIED = frozenset({"AWS::S3::Bucket", "AWS::KMS::Key", "AWS::SageMaker::ModelPackageGroup", "AWS::ECR::Repository"})
_NAMED_MODELS = (":foundation-model/", ":inference-profile/")


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """Resources of a kind, the actions asked of them, and which of them each capability is over."""

    field: Field
    actions: tuple[str, ...]
    every: str  # a template; "" when there is no class of all of them
    capabilities: tuple[tuple[Capability, int], ...]
    name: str = ""  # what a grant calls all of them, where no inventory lists them


class Resources:
    """Policies of resources by asset id, compiled; and the targets made with them."""

    def __init__(self, by_id: Mapping[str, Draft], fragments: Iterable[Fragment], compiler: Compiler) -> None:
        self._by_id, self._compiler = by_id, compiler
        self._policies = {fragment.id: fragment.data["document"] for fragment in fragments if fragment.kind == RESOURCE_POLICY}

    def target(self, draft: Draft, ask: Ask) -> Target:
        """What is asked for over an asset."""
        text = _text(draft, ask.resource)
        document = self._policies.get(draft.id)
        unread = isinstance(document, Unknown) or (document is None and draft.id not in self._policies and draft.native_type in _POLICIED)
        names = (f"the policy of {draft.name}",) if unread else ()
        key, of_key = self._key(draft)
        return Target(
            id=draft.id,
            text=text,
            account=draft.account,
            reach="some" if is_wild(text) and text != "*" else "one",
            policy=None if unread or document is None else self._compiler.policy(f"the policy of {draft.name}", document),
            must_grant=draft.native_type == "AWS::KMS::Key",
            context=_context(draft),
            unread=(*names, *of_key),
            key=key,
            closed=draft.get("store.public") is False,
        )

    def _key(self, draft: Draft) -> tuple[Target | None, tuple[str, ...]]:
        """The customer's key that objects of a bucket are encrypted with; a policy of it that was not read is named."""
        if draft.type != "data_store":
            return None, ()
        for relation in draft.relations:
            key = self._by_id.get(relation.target)
            if relation.kind != "encrypts_with" or key is None or key.get("key.customer_managed") is not True:
                continue
            target = self.target(key, Ask(Capability.READ_MODELS, ("kms:Decrypt",)))
            if target.policy is None:
                return None, (f"the policy of key {key.name}",)
            via: dict[str, Values | Unknown] = {"kms:viaservice": (f"s3.{key.region}.amazonaws.com",)}
            return Target(
                target.id,
                target.text,
                target.account,
                policy=target.policy,
                must_grant=True,
                context=target.context.with_values(Context(via)),
            ), ()
        return None, ()


def kinds(by_id: Mapping[str, Draft], resources: Resources, actors: Iterable[Actor]) -> list[Kind]:
    """Every kind that has assets, and the foundation models that policies name."""
    held = over(by_id, EXCEPTIONS)
    drafts: dict[str, list[Draft]] = defaultdict(list)
    for asset_id in held:
        draft = by_id[asset_id]
        if draft.provider == "aws" and draft.view == "live":
            drafts[draft.native_type].append(draft)
    found: list[Kind] = []
    for native_type, asks in sorted(ASKS.items()):
        alike: dict[tuple[tuple[str, ...], str, str], list[Capability]] = defaultdict(list)
        for ask in asks:
            alike[ask.actions, ask.resource, ask.every].append(ask.capability)
        for (actions, resource, every), capabilities in alike.items():
            if drafts[native_type]:
                field = Field([resources.target(draft, Ask(capabilities[0], actions, resource)) for draft in drafts[native_type]])
                masks = [(c, _having(c, drafts[native_type], held)) for c in capabilities]
                found.append(Kind(field, actions, every, tuple((c, mask) for c, mask in masks if mask)))
    return [_foundation(actors), *found]


def _having(capability: Capability, drafts: Iterable[Draft], held: Mapping[str, frozenset[Capability]]) -> int:
    return sum(1 << index for index, draft in enumerate(drafts) if capability in held[draft.id])


def _foundation(actors: Iterable[Actor]) -> Kind:
    """Foundation models as policies name them: nobody's assets, but what invocation mostly means."""
    every = FOUNDATION_MODELS.every.format(partition="*")
    policies = {policy for actor in actors for policy in actor.policies}
    words = {w for policy in policies for s in policy.statements if s.allows is not False for w in s.resources or () if isinstance(w, str)}
    named = sorted(w for w in words if any(part in w for part in _NAMED_MODELS) and "${" not in w and not covers(w, every))
    named = [w for w in named if overlaps(w, "arn:*:bedrock:*")]
    field = Field([Target(word, word, reach="some" if is_wild(word) else "one") for word in named])
    name = FOUNDATION_MODELS.every.format(partition="aws")
    return Kind(field, FOUNDATION_MODELS.actions, FOUNDATION_MODELS.every, ((Capability.INVOKE, field.all),), name)


def _text(draft: Draft, template: str) -> str:
    alias = draft.id.replace(":agent/", ":agent-alias/")
    package = draft.id.replace(":model-package-group/", ":model-package/")
    return template.format(id=draft.id, alias=alias, package=package)


def _context(draft: Draft) -> Context:
    values: dict[str, Values | Unknown] = {"aws:resourceaccount": (draft.account,)}
    if draft.region:
        values["aws:requestedregion"] = (draft.region,)
    if isinstance(draft.tags, Unknown) or draft.tags is None:
        hidden = (("aws:resourcetag/", draft.tags),) if isinstance(draft.tags, Unknown) else ()
        return Context(values, (), hidden)
    tags, _ = tag_values(draft.tags, "aws:resourcetag/")
    return Context({**values, **tags}, ("aws:resourcetag/",))
