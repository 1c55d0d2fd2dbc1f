"""Markdown pages as tests need them: the code blocks in order, the links and the headings. No block is run here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
_NAMED = re.compile(r"# ([\w./-]+\.\w+)$")
_PARSER = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Block:
    """A fenced code block; `line` counts from 1 and is that of its fence."""

    language: str
    text: str
    line: int

    @property
    def file_name(self) -> str:
        """The file that its first line names (`# agent.py`); for other blocks one made from the line."""
        named = _NAMED.match(self.text.splitlines()[0])
        return named[1] if named else f"block_{self.line}.py"


@dataclass(frozen=True)
class Page:
    """One Markdown file; its path is relative to the repository."""

    path: str
    blocks: tuple[Block, ...]
    links: tuple[str, ...]
    headings: tuple[tuple[int, str], ...]

    @property
    def anchors(self) -> set[str]:
        """What a link after `#` may name, as GitHub makes it from the headings."""
        return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for _, text in self.headings}


def read_page(path: Path) -> Page:
    """Parse one file of the repository."""
    tokens = _PARSER.parse(path.read_text(encoding="utf-8"))
    blocks = tuple(
        Block(token.info.split(" ")[0], token.content, token.map[0] + 1) for token in tokens if token.type == "fence"
    )
    headings = tuple(
        (int(token.tag[1]), _plain(after.children)) for token, after in pairwise(tokens) if token.type == "heading_open"
    )
    links = tuple(
        str(child.attrs.get("href") or child.attrs.get("src"))
        for token in tokens
        for child in token.children or ()
        if child.type in ("link_open", "image")
    )
    return Page(path.relative_to(ROOT).as_posix(), blocks, links, headings)


def pages(*patterns: str) -> Iterator[Page]:
    """The pages at these patterns, else those that the documentation consists of, the examples' own apart."""
    for pattern in patterns or ("*.md", "docs/**/*.md", "conventions/**/*.md"):
        for path in sorted(ROOT.glob(pattern)):
            yield read_page(path)


def _plain(children) -> str:
    return "".join(child.content for child in children or () if child.type in ("text", "code_inline"))
