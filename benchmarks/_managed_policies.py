"""Write zscan/collect/aws/managed_policies.json: what AWS's own read-only policies allow, for `zscan permissions aws --diff`.

Taken from the copy of the managed policies that moto publishes, with their version and date. Run by `make policies`; commit what it wrote.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import moto
from moto.iam.aws_managed_policies import aws_managed_policies_data

NAMES = ("SecurityAudit", "ViewOnlyAccess", "ReadOnlyAccess")
FILE = Path(__file__).parents[1] / "zscan" / "collect" / "aws" / "managed_policies.json"


def compact(name: str, policy: dict[str, Any]) -> dict[str, Any]:
    """Patterns by service: those for everything without condition, and those that are limited to resources or conditions."""
    kinds: dict[str, dict[str, list[str]]] = {"allow": defaultdict(list), "partly": defaultdict(list)}
    for statement in policy["Document"]["Statement"]:
        if statement["Effect"] != "Allow" or "NotAction" in statement:
            raise ValueError(f"{name}: a statement that this file cannot hold: {statement.get('Sid')}")
        whole = statement["Resource"] in ("*", ["*"]) and not statement.get("Condition")
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            service, _, pattern = action.partition(":")
            kinds["allow" if whole else "partly"][service].append(pattern)
    found = {kind: {service: sorted(set(patterns)) for service, patterns in sorted(by.items())} for kind, by in kinds.items()}
    arn = f"arn:aws:iam::aws:policy{policy['Path']}{name}"
    return {"arn": arn, "version": policy["DefaultVersionId"], "updated": policy["UpdateDate"][:10], **found}


def main() -> None:
    """Write the file, one service a line, so that a change can be reviewed."""
    known = json.loads(aws_managed_policies_data)
    data = {"source": f"moto {moto.__version__}", "policies": {name: compact(name, known[name]) for name in NAMES}}
    lines = json.dumps(data, indent=1).splitlines()
    FILE.write_text(_folded(lines), encoding="utf-8")
    print(f"wrote {FILE}")


def _folded(lines: list[str]) -> str:
    """Lists on one line each."""
    text, inside = [], False
    for line in lines:
        if inside:
            text[-1] += line.strip() + (" " if line.endswith(",") else "")
        else:
            text.append(line)
        inside = (inside or line.endswith("[")) and not line.strip().startswith("]")
    return "\n".join(line.rstrip() for line in text) + "\n"


if __name__ == "__main__":
    main()
