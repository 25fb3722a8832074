"""Conditions: one statement allows under one condition; what is known of the key decides. And policy variables."""

from __future__ import annotations

from typing import Any

from tests.iam.cases import BUCKET, IAM, UNREAD, Case, allow, deny, policy

OPS = IAM + "reference_policies_elements_condition_operators.html"
SETS = IAM + "reference_policies_condition-single-vs-multi-valued-context-keys.html"
LOGIC = IAM + "reference_policies_condition-logic-multiple-context-keys-or-values.html"
VARS = IAM + "reference_policies_variables.html"
TAGS = IAM + "reference_policies_condition-keys.html#condition-keys-principaltag"
MISSING: tuple[str, ...] = ()
FULL = allow("*", "*")


def given(name: str, source: str, expect: str, operator: str, wanted: Any, have: Any, key: str = "aws:PrincipalTag/team") -> Case:
    """`have` is the key's value, several of them, MISSING, UNREAD, or None for one that the circumstances decide."""
    context = {} if have is None else {key: have}
    return Case(name=name, source=source, expect=expect, identity=[allow(Condition={operator: {key: wanted}})], context=context)


STRINGS = (
    given("equal texts", OPS, "allowed", "StringEquals", "ml", "ml"),
    given("unequal texts", OPS, "denied", "StringEquals", "ml", "web"),
    given("equality knows case", OPS, "denied", "StringEquals", "ML", "ml"),
    given("equality knows no wildcards", OPS, "denied", "StringEquals", "m*", "ml"),
    given("any of several values", LOGIC, "allowed", "StringEquals", ["web", "ml"], "ml"),
    given("a missing key equals nothing", OPS, "denied", "StringEquals", "ml", MISSING),
    given("a missing key passes where it need not exist", OPS, "allowed", "StringEqualsIfExists", "ml", MISSING),
    given("a key that need not exist is compared when it does", OPS, "denied", "StringEqualsIfExists", "ml", "web"),
    given("an open key makes a condition", OPS, "conditional", "StringEquals", "ml", None),
    given("an unread key makes it unknown", OPS, "unknown", "StringEquals", "ml", UNREAD),
    given("an unread value of the policy", OPS, "unknown", "StringEquals", UNREAD, "ml"),
    given("an unread value beside the one that equals", OPS, "allowed", "StringEquals", [UNREAD, "ml"], "ml"),
    given("unequal, as asked", OPS, "allowed", "StringNotEquals", "ml", "web"),
    given("equal, where it should not be", OPS, "denied", "StringNotEquals", "ml", "ml"),
    given("a missing key is unequal", OPS, "allowed", "StringNotEquals", "ml", MISSING),
    given("unequal to none of several", LOGIC, "denied", "StringNotEquals", ["web", "ml"], "ml"),
    given("unequal to all of several", LOGIC, "allowed", "StringNotEquals", ["web", "ml"], "ops"),
    given("unequal to a value that was not read", OPS, "unknown", "StringNotEquals", ["web", UNREAD], "ml"),
    given("equal to one value, whatever the unread one is", OPS, "denied", "StringNotEquals", ["ml", UNREAD], "ml"),
    given("equal but for case", OPS, "allowed", "StringEqualsIgnoreCase", "ML", "ml"),
    given("unequal, whatever the case", OPS, "denied", "StringEqualsIgnoreCase", "ML", "web"),
    given("not equal but for case", OPS, "denied", "StringNotEqualsIgnoreCase", "ML", "ml"),
    given("like, with a star", OPS, "allowed", "StringLike", "m*", "ml-platform"),
    given("like, with a question mark", OPS, "allowed", "StringLike", "m?", "ml"),
    given("like knows case", OPS, "denied", "StringLike", "M*", "ml"),
    given("like nothing given", OPS, "denied", "StringLike", "*", MISSING),
    given("unlike", OPS, "allowed", "StringNotLike", "web*", "ml"),
    given("unlike, but it is like it", OPS, "denied", "StringNotLike", "m*", "ml"),
    given("unlike and not there", OPS, "allowed", "StringNotLike", "m*", MISSING),
    given("the name of a key knows no case", OPS, "allowed", "stringequals", "ml", "ml", "AWS:principaltag/TEAM"),
    given("an operator that does not exist", OPS, "unknown", "StringSounds", "ml", "ml"),
)

OTHERS = (
    given("a number equals another spelling of it", OPS, "allowed", "NumericEquals", "10", "10.0", "s3:max-keys"),
    given("a number of JSON", OPS, "allowed", "NumericLessThanEquals", 10, "10", "s3:max-keys"),
    given("a number too large", OPS, "denied", "NumericLessThanEquals", "10", "11", "s3:max-keys"),
    given("below", OPS, "allowed", "NumericLessThan", "10", "9", "s3:max-keys"),
    given("above", OPS, "allowed", "NumericGreaterThan", "10", "11", "s3:max-keys"),
    given("not above itself", OPS, "denied", "NumericGreaterThan", "10", "10", "s3:max-keys"),
    given("at least", OPS, "allowed", "NumericGreaterThanEquals", "10", "10", "s3:max-keys"),
    given("another number", OPS, "allowed", "NumericNotEquals", "10", "9", "s3:max-keys"),
    given("no number at all", OPS, "denied", "NumericEquals", "10", "ten", "s3:max-keys"),
    given("numbers are not compared as texts", OPS, "allowed", "NumericLessThan", "10", "9.5", "aws:MultiFactorAuthAge"),
    given("before a day", OPS, "allowed", "DateLessThan", "2027-01-01T00:00:00Z", "2026-12-01T00:00:00Z", "aws:TokenIssueTime"),
    given("after a day", OPS, "denied", "DateLessThan", "2026-01-01T00:00:00Z", "2026-12-01T00:00:00Z", "aws:TokenIssueTime"),
    given(
        "a moment in another zone", OPS, "allowed", "DateEquals", "2026-12-01T01:00:00+01:00", "2026-12-01T00:00:00Z", "aws:TokenIssueTime"
    ),
    given("a moment in seconds", OPS, "allowed", "DateGreaterThan", "0", "2026-12-01T00:00:00Z", "aws:TokenIssueTime"),
    given("the time is open", OPS, "conditional", "DateLessThan", "2027-01-01T00:00:00Z", None, "aws:CurrentTime"),
    given("true", OPS, "allowed", "Bool", "true", "true", "aws:SecureTransport"),
    given("true, written as JSON", OPS, "allowed", "Bool", True, "true", "aws:SecureTransport"),
    given("false, where true is asked", OPS, "denied", "Bool", "true", "false", "aws:SecureTransport"),
    given("a switch that is missing", OPS, "denied", "Bool", "true", MISSING, "aws:MultiFactorAuthPresent"),
    given("a switch that may be missing", OPS, "allowed", "BoolIfExists", "true", MISSING, "aws:MultiFactorAuthPresent"),
    given("equal bytes", OPS, "allowed", "BinaryEquals", "QmluYXJ5", "QmluYXJ5", "svc:blob"),
    given("an address in the block", OPS, "allowed", "IpAddress", "203.0.113.0/24", "203.0.113.9", "aws:SourceIp"),
    given("an address outside the block", OPS, "denied", "IpAddress", "203.0.113.0/24", "203.0.114.9", "aws:SourceIp"),
    given("an address itself", OPS, "allowed", "IpAddress", "203.0.113.9", "203.0.113.9", "aws:SourceIp"),
    given("an address of the newer kind", OPS, "allowed", "IpAddress", ["203.0.113.0/24", "2001:db8::/32"], "2001:db8::1", "aws:SourceIp"),
    given("an address that should be elsewhere", OPS, "denied", "NotIpAddress", "203.0.113.0/24", "203.0.113.9", "aws:SourceIp"),
    given("no address where none is asked for", OPS, "allowed", "NotIpAddress", "203.0.113.0/24", MISSING, "aws:SourceIp"),
    given("an open address", OPS, "conditional", "IpAddress", "203.0.113.0/24", None, "aws:SourceIp"),
    given(
        "an ARN", OPS, "allowed", "ArnEquals", "arn:aws:iam::111122223333:role/a", "arn:aws:iam::111122223333:role/a", "aws:PrincipalArn"
    ),
    given(
        "an ARN by a wildcard, although it says equals",
        OPS,
        "allowed",
        "ArnEquals",
        "arn:aws:iam::*:role/a*",
        "arn:aws:iam::111122223333:role/ab",
        "aws:PrincipalArn",
    ),
    given(
        "a star of an ARN stays within its part",
        OPS,
        "denied",
        "ArnLike",
        "arn:aws:iam:*:role/a",
        "arn:aws:iam::111122223333:role/a",
        "aws:PrincipalArn",
    ),
    given(
        "the last part of an ARN may hold colons",
        OPS,
        "allowed",
        "ArnLike",
        "arn:aws:logs:*:*:log-group:*",
        "arn:aws:logs:us-east-1:1:log-group:/a:log-stream:b",
        "aws:SourceArn",
    ),
    given(
        "another account's ARN",
        OPS,
        "denied",
        "ArnLike",
        "arn:aws:iam::444455556666:*",
        "arn:aws:iam::111122223333:role/a",
        "aws:PrincipalArn",
    ),
    given(
        "an ARN that should be another",
        OPS,
        "denied",
        "ArnNotLike",
        "arn:aws:iam::111122223333:role/*",
        "arn:aws:iam::111122223333:role/a",
        "aws:PrincipalArn",
    ),
    given(
        "an ARN that is another",
        OPS,
        "allowed",
        "ArnNotEquals",
        "arn:aws:iam::111122223333:role/b",
        "arn:aws:iam::111122223333:role/a",
        "aws:PrincipalArn",
    ),
    given("a missing ARN is another", OPS, "allowed", "ArnNotEquals", "arn:aws:iam::111122223333:role/b", MISSING, "aws:SourceArn"),
    given("a key that has to be missing, and is", OPS, "allowed", "Null", "true", MISSING, "aws:TokenIssueTime"),
    given("a key that has to be missing, and is not", OPS, "denied", "Null", "true", "2026-12-01T00:00:00Z", "aws:TokenIssueTime"),
    given("a key that has to be there, and is", OPS, "allowed", "Null", "false", "ml", "aws:PrincipalTag/team"),
    given("a key that has to be there, and is not", OPS, "denied", "Null", "false", MISSING),
    given("whether an open key is there is open", OPS, "conditional", "Null", "false", None, "aws:SourceVpce"),
    given("whether an unread key is there is not known", OPS, "unknown", "Null", "true", UNREAD),
)

SEVERAL = (
    given(
        "all of the request's values are wanted", SETS, "allowed", "ForAllValues:StringEquals", ["a", "b", "c"], ("a", "b"), "aws:TagKeys"
    ),
    given("one of the request's values is not wanted", SETS, "denied", "ForAllValues:StringEquals", ["a", "b"], ("a", "x"), "aws:TagKeys"),
    given("all values of a missing key", SETS, "allowed", "ForAllValues:StringEquals", ["a"], MISSING, "aws:TagKeys"),
    given("some value of the request is wanted", SETS, "allowed", "ForAnyValue:StringEquals", ["a", "b"], ("x", "b"), "aws:TagKeys"),
    given("no value of the request is wanted", SETS, "denied", "ForAnyValue:StringEquals", ["a"], ("x", "y"), "aws:TagKeys"),
    given("some value of a missing key", SETS, "denied", "ForAnyValue:StringEquals", ["a"], MISSING, "aws:TagKeys"),
    given("all values differ", SETS, "allowed", "ForAllValues:StringNotEquals", ["a", "b"], ("x", "y"), "aws:TagKeys"),
    given("not all values differ", SETS, "denied", "ForAllValues:StringNotEquals", ["a", "b"], ("x", "a"), "aws:TagKeys"),
    given("some value differs", SETS, "allowed", "ForAnyValue:StringNotEquals", ["a", "b"], ("x", "a"), "aws:TagKeys"),
    given("no value differs", SETS, "denied", "ForAnyValue:StringNotEquals", ["a", "b"], ("b", "a"), "aws:TagKeys"),
    given("some value of a missing key that should differ", SETS, "denied", "ForAnyValue:StringNotEquals", ["a"], MISSING, "aws:TagKeys"),
    given("all values are like it", SETS, "allowed", "ForAllValues:StringLike", ["team-*"], ("team-a", "team-b"), "aws:TagKeys"),
    given(
        "paths of an organisation",
        SETS,
        "allowed",
        "ForAnyValue:StringLike",
        "o-a1/r-x/ou-ml/*",
        ("o-a1/r-x/ou-ml/ou-train/",),
        "aws:PrincipalOrgPaths",
    ),
    given("open values", SETS, "conditional", "ForAnyValue:StringEquals", "a", None, "aws:CalledVia"),
    given("values that were not read", SETS, "unknown", "ForAllValues:StringEquals", "a", UNREAD, "aws:TagKeys"),
)


def both(name: str, expect: str, condition: dict[str, Any], context: dict[str, Any], conditions: tuple[str, ...] | None = None) -> Case:
    return Case(name=name, source=LOGIC, expect=expect, identity=[allow(Condition=condition)], context=context, conditions=conditions)


_AND = {"StringEquals": {"aws:PrincipalTag/team": "ml", "aws:PrincipalTag/env": "prod"}}
TOGETHER = (
    both("two keys, both met", "allowed", _AND, {"aws:PrincipalTag/team": "ml", "aws:PrincipalTag/env": "prod"}),
    both("two keys, one met", "denied", _AND, {"aws:PrincipalTag/team": "ml", "aws:PrincipalTag/env": "dev"}),
    both("two keys, one unread and one not met", "denied", _AND, {"aws:PrincipalTag/team": UNREAD, "aws:PrincipalTag/env": "dev"}),
    both("two keys, one unread and one met", "unknown", _AND, {"aws:PrincipalTag/team": UNREAD, "aws:PrincipalTag/env": "prod"}),
    both("two keys, one open and one not met", "denied", _AND, {"aws:PrincipalTag/env": "dev"}),
    both("two keys, one open and one met", "conditional", _AND, {"aws:PrincipalTag/env": "prod"}, ("aws:PrincipalTag/team is ml",)),
    both(
        "two operators, both met",
        "allowed",
        {"StringLike": {"aws:PrincipalTag/team": "m*"}, "Null": {"aws:PrincipalTag/team": "false"}},
        {"aws:PrincipalTag/team": "ml"},
    ),
    both(
        "two operators, one not met",
        "denied",
        {"StringLike": {"aws:PrincipalTag/team": "m*"}, "Null": {"aws:PrincipalTag/team": "true"}},
        {"aws:PrincipalTag/team": "ml"},
    ),
    both("no condition in the block", "allowed", {}, {}),
    both("a block that was not read", "unknown", {"StringEquals": UNREAD}, {}),
    Case(
        name="a deny under an open condition",
        source=OPS,
        expect="conditional",
        identity=[FULL, deny(Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})],
        conditions=("aws:SourceVpce is vpce-1",),
    ),
    Case(
        name="a deny under two open conditions falls with either",
        source=LOGIC,
        expect="conditional",
        identity=[
            FULL,
            deny(Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}, "NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
        ],
        conditions=("aws:SourceVpce is vpce-1 or aws:SourceIp is in 203.0.113.0/24",),
    ),
    Case(
        name="a deny under a met condition",
        source=LOGIC,
        expect="denied",
        identity=[FULL, deny(Condition={"Bool": {"aws:SecureTransport": "false"}})],
        context={"aws:SecureTransport": "false"},
    ),
    Case(
        name="a deny under a condition that is not met",
        source=LOGIC,
        expect="allowed",
        identity=[FULL, deny(Condition={"Bool": {"aws:SecureTransport": "false"}})],
        context={"aws:SecureTransport": "true"},
    ),
    Case(name="a deny under an unread condition", source=LOGIC, expect="unknown", identity=[FULL, deny(Condition=UNREAD)]),
    Case(
        name="a sure allow beside one under a condition",
        source=LOGIC,
        expect="allowed",
        identity=[allow(Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}), allow("s3:*")],
    ),
    Case(
        name="two allows under open conditions",
        source=LOGIC,
        expect="conditional",
        identity=[
            allow(Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}}),
            allow(Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        ],
        conditions=("aws:SourceVpc is vpc-1 or aws:MultiFactorAuthPresent is true",),
    ),
    Case(
        name="an allow and a deny under open conditions",
        source=LOGIC,
        expect="conditional",
        identity=[allow(Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}}), deny(Condition={"Null": {"aws:TokenIssueTime": "true"}})],
        conditions=("aws:SourceVpc is vpc-1", "aws:TokenIssueTime is given"),
    ),
    Case(
        name="an allow under a condition, denied without one",
        source=LOGIC,
        expect="denied",
        identity=[allow(Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}}), deny()],
    ),
)


def variable(
    name: str, expect: str, resource: str, context: dict[str, Any], *, version: str | None = "2012-10-17", what: str = f"{BUCKET}/ana/x"
) -> Case:
    return Case(
        name=name, source=VARS, expect=expect, what=what, identity=[policy(allow(resource=resource), version=version)], context=context
    )


VARIABLES = (
    variable("a variable in a resource", "allowed", f"{BUCKET}/${{aws:username}}/*", {"aws:username": "ana"}),
    variable("a variable with another value", "denied", f"{BUCKET}/${{aws:username}}/*", {"aws:username": "bob"}),
    variable("a variable that is missing", "denied", f"{BUCKET}/${{aws:username}}/*", {"aws:username": MISSING}),
    variable("a variable that was not read", "unknown", f"{BUCKET}/${{aws:username}}/*", {"aws:username": UNREAD}),
    variable("a variable that the call decides", "conditional", f"{BUCKET}/${{aws:SourceIdentity}}/*", {}),
    variable(
        "a default for a missing variable", "allowed", f"{BUCKET}/${{aws:PrincipalTag/home, 'ana'}}/*", {"aws:PrincipalTag/home": MISSING}
    ),
    variable("a default that is not needed", "denied", f"{BUCKET}/${{aws:PrincipalTag/home, 'ana'}}/*", {"aws:PrincipalTag/home": "web"}),
    variable("an older policy takes it for text", "denied", f"{BUCKET}/${{aws:username}}/*", {"aws:username": "ana"}, version="2008-10-17"),
    variable(
        "a policy without a version takes it for text", "denied", f"{BUCKET}/${{aws:username}}/*", {"aws:username": "ana"}, version=None
    ),
    variable("a star that means itself", "allowed", f"{BUCKET}/${{*}}/x", {}, what=f"{BUCKET}/*/x"),
    variable("a star that means itself matches nothing else", "denied", f"{BUCKET}/${{*}}/x", {}),
    variable("a question mark that means itself", "allowed", f"{BUCKET}/a${{?}}", {}, what=f"{BUCKET}/a?"),
    variable("a dollar that means itself", "allowed", f"{BUCKET}/${{$}}5", {}, what=f"{BUCKET}/$5"),
    variable(
        "two variables",
        "allowed",
        f"{BUCKET}/${{aws:PrincipalTag/t}}/${{aws:username}}",
        {"aws:PrincipalTag/t": "ml", "aws:username": "ana"},
        what=f"{BUCKET}/ml/ana",
    ),
    Case(
        name="a tag of the principal compared with one of the resource",
        source=TAGS,
        expect="allowed",
        identity=[allow(Condition={"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}})],
        context={"aws:ResourceTag/team": "ml", "aws:PrincipalTag/team": "ml"},
    ),
    Case(
        name="tags that differ",
        source=TAGS,
        expect="denied",
        identity=[allow(Condition={"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}})],
        context={"aws:ResourceTag/team": "web", "aws:PrincipalTag/team": "ml"},
    ),
    Case(
        name="a tag that the principal lacks",
        source=TAGS,
        expect="denied",
        identity=[allow(Condition={"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}})],
        context={"aws:ResourceTag/team": "ml"},
        whole=("aws:principaltag/",),
    ),
    Case(
        name="a value with a star in it is no wildcard",
        source=VARS,
        expect="denied",
        identity=[allow(Condition={"StringLike": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}})],
        context={"aws:ResourceTag/team": "ml", "aws:PrincipalTag/team": "*"},
    ),
    Case(
        name="tags of which all are known",
        source=TAGS,
        expect="denied",
        identity=[allow(Condition={"StringEquals": {"aws:PrincipalTag/clearance": "high"}})],
        whole=("aws:principaltag/",),
    ),
    Case(
        name="a deny of untagged principals",
        source=TAGS,
        expect="denied",
        identity=[FULL, deny(Condition={"Null": {"aws:PrincipalTag/clearance": "true"}})],
        whole=("aws:principaltag/",),
    ),
)

CASES = (*STRINGS, *OTHERS, *SEVERAL, *TOGETHER, *VARIABLES)
