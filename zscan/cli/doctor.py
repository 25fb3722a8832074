"""`zscan doctor`: what is installed, who you are, what you may read."""

from __future__ import annotations

import importlib.util
import platform
from typing import TYPE_CHECKING, Annotated

import typer

from zscan.cli import options as o

if TYPE_CHECKING:
    from zscan.cli.targets import CollectOptions

HELP = "Check the installation; with a provider, who you are there and what you may read."


def command(
    provider: Annotated[str, typer.Argument(metavar="[aws]", help="A provider to sign in to.")] = "",
    aws_profile: o.AwsProfile = "",
    org: o.Org = False,
    ou: o.Units = None,
    accounts: o.Accounts = None,
    assume_role: o.AssumeRole = "",
    external_id: o.ExternalId = "",
    session_name: o.SessionName = "zscan",
    session_duration: o.SessionSeconds = 3600,
    allow_custom_endpoints: o.AllowEndpoints = False,
) -> int:
    """Check the installation and a provider."""
    from zscan import __version__
    from zscan.errors import UsageError

    if provider == "aws":
        from zscan.cli.targets import CollectOptions

        return _aws(
            CollectOptions(
                aws_profile=aws_profile,
                organization=org,
                units=tuple(ou or ()),
                accounts=tuple(accounts or ()),
                assume_role=assume_role,
                external_id=external_id,
                session_name=session_name,
                session_seconds=session_duration,
                allow_custom_endpoints=allow_custom_endpoints,
            )
        )
    if provider:
        raise UsageError(f"no checks for {provider!r} in this release", hint="aws, or nothing for the installation")
    print(f"zscan {__version__}, Python {platform.python_version()}")
    for extra, module in (
        ("aws", "boto3"),
        ("azure", "azure.identity"),
        ("gcp", "google.auth"),
        ("iac", "tfparse"),
        ("sign", "securesystemslib"),
        ("cluster", "distributed"),
    ):
        print(f"  extra {extra:8} {'installed' if _there(module) else 'not installed'}")
    from zscan.cli.policy import all_offers, load_rules

    print(f"  {len(load_rules().rules)} rules over {len(all_offers())} native types")
    return 0


def _aws(options: CollectOptions) -> int:
    from zscan.cli.targets import selection
    from zscan.collect.aws.collect import AwsOptions
    from zscan.collect.aws.doctor import examine
    from zscan.collect.tasks import Identity
    from zscan.report.neutral import terminal

    identity = Identity("aws", profile=options.aws_profile, run="doctor")
    aws = AwsOptions(identity=identity, selection=selection(options), allow_custom_endpoints=options.allow_custom_endpoints)
    checks = examine(aws)
    for check in checks:
        print(f"{check.state:8} {terminal(check.name)}{': ' + terminal(check.detail) if check.detail else ''}")
        for label, text in (("missing permission", check.permission), ("what to do", check.hint)):
            if text:
                print(f"         {label}: {terminal(text)}")
    return 0 if all(check.state == "ok" for check in checks) else 3


def _there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False
