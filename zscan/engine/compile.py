"""The compiler: all rules of one plan become one Python function over frozen assets.

Only names of the vocabulary, variables numbered here, and `repr()` of small constants enter the generated text; sets and other values are
handed over in the function's namespace. Nothing that a rule file spells (variable names, texts) is ever code.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from zscan.engine import functions, ir
from zscan.engine.ir import AssetOf, Const, Node, Type
from zscan.engine.names import carriers
from zscan.model.asset import Asset
from zscan.model.vocabulary import Record

NOT_APPLICABLE = 2
"""The fourth verdict, beside True (pass), False (fail) and None (unknown)."""

Verdict: TypeAlias = bool | int | None
Outcome: TypeAlias = Verdict | list[tuple[str, Verdict]]
Related: TypeAlias = Callable[[Asset, str], functions.Elements]
Judge: TypeAlias = Callable[[Asset, Related], tuple[Outcome, ...]]


@dataclass(frozen=True, slots=True)
class Condition:
    """What is left of one rule for one native type. `per_element` says that `applies` looks at the element of `for_each`."""

    passes: Node
    applies: Node | None = None
    for_each: ir.ForEach | None = None
    per_element: bool = False


class _Writer:
    """Writes the function. Values already read are kept per block, so that rules share reads."""

    def __init__(self, now: datetime) -> None:
        self.lines: list[str] = ["def judge(a, related):"]
        self.indent = 1
        self.count = 0
        self.reads: list[dict[tuple[str, ...], str]] = [{}]
        self.variables: dict[str, str] = {}
        self.namespace: dict[str, Any] = {
            "glob": functions.glob,
            "within": functions.cidr_within,
            "days": functions.days_since(now),
            "__builtins__": {"len": len, "str": str},
        }

    def write(self, line: str) -> None:
        self.lines.append("    " * self.indent + line)

    def fresh(self) -> str:
        self.count += 1
        return f"t{self.count}"

    def constant(self, value: object) -> str:
        name = f"K{len(self.namespace)}"
        self.namespace[name] = value
        return name

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        self.write(head)
        self.indent += 1
        self.reads.append({})
        before = len(self.lines)
        yield
        if len(self.lines) == before:
            self.write("pass")
        self.indent -= 1
        self.reads.pop()

    def read(self, key: tuple[str, ...], code: str) -> str:
        for known in self.reads:
            if key in known:
                return known[key]
        name = self.fresh()
        self.write(f"{name} = {code}")
        self.reads[-1][key] = name
        return name

    def subject(self, name: str) -> str:
        return "a" if name == ir.ROOT else self.variables[name]

    def value(self, node: Node) -> str:  # noqa: PLR0911 (one answer per kind of node)
        """Writes what computes `node`; the answer is a name or constant that holds its value."""
        match node:
            case Const(value, _):
                return self.constant(frozenset(value)) if isinstance(value, tuple) else repr(value)
            case ir.Fact():
                return self.fact(node)
            case ir.Attribute(subject, name, _):
                return self.read((subject, name), f"{self.subject(subject)}.{_safe(name)}")
            case ir.Tags(subject, _):
                return self.read((subject, "tags"), f"{self.subject(subject)}.tags")
            case ir.Related(subject, kind, _):
                return self.read((subject, "relations", kind), f"related({self.subject(subject)}, {kind!r})")
            case ir.Variable(name, _):
                return self.variables[name]
            case ir.Field(variable, name, _):
                return self.read((variable, "field", name), f"{self.variables[variable]}.{_safe(name)}")
            case ir.All() | ir.Any():
                return self.junction(node)
            case ir.Quantifier():
                return self.quantifier(node)
            case _:
                return self.assign(self.operation(node))

    def assign(self, code: str) -> str:
        name = self.fresh()
        self.write(f"{name} = {code}")
        return name

    def fact(self, node: ir.Fact) -> str:
        path = ".".join(_safe(part) for part in node.path.split("."))
        if node.subject == ir.ROOT:
            return self.read((ir.ROOT, "fact", path), f"a.facts.{path}")
        variable = self.variables[node.subject]
        carrying = self.constant(frozenset(carriers(node.path)))
        return self.read((node.subject, "fact", path), f"{variable}.facts.{path} if {variable}.type in {carrying} else None")

    def operation(self, node: Node) -> str:  # noqa: PLR0911 (one answer per operator)
        match node:
            case ir.Not(operand, _):
                value = self.value(operand)
                return f"None if {value} is None else not {value}"
            case ir.Compare(operator, left, right, _):
                first, second = self.value(left), self.value(right)
                return self.known((left, first), (right, second), code=f"{first} {operator} {second}")
            case ir.OneOf(item, values, _):
                value = self.value(item)
                return self.known((item, value), code=f"{value} in {self.value(values)}")
            case ir.InMap(key, source, _):
                mapping, value = self.value(source), self.value(key)
                return self.known((source, mapping), (key, value), code=f"{value} in {mapping}")
            case ir.MapValue(source, key, _):
                mapping, value = self.value(source), self.value(key)
                return self.known((source, mapping), code=f"{mapping}.get({value})")
            case ir.TextTest(function, operand, argument, _):
                text, pattern = self.value(operand), self.value(argument)
                return self.known((operand, text), code=_text_test(function, text, pattern))
            case ir.DaysSince(operand, _):
                value = self.value(operand)
                return self.known((operand, value), code=f"days({value})")
            case ir.CidrWithin(operand, network, _):
                value = self.value(operand)
                return self.known((operand, value), code=f"within({value}, {self.value(network)})")
            case _:
                return self.of_list(node)

    def of_list(self, node: Node) -> str:
        match node:
            case ir.InList(item, source, _):
                elements, value = self.value(source), self.value(item)
                found = f"True if {value} in {elements} else None if None in {elements} else False"
                unknown_item = "" if isinstance(item, Const) else f"None if {value} is None else "
                return f"None if {elements} is None else False if not {elements} else {unknown_item}{found}"
            case ir.Size(source, _):
                elements = self.value(source)
                return f"None if {elements} is None or None in {elements} else len({elements})"
            case ir.SizeTest(operator, source, limit, _):
                elements, bound = self.value(source), self.value(limit)
                answer, test = _LOWER_BOUND[operator]
                partial = f"({answer} if len({elements}) - {elements}.count(None) {test} {bound} else None)"
                return f"None if {elements} is None else {partial} if None in {elements} else len({elements}) {operator} {bound}"
            case _:
                raise AssertionError(f"no code for {type(node).__name__}")

    def known(self, *values: tuple[Node, str], code: str) -> str:
        """`code`, or None when one of the values is unknown."""
        tests = [f"{name} is None" for node, name in values if not isinstance(node, Const | ir.Attribute | ir.Variable)]
        return f"None if {' or '.join(dict.fromkeys(tests))} else {code}" if tests else code

    def junction(self, node: ir.All | ir.Any) -> str:
        """Kleene conjunction or disjunction. Operands stand one after the other, not nested: Python limits nesting."""
        decides, neutral = ("False", "True") if isinstance(node, ir.All) else ("True", "False")
        result = self.fresh()
        first, *rest = node.operands
        self.write(f"{result} = {self.value(first)}")
        for operand in rest:
            with self.block(f"if {result} is not {decides}:"):
                value = self.value(operand)
                self.write(f"if {value} is not {neutral}: {result} = {value}")
        return result

    def quantifier(self, node: ir.Quantifier) -> str:
        """`exists` and `all`. An unknown element decides nothing, whatever the body says, because it may not be there at all."""
        decides, neutral = ("True", "False") if node.kind == "exists" else ("False", "True")
        result, element = self.fresh(), self.fresh()
        elements = self.constant(node.source.value) if isinstance(node.source, Const) else self.value(node.source)
        self.write(f"{result} = None if {elements} is None else {neutral}")
        with self.block(f"if {elements}:"), self.block(f"for {element} in {elements}:"):
            self.write(f"if {element} is None:")
            self.write(f"    {result} = None; continue")
            with self.bound(node.variable, element):
                body = self.value(node.body)
            self.write(f"if {body} is {decides}:")
            self.write(f"    {result} = {decides}; break")
            self.write(f"if {body} is None: {result} = None")
        return result

    @contextmanager
    def bound(self, variable: str, name: str) -> Iterator[None]:
        self.variables[variable] = name
        yield
        del self.variables[variable]

    def verdict(self, condition: Condition) -> str:
        """Writes one rule; the answer is the name of its outcome."""
        if condition.for_each is not None:
            return self.elements(condition, condition.for_each)
        return self.judged(condition.applies, condition.passes)

    def judged(self, applies: Node | None, passes: Node) -> str:
        if applies is None:
            return self.value(passes)
        result = self.fresh()
        condition = self.value(applies)
        self.write(f"{result} = None if {condition} is None else {NOT_APPLICABLE}")
        with self.block(f"if {condition} is True:"):
            self.write(f"{result} = {self.value(passes)}")
        return result

    def elements(self, condition: Condition, each: ir.ForEach) -> str:
        """One outcome per element, as a list of (key, verdict). `""` is the key of what is not known of the list itself."""
        result, element = self.fresh(), self.fresh()
        whole = None if condition.per_element else condition.applies
        gate = "True" if whole is None else self.value(whole)
        self.write(f"{result} = [('', None if {gate} is None else {NOT_APPLICABLE})]")
        with self.block(f"if {gate} is True:"):
            source = self.value(each.source)
            self.write(f"{result} = [('', None)] if {source} is None else [] if {source} else [('', {NOT_APPLICABLE})]")
            with self.block(f"for {element} in {source} or ():"), self.bound(each.variable, element):
                self.write(f"key = {_key(each.item, element)}")
                self.write("if key is None:")
                self.write(f"    {result}.append(('', None)); continue")
                verdict = self.judged(condition.applies if condition.per_element else None, condition.passes)
                self.write(f"{result}.append((key, {verdict}))")
        return result


_LOWER_BOUND: dict[str, tuple[str, str]] = {
    ">": ("True", ">"),
    ">=": ("True", ">="),
    "<": ("False", ">="),
    "<=": ("False", ">"),
    "==": ("False", ">"),
    "!=": ("True", ">"),
}


def _text_test(function: ir.TextFunction, text: str, argument: str) -> str:
    if function == "contains":
        return f"{argument} in {text}"
    return f"glob({text}, {argument})" if function == "glob" else f"{text}.{function.lower()}({argument})"


def _key(item: Type, element: str) -> str:
    known = f"None if {element} is None else "
    match item:
        case AssetOf():
            return f"{known}{element}.id"
        case Record(_, key):
            return f"{known}{element}.{_safe(key)}"
        case _:
            return f"{known}str({element})"


def _safe(name: str) -> str:
    """A name of the vocabulary, refused when Python could read it as anything but an attribute."""
    if not name.isascii() or not name.isidentifier() or keyword.iskeyword(name) or name.startswith("__"):
        raise ValueError(f"{name!r} cannot be a field name")
    return name


def source_of(conditions: Sequence[Condition], now: datetime) -> tuple[str, dict[str, Any]]:
    """The generated text and the values that it names."""
    writer = _Writer(now)
    outcomes = [writer.verdict(condition) for condition in conditions]
    writer.write(f"return ({''.join(name + ', ' for name in outcomes)})")
    return "\n".join(writer.lines) + "\n", writer.namespace


def compile_conditions(conditions: Sequence[Condition], now: datetime) -> Judge:
    """One function that gives the outcome of each condition for an asset."""
    source, namespace = source_of(conditions, now)
    exec(compile(source, "<rules>", "exec"), namespace)  # noqa: S102 (text generated above from schema names and constants)
    judge: Judge = namespace["judge"]
    return judge
