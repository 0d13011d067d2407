"""The page in a real browser: by keyboard, on a phone, with names that would be markup."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest
from serving import running

pytestmark = pytest.mark.slow
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
MARKUP = '</script><img src=x onerror="document.title=1">{{7*7}}'
PATIENCE = 120_000  # milliseconds; seconds on a machine with nothing else to do


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    context.close()


def test_advice_and_a_search_by_keyboard_on_a_phone(server, page, tmp_path):
    said = []
    page.on("console", lambda message: said.append(message.text))
    foreign = []
    page.on("request", lambda r: r.url.startswith(server.url) or foreign.append(r.url))
    path = tmp_path / "t<b>.csv"
    frame = pd.DataFrame({MARKUP: range(120), "b": [1, 2, 3] * 40, "kind": ["x", "y"] * 60})
    frame.to_csv(path, index=False)
    page.goto(server.url)
    page.set_input_files("#file", path)
    page.wait_for_function("document.getElementById('target').value === 'kind'")
    page.focus("#target")
    page.keyboard.press("Enter")
    page.wait_for_selector("#answer .setup")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator("#answer img, #answer script, #answer b b").count() == 0
    page.fill("#target", MARKUP)
    page.fill("#time_budget", "5")
    page.focus("button[formaction]")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1 .state")
    assert page.inner_text(".facts b") == MARKUP
    page.wait_for_selector("a[download]")
    assert page.locator("main img, main script").count() == 0
    assert foreign == []
    assert [text for text in said if "Content Security Policy" in text] == []
    assert page.title() != "1"
