"""What holds for every test: no network beyond this machine, no unexplained skip in CI."""

from __future__ import annotations

import ipaddress
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NO_SHARED = "ZSCAN_SHARED is not set"

# With ZSCAN_CI=1 a skip whose reason does not begin with one of these fails the run: a check that silently never runs is worse than none.
ALLOWED_SKIPS = {
    "ZSCAN_SHARED": "published material (schemas, recorded answers) that is not ours to redistribute, so it lies outside the repository",
    "root reads everything": "file permissions do not bind root, and CI runs as root in its container",
}


# A busy machine is no bug: time limits are pytest-timeout's business.
settings.register_profile("zscan", deadline=None, print_blob=True)
settings.load_profile("zscan")


# ---- no network


class NetworkBlockedError(RuntimeError):
    """A test tried to leave this machine. Not an OSError, so that no retry or gap handling swallows it."""


def _is_local(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in {None, "", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _require_local(host: object) -> None:
    if not _is_local(host):
        message = f"a test tried to reach {host!r}; tests talk to this machine only (use a simulator of tests/sim)"
        raise NetworkBlockedError(message)


def _guard_connect(real: Callable[..., Any]) -> Callable[..., Any]:
    def connect(self: socket.socket, address: Any, /) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            _require_local(address[0])
        return real(self, address)

    return connect


def _guard_sendto(real: Callable[..., Any]) -> Callable[..., Any]:
    def sendto(self: socket.socket, data: Any, *rest: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            _require_local(rest[-1][0])
        return real(self, data, *rest)

    return sendto


def _guard_lookup(real: Callable[..., Any]) -> Callable[..., Any]:
    def lookup(host: Any, *rest: Any, **named: Any) -> Any:
        _require_local(host)
        return real(host, *rest, **named)

    return lookup


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Connections and name look-ups from the test process end at loopback. Programs that tests start guard themselves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _guard_connect(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", _guard_connect(socket.socket.connect_ex))
        patch.setattr(socket.socket, "sendto", _guard_sendto(socket.socket.sendto))
        for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
            patch.setattr(socket, name, _guard_lookup(getattr(socket, name)))
        yield


# ---- material outside the repository


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of published schemas and recordings, where there is one."""
    place = os.environ.get("ZSCAN_SHARED")
    if not place:
        pytest.skip(NO_SHARED)
    folder = Path(place)
    assert folder.is_dir(), f"ZSCAN_SHARED names {place}, which is no folder"
    return folder


# ---- no unexplained skip in CI


def _unexplained_skips(config: pytest.Config) -> list[str]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or os.environ.get("ZSCAN_CI") != "1":
        return []
    return [line for report in reporter.stats.get("skipped", []) if (line := _unexplained(report))]


def _unexplained(report: Any) -> str | None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    reason = reason.removeprefix("Skipped: ")
    return None if reason.startswith(tuple(ALLOWED_SKIPS)) else f"{report.nodeid}: {reason}"


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.exitstatus == pytest.ExitCode.OK and _unexplained_skips(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    lines = _unexplained_skips(config)
    if lines:
        terminalreporter.section("skips that CI does not accept", red=True, bold=True)
        for line in sorted(set(lines)):
            terminalreporter.line(line)
        terminalreporter.line("Install what the test needs (.ci/run does), or explain the skip in ALLOWED_SKIPS of tests/conftest.py.")
