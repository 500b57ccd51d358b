"""A newcomer in a browser: one command, the chat page, and what they press and see.

The process is started as its user would start it, with all models; the screenshots are kept in
the folder `screenshots`.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.conftest import CHROMIUM_FLAGS, ROOT

SCREENSHOTS = ROOT / "screenshots"
SIZES = {"desktop": (1280, 860), "phone": (390, 844)}
NAMES = {"en": "Kate", "ru": "Катя"}
PATIENCE_MS = 30_000


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, models: Path, chromium: str) -> Iterator[str]:
    """The page that `modera-bot run` opens in an empty folder without any configuration."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MODERA_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "modera_bot", "run"],
        cwd=tmp_path_factory.mktemp("newcomer"),
        env=environment | {"MODERA_MODELS": str(models), "MODERA_SANDBOX__PORT": "0"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout as output:
        said = output.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", said)
        assert found, said
        yield found[0]
        process.terminate()
        assert process.wait(timeout=30) == 0
        assert "Stopped." in output.read()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    running = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
    yield running
    running.close()


class Newcomer:
    """Somebody at the chat page, who looks for what to press."""

    def __init__(self, page: Page, language: str, folder: Path) -> None:
        self._page, self._language, self._folder, self._shots = page, language, folder, 0

    def arrive(self, address: str) -> None:
        """Open the page as a person of one's own, in one's language."""
        page = self._page
        page.goto(address)
        if page.get_by_test_id("open-people").is_visible():
            page.get_by_test_id("open-people").click()
        page.get_by_test_id("add-person").click()
        dialog = page.get_by_test_id("person-dialog")
        dialog.get_by_role("textbox").fill(NAMES[self._language])
        dialog.locator(f"input[value={self._language}]").locator("..").click()
        dialog.locator("button[type=submit]").click()
        page.locator(f".languages [data-language={self._language}]").evaluate("it => it.click()")
        expect(page.get_by_test_id("start")).to_be_visible()

    def press(self, data: str) -> None:
        """Press the newest button with this callback data."""
        button = self._page.locator(f'.key[data-key*=":{data}"]').last
        button.wait_for(timeout=PATIENCE_MS)
        button.click()

    def sees(self, text: str) -> None:
        """Wait until the bot has said something."""
        expect(self._page.get_by_test_id("log")).to_contain_text(
            text, ignore_case=True, timeout=PATIENCE_MS
        )

    def sends_sample(self, path: str) -> None:
        """Choose a sample picture and send it."""
        if not self._page.get_by_test_id("tray").is_visible():
            self._page.get_by_test_id("samples").click()
        self._page.locator(f'[data-testid=sample]:has(img[src$="{path}"])').click()
        self._page.get_by_test_id("send-now").click()
        expect(self._page.get_by_test_id("send-dialog")).to_be_hidden()

    def photos(self) -> int:
        return self._page.locator(".item.in [data-testid=photo]").count()

    def waits_for_photos(self, count: int) -> None:
        """Wait for pictures from the bot."""
        expect(self._page.locator(".item.in [data-testid=photo]")).to_have_count(
            count, timeout=PATIENCE_MS
        )

    def keeps(self, what: str) -> None:
        """Keep a screenshot, once all pictures are there and nothing moves."""
        self._page.wait_for_load_state("networkidle")
        self._page.wait_for_timeout(400)
        self._shots += 1
        self._page.screenshot(path=self._folder / f"{self._shots:02}-{what}.png")


def arrived(
    browser: Browser, address: str, size: str, language: str, folder: str
) -> tuple[Newcomer, Page, list[str]]:
    """Somebody new at the page, whose screenshots go into a folder, and the page's errors."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale=language,
        has_touch=size == "phone",
        device_scale_factor=2 if size == "phone" else 1,
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    newcomer = Newcomer(page, language, SCREENSHOTS / folder)
    newcomer.arrive(address)
    return newcomer, page, errors
