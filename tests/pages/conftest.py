"""A browser for tests of pages; without Chromium they are skipped."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from customers.services.insights import refresh_insights
from tests.staff import bring_to_life, one_of_everything

AXE = Path(__file__).parent.parent.parent / "node_modules/axe-core/axe.min.js"
# What axe calls moderate, and is held too.
HEADINGS = ["page-has-heading-one", "heading-order"]
FAINT, WIDE = ((Path(__file__).parent / name).read_text() for name in ("faint.js", "wide.js"))
# Widgets of users' and groups' pages, which are Django's.
OF_DJANGO = [".help-tooltip", ".datetime"]
WINDOWS = [(width, colours) for width in (1440, 390) for colours in ("light", "dark")]
CONTEXTS = pytest.StashKey[list]()
AXE_LOOKS_AT = [(1440, "light"), (390, "dark")]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator:
    """Start Chromium once."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        pytest.skip("no Chromium on this machine")
    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Add to the report of a failed test what its pages showed."""
    report = yield
    if report.when == "call" and report.failed:
        for context in item.stash.get(CONTEXTS, []):
            report.sections += [(f"Page {page.url}", shown(page)) for page in context.pages]
    return report


def shown(page) -> str:
    from playwright.sync_api import Error

    try:
        return page.inner_text("body", timeout=2000)
    except Error as problem:
        return f"It does not answer: {problem}"


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of: broken rules of content security, scripts, missing files."""
    return []


@pytest.fixture
def open_page(chromium, live_server, complaints, request):
    """Return a function that opens a page of the site in a window of this width and colours."""
    contexts = request.node.stash[CONTEXTS] = []

    def open_page(path: str = "/", width: int = 1440, colours: str = "light", cookies=()):
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            color_scheme=colours,
        )
        contexts.append(context)
        context.add_cookies([cookie | {"url": live_server.url} for cookie in cookies])
        page = context.new_page()
        page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def open_staff_page(open_page, admin_client):
    """Open a page of the admin as a superuser."""
    cookie = {"name": "sessionid", "value": admin_client.cookies["sessionid"].value}

    def open_staff_page(path: str = "", **window):
        return open_page(f"/admin/{path}", cookies=[cookie], **window)

    return open_staff_page


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def elsewhere(tmp_path):
    """Another origin that serves this folder."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def serious() -> Callable:
    """Return a function that has axe look at a page and names what is serious, or of headings.

    Ask last: axe measures with styles of its own, of which the browser complains.
    """
    from playwright.sync_api import expect

    if not AXE.exists():
        pytest.skip("axe was not fetched from npm")

    def serious(page) -> list[str]:
        expect(page.locator("[aria-busy=true]")).to_have_count(0)
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE.read_text())
        left_out = OF_DJANGO if "/admin/auth/" in page.url else []
        found = page.evaluate(f"axe.run({{exclude: {left_out}}}).then(found => found.violations)")
        return [
            f"{each['id']}: {node['html'][:200]}"
            for each in found
            if each["impact"] in ("serious", "critical") or each["id"] in HEADINGS
            for node in each["nodes"]
        ]

    return serious


@pytest.fixture
def faults(complaints, serious) -> Callable:
    """Return a function that names what is wrong with a page, wide and narrow, light and dark.

    It must keep its edges and the content policy, be read well, and satisfy axe, with all open that
    opens in its place. The page is left.
    """
    from playwright.sync_api import expect

    def look(page, width: int, colours: str) -> None:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=colours, reduced_motion="reduce")

    def faults(page) -> list[str]:
        expect(page.locator("[aria-busy=true]")).to_have_count(0)
        page.evaluate(
            "document.querySelectorAll('details:not(.filter)').forEach(d => d.open = true)"
        )
        found = []
        for width, colours in WINDOWS:
            look(page, width, colours)
            found += [f"wider than {width}: {what}" for what in page.evaluate(WIDE)]
            found += [f"{colours}: {text}" for text in page.evaluate(FAINT)]
        found += complaints
        for window in AXE_LOOKS_AT:
            look(page, *window)
            found += serious(page)
        page.goto("about:blank")
        complaints.clear()  # of axe's own styles, some of which come late
        return found

    return faults


@pytest.fixture
def things(settings, tmp_path) -> dict[str, int | str]:
    """A shop with one of everything."""
    settings.SEGREC_VAR = tmp_path
    things = one_of_everything()
    bring_to_life()
    refresh_insights()
    return things


@pytest.fixture
def faults_of(faults):
    """Return a function that opens addresses one after the other and names what is wrong."""

    def faults_of(window, addresses: list[str]) -> dict[str, list[str]]:
        found = {}
        for address in addresses:
            window.goto(address)
            found[address] = faults(window)
        return {address: said for address, said in found.items() if said}

    return faults_of
