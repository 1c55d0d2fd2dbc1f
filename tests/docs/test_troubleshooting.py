"""`docs/troubleshooting.md` explains every warning and error that the package logs, and none that it does not."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.docs.markdown import ROOT, read_page

# `warn.py` logs what it is given: its functions are looked for where they are called.
SOURCES = sorted(path for path in (ROOT / "src").rglob("*.py") if path.name != "warn.py")
SAYING = {"warning", "error", "exception", "critical"}
CHAPTER = "What it says"


def tree_of(path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def constants() -> dict[str, str]:
    """The module-level strings of the package by name."""
    return {
        statement.targets[0].id: statement.value.value
        for path in SOURCES
        for statement in tree_of(path).body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    }


def says(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="warn_once" | "exception_once")):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(id="logger" | "_logger"), attr=level)):
            return level in SAYING
    return False


def messages(tree: ast.Module, known: dict[str, str]) -> Iterator[str]:
    """What a module logs, with `…` where a value goes."""
    for node in ast.walk(tree):
        if not says(node):
            continue
        match node.args[0]:
            case ast.Constant(value=text):
                pass
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in known:
                text = known[name]
            case other:
                raise AssertionError(f"line {node.lineno}: cannot tell what {ast.unparse(other)} says")
        yield re.sub(r"%[a-z]", "…", text)


def logged() -> set[str]:
    known = constants()
    return {message for path in SOURCES for message in messages(tree_of(path), known)}


MESSAGES = logged()


def explained() -> list[str]:
    """The headings of the chapter: each is how a message begins."""
    headings = read_page(ROOT / "docs" / "troubleshooting.md").headings
    start = headings.index((2, CHAPTER)) + 1
    end = next((at for at in range(start, len(headings)) if headings[at][0] <= 2), len(headings))
    return [text for _, text in headings[start:end]]


@pytest.mark.parametrize("message", sorted(MESSAGES))
def test_every_message_has_its_heading(message):
    assert len([heading for heading in explained() if message.startswith(heading)]) == 1


def test_no_heading_is_of_a_message_that_is_gone():
    assert [heading for heading in explained() if not any(text.startswith(heading) for text in MESSAGES)] == []


def test_headings_are_long_enough_to_find():
    assert [heading for heading in explained() if len(heading.split()) < 3] == []


def test_messages_are_found_however_they_are_written():
    source = "logger.warning('%s is odd', 1)\n_logger.error(ODD)\nwarn_once(calls.ODD, 2)\nlogger.info('no')"
    assert list(messages(ast.parse(source), {"ODD": "odd: %r"})) == ["… is odd", "odd: …", "odd: …"]


def test_a_message_that_cannot_be_told_is_no_secret():
    with pytest.raises(AssertionError, match="cannot tell what f'"):
        list(messages(ast.parse("logger.warning(f'{x}')"), {}))
