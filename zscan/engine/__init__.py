"""The rule engine: loads rules, checks their expressions against the vocabulary, and judges assets by them.

Verdicts are three-valued: evidence that is missing makes a verdict UNKNOWN unless the rest decides it anyway. More evidence can only turn
UNKNOWN into another verdict, never PASS into FAIL or back.

    expr, check      text → syntax tree → typed form (ir), with the place of every mistake
    specialise       what remains of it for a native type, whose offers are static knowledge
    compile          all rules of a kind of asset → one generated function; interpret: the same, slowly, keeping every step
    plan, evaluate   assets × rules → findings; explain: why
    load, levels     rule directories → checked rules, and which of them count
    lint, test_cases what a rule set may not ship with
"""
