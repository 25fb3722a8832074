"""No dead words: what the vocabulary declares is stated by some collector and looked at by some rule."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import pytest

from zscan.cli.policy import all_offers, load_rules
from zscan.collect import collectors
from zscan.engine import ir
from zscan.model.offers import Offer
from zscan.model.types import VOCABULARY

ROOT = Path(__file__).parents[2]

# Words that only a later stage uses, each with the module that does. An exception that is not needed any more fails too.
FACTS_READ_BY_A_STAGE: Mapping[str, str] = {
    "evaluation.completed": "zscan/derive/evaluation.py",  # folded into what is known of the evaluated model
    "evaluation.metrics": "zscan/derive/evaluation.py",
}
RELATIONS_READ_BY_A_STAGE = {
    "hosted_by": "zscan/derive/identity_use.py",  # an agent and the runtime that the platform runs it in share an identity by design
    "built_from": "zscan/collect/aws/bedrock/models.py",  # the inventory shows what a custom model came from
    # the inventory shows which agent leans on which model; no requirement rests on it yet
    "calls_model": "zscan/collect/aws/bedrock/agents.py",
    "uses_secret": "zscan/collect/aws/bedrock/knowledge.py",  # the inventory shows who signs in with what; ZS-SEC-10 judges the secret
}
RELATIONS_STATED_BY_A_STAGE: Mapping[str, str] = {}


@cache
def offers() -> Mapping[str, Offer]:
    return all_offers()


@cache
def offered_facts() -> frozenset[str]:
    return frozenset().union(*(offer.facts for offer in offers().values()))


@cache
def offered_relations() -> frozenset[str]:
    return frozenset().union(*(offer.relations for offer in offers().values()))


@cache
def conditions() -> tuple[ir.Node, ...]:
    return tuple(node for rule in load_rules().rules for whole in rule.conditions() for node in ir.walk(whole))


@cache
def read_facts() -> frozenset[str]:
    return frozenset(node.path for node in conditions() if isinstance(node, ir.Fact))


@cache
def read_relations() -> frozenset[str]:
    """Relations that a rule follows, or along which facts are composed."""
    vias = [via for collector in collectors("aws") for via in collector.via]
    composed = {name for via in vias for name in (via.relation, *via.hands_on)}
    return frozenset(node.kind for node in conditions() if isinstance(node, ir.Related)) | composed


def listing(words: Iterable[str]) -> str:
    return "".join(f"\n  {word}" for word in sorted(words))


def test_every_fact_is_stated_by_a_collector() -> None:
    dead = set(VOCABULARY.facts) - offered_facts()
    assert not dead, f"{len(dead)} facts that no collector offers:{listing(dead)}"


def test_every_fact_is_read_by_a_rule() -> None:
    dead = set(VOCABULARY.facts) - read_facts() - set(FACTS_READ_BY_A_STAGE)
    assert not dead, f"{len(dead)} facts that no rule looks at:{listing(dead)}"


def test_every_fact_belongs_to_an_asset_type() -> None:
    carried = {path for name in VOCABULARY.types for path in VOCABULARY.facts_of(name)}
    dead = set(VOCABULARY.facts) - carried
    assert not dead, f"{len(dead)} facts that no asset type can carry:{listing(dead)}"


def test_every_relation_is_stated_by_a_collector() -> None:
    dead = set(VOCABULARY.relations) - offered_relations() - set(RELATIONS_STATED_BY_A_STAGE)
    assert not dead, f"{len(dead)} relations that no collector offers:{listing(dead)}"


def test_every_relation_is_read() -> None:
    dead = set(VOCABULARY.relations) - read_relations() - set(RELATIONS_READ_BY_A_STAGE)
    assert not dead, f"{len(dead)} relations that no rule follows:{listing(dead)}"


def test_every_asset_type_is_made_by_a_collector() -> None:
    dead = set(VOCABULARY.types) - {offer.asset_type for offer in offers().values()}
    assert not dead, f"{len(dead)} asset types that no collector makes:{listing(dead)}"


def test_every_asset_type_is_judged() -> None:
    dead = set(VOCABULARY.types) - {name for rule in load_rules().rules for name in rule.rule.assets}
    looked_at = {name for node in conditions() if isinstance(node, ir.Related) for name in VOCABULARY.relations[node.kind].targets}
    assert not dead - looked_at, f"{len(dead - looked_at)} asset types that no rule is about, or looks at:{listing(dead - looked_at)}"


@pytest.mark.parametrize(
    "table", [FACTS_READ_BY_A_STAGE, RELATIONS_READ_BY_A_STAGE, RELATIONS_STATED_BY_A_STAGE], ids=["facts", "read", "stated"]
)
def test_exceptions_are_true(table: Mapping[str, str]) -> None:
    for word, module in table.items():
        assert word in VOCABULARY.facts or word in VOCABULARY.relations
        assert f'"{word}"' in (ROOT / module).read_text(encoding="utf-8"), f"{module} does not use {word}: take the exception out"


def test_no_exception_outlives_its_need() -> None:
    unneeded = set(FACTS_READ_BY_A_STAGE) & read_facts()
    unneeded |= set(RELATIONS_READ_BY_A_STAGE) & read_relations()
    unneeded |= set(RELATIONS_STATED_BY_A_STAGE) & offered_relations()
    assert not unneeded, f"exceptions that are not needed any more:{listing(unneeded)}"


# ---- offers


@pytest.mark.parametrize("native_type", sorted(all_offers()))
def test_an_offer_names_declared_words_of_its_asset_type(native_type: str) -> None:
    offer = offers()[native_type]
    assert offer.native_type == native_type
    assert offer.asset_type in VOCABULARY.types
    strange = offer.facts - set(VOCABULARY.facts_of(offer.asset_type))
    assert not strange, f"{native_type} offers facts that a {offer.asset_type} cannot carry:{listing(strange)}"
    assert offer.live_only <= offer.facts, f"live only, but not offered:{listing(offer.live_only - offer.facts)}"
    strange = offer.relations - set(VOCABULARY.relations)
    assert not strange, f"{native_type} offers undeclared relations:{listing(strange)}"


# ---- words explain themselves


def test_every_word_is_described() -> None:
    described = [(path, fact.doc) for path, fact in VOCABULARY.facts.items()]
    described += [(name, kind.doc) for name, kind in VOCABULARY.types.items()]
    described += [(name, facet.doc) for name, facet in VOCABULARY.facets.items()]
    described += [(name, relation.doc) for name, relation in VOCABULARY.relations.items()]
    assert not [word for word, doc in described if len(inspect.cleandoc(doc)) < len("A key.") or not doc.endswith(".")]


def test_relations_lead_to_declared_types() -> None:
    strange = {target for relation in VOCABULARY.relations.values() for target in relation.targets} - set(VOCABULARY.types)
    assert not strange, f"targets that are no asset types:{listing(strange)}"


def test_types_are_made_of_declared_facets() -> None:
    used = {name for kind in VOCABULARY.types.values() for name in kind.facets}
    assert used == set(VOCABULARY.facets), f"facets that are undeclared, or of no type:{listing(used ^ set(VOCABULARY.facets))}"
