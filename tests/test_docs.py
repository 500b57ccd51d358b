"""The documentation keeps its word: links lead somewhere, and nobody's machine is in it."""

import re

import pytest

from tests.conftest import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "models" / "README.md"])
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)|src=\"([^\":]+)\"")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(page):
    links = [first or second for first, second in LINK.findall(page.read_text())]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_of_the_documentation_is_in_the_readme():
    readme = (ROOT / "README.md").read_text()
    assert [page.name for page in ROOT.glob("docs/*.md") if f"docs/{page.name}" not in readme] == []


def test_every_script_is_explained():
    explained = (ROOT / "README.md").read_text() + (ROOT / "CONTRIBUTING.md").read_text()
    explained += (ROOT / "docs" / "draft.md").read_text()
    scripts = [script.name for script in (ROOT / "scripts").iterdir()]
    assert [name for name in scripts if f"scripts/{name}" not in explained] == []
