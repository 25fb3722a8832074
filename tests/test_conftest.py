"""The guards of conftest.py guard."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "169.254.169.254"])
def test_no_connection_leaves_this_machine(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as sock, pytest.raises(RuntimeError, match="this machine only"):
        sock.connect((host, 9))


@pytest.mark.parametrize("look_up", ["getaddrinfo", "gethostbyname"])
def test_no_name_is_looked_up(look_up: str) -> None:
    arguments = ("example.invalid", 80) if look_up == "getaddrinfo" else ("example.invalid",)
    with pytest.raises(RuntimeError, match="this machine only"):
        getattr(socket, look_up)(*arguments)


def test_no_datagram_leaves_this_machine() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, pytest.raises(RuntimeError, match="this machine only"):
        sock.sendto(b"", ("192.0.2.1", 9))


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(("localhost", server.getsockname()[1])) as client:
        assert client.getpeername()[0] == "127.0.0.1"


@pytest.mark.parametrize(
    ("reason", "ci", "code"),
    [("no such tool", "1", 1), ("ZSCAN_SHARED is not set", "1", 0), ("no such tool", "", 0)],
)
def test_ci_accepts_explained_skips_only(tmp_path: Path, reason: str, ci: str, code: int) -> None:
    (tmp_path / "conftest.py").write_text((ROOT / "tests/conftest.py").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "test_x.py").write_text(
        f"import pytest\n\ndef test_x():\n    pytest.skip({reason!r})\n\ndef test_y(): pass\n", encoding="utf-8"
    )
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:randomly",
            "-p",
            "no:cacheprovider",
            "--rootdir",
            tmp_path,
            "-c",
            os.devnull,
            tmp_path,
        ],
        env={"PATH": os.environ["PATH"], "ZSCAN_CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == code, run.stdout
    assert ("skips that CI does not accept" in run.stdout) is bool(code)
    assert "1 passed, 1 skipped" in run.stdout.splitlines()[-1]
