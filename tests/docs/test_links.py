"""Links within the documentation lead somewhere, and every page can be reached from the README."""

import posixpath

import pytest

from tests.docs.markdown import ROOT, pages, read_page

PAGES = {page.path: page for page in (*pages(), *pages("examples/**/*.md"))}


def targets(page) -> list[tuple[str, str]]:
    """The pages or files (relative to the repository) and anchors that a page links to, apart from the web."""
    local = [link.partition("#") for link in page.links if "://" not in link]
    folder = posixpath.dirname(page.path)
    return [(posixpath.normpath(posixpath.join(folder, path)) if path else page.path, to) for path, _, to in local]


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
def test_relative_links_resolve(page):
    broken = [path for path, _ in targets(page) if not (ROOT / path).exists()]
    lost = [f"{path}#{to}" for path, to in targets(page) if to and path in PAGES and to not in PAGES[path].anchors]
    assert broken + lost == []


def test_every_page_of_docs_is_reachable_from_the_readme():
    reached, waiting = set(), ["README.md"]
    while waiting:
        path = waiting.pop()
        if path in PAGES and path not in reached:
            reached.add(path)
            waiting += [target for target, _ in targets(PAGES[path])]
    assert sorted(path for path in PAGES if path.startswith("docs/") and path not in reached) == []


def test_a_broken_link_would_be_seen(tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text("[a](missing.md) [b](https://example.com) ![c](picture.png#there)\n\n## Two words: `x`\n")
    monkeypatch.setattr("tests.docs.markdown.ROOT", tmp_path)
    read = read_page(page)
    assert targets(read) == [("missing.md", ""), ("picture.png", "there")]
    assert read.anchors == {"two-words-x"}
