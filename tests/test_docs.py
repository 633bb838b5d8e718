"""The documents say what the code does."""

import re
import tomllib
from pathlib import Path

from django.conf import settings

from benchmarks import report
from benchmarks.soaking import diary
from customers.models import Move
from tests import reference

ROOT = Path(__file__).parent.parent
READS = re.compile(r"""(?:env\.\w+|_needed)\(\s*"([A-Z_]+)\"""")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
# Set by the processes themselves, not by operators.
INTERNAL = {"SEGREC_PROCESS"}


def settings_read() -> set[str]:
    sources = (ROOT / "segrec_site").rglob("*.py")
    return {name for file in sources for name in READS.findall(file.read_text())} - INTERNAL


def test_every_setting_has_a_heading_in_its_page():
    page = (ROOT / "docs/settings.md").read_text()

    documented = set(re.findall(r"^### `([A-Z_]+)`$", page, re.M))

    assert documented == settings_read()


def test_every_setting_is_in_the_example_file():
    example = (ROOT / ".env.example").read_text()

    listed = set(re.findall(r"^#?([A-Z_]+)=", example, re.M))

    assert listed == settings_read()


def test_the_version_is_the_changelogs_first_heading():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["version"] == settings.SEGREC_VERSION


def test_every_code_of_a_run_of_segments_is_explained():
    sources = [
        *(ROOT / "customers/segmentation").glob("*.py"),
        *(ROOT / "customers/services/segments").glob("*.py"),
    ]
    said = re.compile(
        r"""(?:Gate|Trigger|_low|_high|_nothing)\(\s*"(\w+)"|"(k_\w+)"|"code": "(\w+)\""""
    )
    codes = {code for file in sources for found in said.findall(file.read_text()) for code in found}

    explained = set(re.findall(r"`(\w+)`", (ROOT / "docs/segments.md").read_text()))

    codes = {code for code in codes if len(code) > 1}  # examples have codes of a letter
    assert len(codes) > 20
    assert codes <= explained


def test_every_cause_of_a_move_is_explained():
    explained = set(re.findall(r"`(\w+)`", (ROOT / "docs/segments.md").read_text()))

    assert set(Move.Cause.values) <= explained


def test_links_between_documents_lead_somewhere():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.name}: {link}"
        for page in pages
        for link in LINK.findall(page.read_text())
        if not (page.parent / link).exists()
    ]

    assert broken == []


def test_the_page_of_commands_is_what_the_commands_say():
    assert reference.PAGE.read_text() == reference.page(), "run python -m tests.reference"


def test_pages_of_figures_are_made_of_the_kept_results():
    assert report.PAGE.read_text() == report.page()
    assert diary.PAGE.read_text() == diary.page()


def test_the_index_leads_to_every_document():
    index = ROOT / "docs/index.md"
    linked = {(index.parent / link).resolve() for link in LINK.findall(index.read_text())}

    pages = {*(ROOT / "docs").glob("*.md")} - {index}

    assert {page.name for page in pages - linked} == set()
