"""Budgets of an account that cover what AI costs.

Sources: DescribeBudgets, DescribeBudgetNotificationsForAccount. Cost Explorer, where anomaly monitors live, charges for every request
and is not asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import eq
from typing import Any

from zscan.collect import Call, Collector, Part
from zscan.collect.aws.shaping import any_of
from zscan.model.asset import Draft
from zscan.model.document import Document, Reading, combine
from zscan.model.unknown import Reason, ReasonCode, Unknown

_NAME = "cost-guard"
_JOINED = Unknown(Reason(ReasonCode.OUT_OF_SCOPE, "the budget's filter joins several conditions, which are not taken apart"))
_SERVICES = ("Amazon Bedrock", "Amazon SageMaker", "Amazon Bedrock AgentCore")  # as the cost filter `Service` writes them


def shape_budgets(document: Document) -> Iterable[Draft]:
    """The budgets together."""
    draft = Draft(document, "cost_guard")
    draft.tags = {}
    budgets = [(one, one if one.unknown else _covers_ai(one)) for one in document["Budgets"].each()]
    told = document["Notifications"].each()
    draft.set("cost.budgeted", Reading(any_of(covers for _, covers in budgets).value, document["Budgets"].places))
    reported = [one if one.unknown else covers & _tells(one.get("BudgetName"), told) for one, covers in budgets]
    draft.set("cost.reported", Reading(any_of(reported).value, document["Notifications"].places))
    yield draft


def _covers_ai(budget: Reading) -> Reading:
    """A budget of costs, of the whole account or with an AI service among those it filters by."""
    costs, filters, expression = budget.get("BudgetType").eq("COST"), budget.get("CostFilters"), budget.get("FilterExpression")
    named = [*filters.get("Service").each(), *_dimension(expression)]
    by_service = any_of(one.map(lambda text: str(text).startswith(_SERVICES)) for one in named)
    return costs & (by_service | (~filters.is_set() & ~expression.is_set()))


def _dimension(expression: Reading) -> list[Reading]:
    """The services that a filter names; one that is put together from several is not taken apart."""
    if any_of(expression.get(name).is_set() for name in ("And", "Or", "Not")).value is True:
        return [Reading(_JOINED, expression.places)]
    dimension = expression.get("Dimensions")
    by_service = dimension.get("Key").eq("SERVICE")
    return dimension.get("Values").each() if by_service.value is True else [by_service] if by_service.unknown else []


def _tells(name: Reading, told: list[Reading]) -> Reading:
    """Whether a notification hangs on the budget of the name."""
    return any_of(one if one.unknown else combine(eq, one.get("BudgetName"), name) & one.get("Notifications").is_set() for one in told)


def _call(operation: str, items: str, **params: Any) -> Call:
    wanted = {"AccountId": "{account_id}", **params}
    return Call(service="budgets", operation=operation, action="budgets:ViewBudget", params=wanted, items=items)


COLLECTORS = (
    Collector(
        native_type="AWS::Budgets::CostGuard",
        asset_type="cost_guard",
        scope="account",
        singleton=True,
        parts=(
            Part(path="Budgets", call=_call("DescribeBudgets", "Budgets", ShowFilterExpression=True)),
            Part(path="Notifications", call=_call("DescribeBudgetNotificationsForAccount", "BudgetNotificationsForAccount")),
        ),
        identify=lambda _answer, place: f"{place.provider}:control/account/{place.account}/{_NAME}",
        name=lambda _answer: _NAME,
        canonical=lambda _answer: {},
        shape=shape_budgets,
        facts=frozenset({"cost.budgeted", "cost.reported"}),
        derived=frozenset({"scope.ai_in_use"}),
        file_form=False,
    ),
)
