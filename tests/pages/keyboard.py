"""Pages by keyboard alone: the Tab key until something has the focus, then Enter."""

from playwright.sync_api import Locator, Page

FURTHEST = 200  # presses of Tab on one page


def tab_to(page: Page, target: Locator) -> Locator:
    """Press Tab until this has the focus; fail when it cannot be reached."""
    target.wait_for(state="visible")
    for _ in range(FURTHEST):
        if target.evaluate("element => element === document.activeElement"):
            return target
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {target}")


def follow(page: Page, target: Locator) -> None:
    """Go to a link or button by Tab, press Enter, and wait for the page it leads to."""
    tab_to(page, target)
    with page.expect_navigation():
        page.keyboard.press("Enter")
