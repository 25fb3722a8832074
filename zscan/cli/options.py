"""Options that several commands share, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Targets = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="TARGET...", help="aws, a PATH, a snapshot, or - for standard input. `aws` is the provider, ./aws the folder. Default: ."
    ),
]
Output = Annotated[
    list[str] | None,
    typer.Option(
        "-o", "--output", metavar="FORMAT[=PATH]", help="Write a report; may be given several times. Without PATH, to standard output."
    ),
]
FailOn = Annotated[
    str | None,
    typer.Option(
        "--fail-on",
        metavar="SEVERITY",
        help="Exit 1 at findings of this severity or above: low, medium, high, critical, never. [default: high]",
    ),
]
FailOnUnknown = Annotated[
    str | None,
    typer.Option(
        "--fail-on-unknown", metavar="SEVERITY", help="Exit 1 also for unknown verdicts of this severity or above. [default: never]"
    ),
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Count notes (unresolved values, unrendered templates) as gaps that make the scan incomplete.")
]
Level = Annotated[
    str | None, typer.Option("--level", metavar="LEVEL", help="starter, standard, strict, or a frozen edition. [default: standard]")
]
Select = Annotated[
    list[str] | None, typer.Option("--select", metavar="RULE", help="Only these rules: id, theme, glob, or another tool's id. Repeatable.")
]
Ignore = Annotated[list[str] | None, typer.Option("--ignore", metavar="RULE", help="Not these rules. Repeatable.")]
SeverityFloor = Annotated[str | None, typer.Option("--severity", metavar="SEVERITY", help="Only rules of this severity or above.")]
MinConfidence = Annotated[
    str | None, typer.Option("--min-confidence", metavar="LEVEL", help="Only rules of this confidence or above: low, medium, high.")
]
Types = Annotated[list[str] | None, typer.Option("--types", metavar="TYPE", help="Only assets of these types. Repeatable.")]
Frameworks = Annotated[list[str] | None, typer.Option("--framework", metavar="ID", help="Only these frameworks. Repeatable.")]
RulesDir = Annotated[list[Path] | None, typer.Option("--rules", metavar="DIR", help="More rules from this folder. Repeatable.")]
WaiverFiles = Annotated[list[Path] | None, typer.Option("--waivers", metavar="FILE", help="Accepted risks. Repeatable.")]
Catalogs = Annotated[
    list[Path] | None, typer.Option("--catalog", metavar="FILE", help="Official wording of a framework that you hold. Repeatable.")
]
Baseline = Annotated[
    Path | None,
    typer.Option(
        "--baseline", metavar="FILE", help="Compare with this scan or baseline; only new and regressed findings count for the exit code."
    ),
]
Config = Annotated[str, typer.Option("--config", metavar="FILE|none", help="Policy file. [default: zscan.toml at the git root]")]
Exclude = Annotated[list[str] | None, typer.Option("--exclude", metavar="GLOB", help="Paths not to read. Repeatable.")]
Scope = Annotated[
    str, typer.Option("--scope", metavar="complete|partial", help="complete: the files given are everything there is, so absence counts.")
]
Regions = Annotated[
    list[str] | None, typer.Option("--regions", metavar="REGION", help="Only these cloud regions. Repeatable. [default: all enabled]")
]
AwsProfile = Annotated[
    str, typer.Option("--aws-profile", metavar="NAME", help="AWS credential profile. [default: AWS_PROFILE, then the SDK's chain]")
]
Org = Annotated[bool, typer.Option("--org", help="Every active account of the caller's AWS organisation, each through --assume-role.")]
Units = Annotated[
    list[str] | None, typer.Option("--ou", metavar="ID", help="With --org: only accounts below this root or unit. Repeatable.")
]
Accounts = Annotated[list[str] | None, typer.Option("--accounts", metavar="NUMBER", help="Only these AWS accounts. Repeatable.")]
AssumeRole = Annotated[
    str, typer.Option("--assume-role", metavar="NAME|ARN", help="Role to become in each account. [default with several: zscan-audit]")
]
ExternalId = Annotated[str, typer.Option("--external-id", metavar="ID", help="External id that the role's trust policy demands.")]
SessionName = Annotated[str, typer.Option("--session-name", metavar="NAME", help="How the assumed session is named in CloudTrail.")]
SessionSeconds = Annotated[
    int, typer.Option("--session-duration", metavar="SECONDS", min=900, max=43200, help="How long assumed credentials last before renewal.")
]
Concurrency = Annotated[int, typer.Option("--concurrency", min=1, max=128, help="Cloud calls in flight.")]
Plan = Annotated[bool, typer.Option("--plan", help="List every cloud call that would be made, and make none.")]
Resume = Annotated[bool, typer.Option("--resume", help="Continue the last cloud scan of the same account from its journal.")]
Save = Annotated[Path | None, typer.Option("--save", metavar="SNAPSHOT", help="Save the derived inventory, to be audited again later.")]
Now = Annotated[str, typer.Option("--now", metavar="TIME", help="The clock of the rules, RFC 3339. [default: the present]")]
AllowGaps = Annotated[
    list[str] | None, typer.Option("--allow-gaps", metavar="CODE|GLOB", help="Gaps that do not make the exit code 3. Repeatable.")
]
AllowEndpoints = Annotated[
    bool, typer.Option("--allow-custom-endpoints", help="Allow cloud endpoints from the environment that are not the provider's own.")
]
Offline = Annotated[bool, typer.Option("--offline", help="Refuse every target that needs the network.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No summary and no progress.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="More detail.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colour (also: NO_COLOR).")]
