"""The report in a real browser: no request, no console message, a layout in time, a working filter, paper with everything on it."""

from __future__ import annotations

import base64
import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.report.fixtures import FINDINGS, big_scan, empty_scan, sample_scan
from zscan.model.finding import Status
from zscan.model.scan import Scan
from zscan.report.html import render

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
AXE = Path(__file__).parents[2] / "build" / "node" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1360,1000",
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if not (CHROMIUM and DRIVER):
        pytest.skip("chromium is not installed")
    webdriver = pytest.importorskip("selenium.webdriver", reason="chromium is not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


def visit(browser: Any, scan: Scan, folder: Path, fragment: str = "") -> str:
    """Open the report of a scan afresh and give its address."""
    file = folder / "report.html"
    file.write_bytes(render(scan))
    browser.get("about:blank")
    for kind in ("browser", "performance"):
        browser.get_log(kind)
    browser.get(file.as_uri() + fragment)
    return file.as_uri()


def requests(browser: Any) -> list[str]:
    messages = (json.loads(entry["message"])["message"] for entry in browser.get_log("performance"))
    return [message["params"]["request"]["url"] for message in messages if message["method"] == "Network.requestWillBeSent"]


@pytest.mark.parametrize("scan", [sample_scan(), empty_scan()], ids=["sample", "empty"])
def test_it_asks_for_nothing_and_complains_of_nothing(browser: Any, tmp_path: Path, scan: Scan) -> None:
    address = visit(browser, scan, tmp_path)
    browser.execute_script("for (const node of document.querySelectorAll('details')) node.open = true; document.body.offsetHeight")
    assert requests(browser) == [address]
    assert browser.get_log("browser") == []
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0


def test_an_injected_script_is_stopped_by_the_policy(browser: Any, tmp_path: Path) -> None:
    visit(browser, sample_scan(), tmp_path)
    browser.execute_script(
        "const s = document.createElement('script'); s.textContent = 'window.taken = 1'; document.body.append(s);"
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.taken = 2\">')"
    )
    time.sleep(0.2)
    assert browser.execute_script("return window.taken === undefined")
    assert any("Content Security Policy" in entry["message"] for entry in browser.get_log("browser"))


def search(browser: Any, **fields: str) -> list[str]:
    """Fill in the filter and give the ids of the finding cards that stay."""
    for name, value in fields.items():
        browser.execute_script("document.getElementById('filter').elements[arguments[0]].value = arguments[1]", name, value)
    browser.execute_script("document.getElementById('filter').dispatchEvent(new Event('submit', {cancelable: true}))")
    return list(browser.execute_script("return Array.from(document.querySelectorAll('article.finding:not([hidden])'), (card) => card.id)"))


def test_the_filter_finds_and_the_address_keeps_it(browser: Any, tmp_path: Path) -> None:
    address = visit(browser, sample_scan(), tmp_path)
    accepted = {f.id for f in FINDINGS if f.status is Status.FAIL and not f.counts_as_failure}
    assert set(search(browser, status="accepted")) == accepted
    assert "1 of 34 findings on this page match, in 1 of 19 rules" in browser.find_element("id", "matches").text
    fragment = browser.execute_script("return location.hash")
    assert fragment == "#filter?status=accepted"
    visit(browser, sample_scan(), tmp_path, fragment)
    assert browser.execute_script("return document.querySelectorAll('article.finding:not([hidden])').length") == 1
    assert search(browser, status="", q="reaches the internet DIRECTLY") == [f.id for f in FINDINGS if f.rule_id == "ZS-NET-02"][::-1]
    assert len(search(browser, q="")) == sum(f.status in (Status.FAIL, Status.UNKNOWN) for f in FINDINGS)
    assert browser.current_url == address


def test_a_link_to_a_finding_opens_what_holds_it(browser: Any, tmp_path: Path) -> None:
    wanted = next(f.id for f in FINDINGS if f.rule_id == "ZS-AGT-01")
    visit(browser, sample_scan(), tmp_path, f"#{wanted}")
    top = browser.execute_script("return document.getElementById(arguments[0]).getBoundingClientRect().top", wanted)
    assert browser.execute_script("return document.getElementById('ZS-AGT-01').open")
    assert -5 <= top < 1000


def test_without_scripts_it_still_reads(browser: Any, tmp_path: Path) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        visit(browser, sample_scan(), tmp_path)
        assert not browser.find_element("id", "filter").is_displayed()
        browser.find_element("css selector", "#ZS-NET-01 > summary").send_keys("\ue007")  # Enter: the keyboard is enough
        assert "chat answers requests from the public internet" in browser.find_element("id", "ZS-NET-01").text
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_paper_holds_what_is_folded_on_screen(browser: Any, tmp_path: Path) -> None:
    pdftotext = shutil.which("pdftotext")
    if not pdftotext:
        pytest.skip("pdftotext is not installed")
    import subprocess

    visit(browser, sample_scan(), tmp_path)
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": True, "preferCSSPageSize": True})
    file = tmp_path / "report.pdf"
    file.write_bytes(base64.b64decode(printed["data"]))
    text = " ".join(subprocess.run([pdftotext, "-layout", str(file), "-"], capture_output=True, check=True, text=True).stdout.split())
    for finding in FINDINGS:
        if finding.status in (Status.FAIL, Status.UNKNOWN):
            assert finding.id in text
    assert "Set the property in the console under Settings" in text
    assert "1 / " in text  # page numbers
    assert "Close all" not in text  # controls are not for paper


@pytest.mark.parametrize("width", [360, 768, 1360, 2200])
def test_nothing_runs_out_of_the_window(browser: Any, tmp_path: Path, width: int) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        visit(browser, sample_scan(), tmp_path)
        browser.execute_script("for (const node of document.querySelectorAll('details')) node.open = true")
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.slow
@pytest.mark.parametrize(("findings", "budget"), [(10_000, 0.5), (100_000, 1.0)])
def test_the_first_layout_comes_in_time(browser: Any, tmp_path: Path, findings: int, budget: float) -> None:
    scan = big_scan(findings)
    seconds = []
    for _ in range(3):
        visit(browser, scan, tmp_path)
        paint = browser.execute_script("return performance.getEntriesByName('first-contentful-paint')[0].startTime")
        seconds.append(paint / 1000)
    assert min(seconds) <= budget


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier(browser: Any, tmp_path: Path, scheme: str) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    visit(browser, sample_scan(), tmp_path)
    browser.execute_script("for (const node of document.querySelectorAll('details')) node.open = true")
    browser.execute_cdp_cmd("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})  # past the page's policy
    violations = browser.execute_async_script(
        "const done = arguments[0]; axe.run().then((r) => done(r.violations.map((v) => [v.id, v.nodes.map((n) => n.html)])))"
    )
    assert violations == []
