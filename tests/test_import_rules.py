"""The rules that keep the rooms apart and the dependencies public, held against the source itself.

Each rule is a function from a module's syntax tree to the lines that break it, and is first shown to catch a breach:
a rule that finds nothing in a clean tree could as well be blind.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from warpmetrics_otel import semconv

PACKAGE = Path(__file__).parents[1] / "src" / "warpmetrics_otel"
MODULES = sorted(PACKAGE.rglob("*.py"))

# What each room may import of the others; "" is the package's own public list.
ALLOWED = {
    "ids": set(),
    "semconv": set(),
    "fork": set(),
    "secret": set(),
    "timed": set(),
    "threads": set(),
    "options": {"secret", "translate"},
    "standing": {"ids"},
    "installed_dialects": {"translate"},
    "bridge": {"entities", "translate", "ids", "semconv"},
    "entities": {"ids"},
    "beside": {"entities", "fork"},
    "translate": {"entities", "ids", "semconv"},
    "capture": {"ids", "semconv"},
    "record": {
        "entities",
        "translate",
        "ids",
        "semconv",
        "fork",
        "beside",
        "capture",
        "options",
        "secret",
        "standing",
        "threads",
    },
    "deliver": {
        "entities",
        "translate",
        "bridge",
        "ids",
        "semconv",
        "fork",
        "beside",
        "options",
        "secret",
        "standing",
        "installed_dialects",
        "timed",
        "threads",
    },
    "read": {"entities", "translate", "ids", "semconv", "timed"},
    "testing": {"", "ids", "semconv", "record", "read"},
    "doctor": {"record", "deliver", "options", "secret"},
    "commands": {
        "",
        "entities",
        "translate",
        "bridge",
        "ids",
        "semconv",
        "read",
        "deliver",
        "doctor",
        "installed_dialects",
    },
    "cli": {"", "commands"},
    "wiring": {"entities", "record", "deliver", "doctor"},
    "": {"ids", "record", "capture", "deliver", "translate", "wiring"},
}
# Not at import: they cost more than everything else together, or are not dependencies at all.
LATE = (
    "grpc",
    "urllib3",
    "requests",
    "opentelemetry._logs",
    "opentelemetry.sdk.metrics",
    "opentelemetry.sdk._logs",
    "opentelemetry.exporter",
    "openai",
    "anthropic",
    "jinja2",
    "pydantic",
    "rich",
    "typer",
    "pytest",
)
# Python's own, documented although they begin with an underscore: of the frames and of named tuples.
DOCUMENTED = {"_getframe", "_get_running_loop", "_asdict", "_fields", "_make", "_replace"}
ATTRIBUTE = re.compile(r"(?<![\w./@-])(?:warpmetrics|gen_ai)\.[a-z]")
# Names that others define and that hold no dot-separated namespace of ours, by which they could be told.
CONSTANTS = {value for name, value in vars(semconv).items() if name.isupper() and isinstance(value, str)}
# Each dialect is the one place for the names of somebody else's convention, which no registry of ours defines.
SPELL_OUT = ("warpmetrics_otel.semconv:", "warpmetrics_otel.translate.dialects.")
DOTTED = {value for value in CONSTANTS if re.fullmatch(r"[a-z_]+(?:\.[a-z_]+)+", value)}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """The room of a module of ours: `warpmetrics_otel.record.spans` is in `record`, the package itself in "" ."""
    return module.split(".")[1] if "." in module else ""


def imports(tree: ast.Module, module: str, *, package: bool = False) -> Iterator[tuple[int, str]]:
    """Every module that is imported, with its line; `from a import b` gives `a.b`, since b may be a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = module.split(".")
                kept = len(parents) - node.level + package
                base = ".".join([*parents[:kept], *([base] if base else [])])
            for alias in node.names:
                yield node.lineno, f"{base}.{alias.name}"


def forbidden_rooms(tree: ast.Module, module: str, *, package: bool = False) -> list[str]:
    here = room_of(module)
    found = []
    for line, target in imports(tree, module, package=package):
        if target.split(".")[0] != "warpmetrics_otel":
            continue
        # A name that is no room is one of the public list.
        room = room_of(target) if room_of(target) in ALLOWED else ""
        if room not in {here, *ALLOWED[here]}:
            found.append(f"{module}:{line} imports {target}")
    return found


def private_imports(tree: ast.Module, module: str, *, package: bool = False) -> list[str]:
    found = []
    for line, target in imports(tree, module, package=package):
        parts = target.split(".")
        if parts[0] in {"warpmetrics_otel", "__future__"} or parts[:2] == ["opentelemetry", "_logs"]:
            continue
        if any(part.startswith("_") for part in parts):
            found.append(f"{module}:{line} imports {target}")
    return found


def private_names_defined(tree: ast.Module) -> set[str]:
    """The private names that a module gives to its own functions, classes, variables and attributes."""
    names = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name, ctx=ast.Store()):
                names.add(name)
            case ast.Assign(targets=[ast.Name(id="__slots__")], value=value):
                names |= {item.value for item in ast.walk(value) if isinstance(item, ast.Constant)}
    return {name for name in names if is_private(name)}


def is_private(name: object) -> bool:
    return isinstance(name, str) and name.startswith("_") and not name.endswith("__")


def private_attributes(tree: ast.Module, module: str, ours: set[str]) -> list[str]:
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name):
                pass
            case ast.Call(func=ast.Name(id="getattr" | "setattr" | "hasattr"), args=[_, ast.Constant(value=name), *_]):
                pass
            case _:
                continue
        if is_private(name) and name not in ours | DOCUMENTED:
            found.append(f"{module}:{node.lineno} uses {name}, which nothing of ours defines")
    return found


def spelled_attributes(tree: ast.Module, module: str) -> list[str]:
    # A string that is a statement of its own documents what stands above it.
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        f"{module}:{node.lineno} spells out {node.value!r}: use the constant in semconv.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
        and (ATTRIBUTE.search(node.value) or node.value in DOTTED)
    ]


def breaches(rule, *arguments, **options) -> list[str]:
    found = []
    for path in MODULES:
        more = {"package": path.name == "__init__.py"} if options.get("package") else {}
        found += rule(tree_of(path), module_name(path), *arguments, **more)
    return found


def test_every_room_has_its_rule():
    rooms = {room_of(module_name(path)) for path in MODULES}
    assert rooms <= ALLOWED.keys()


def test_rooms_import_in_one_direction():
    assert breaches(forbidden_rooms, package=True) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("warpmetrics_otel.capture.proxy", "from warpmetrics_otel.record import spans"),
        ("warpmetrics_otel.read.chain", "import warpmetrics_otel.record.spans"),
        ("warpmetrics_otel.read.chain", "from ..record import spans"),
        ("warpmetrics_otel.record.spans", "def f():\n    from warpmetrics_otel import run"),
        ("warpmetrics_otel.ids", "from . import semconv"),
        ("warpmetrics_otel.read.chain", "import warpmetrics_otel as wm"),
    ],
)
def test_an_import_against_the_direction_is_seen(module, source):
    assert len(forbidden_rooms(ast.parse(source), module)) == 1


def test_an_import_within_a_room_or_along_the_direction_is_allowed():
    source = "from warpmetrics_otel import ids, semconv\nfrom . import text\nfrom ..capture.data import CallData"
    assert forbidden_rooms(ast.parse(source), "warpmetrics_otel.record.spans") == []


def test_nothing_private_of_others_is_imported():
    assert breaches(private_imports, package=True) == []


@pytest.mark.parametrize(
    "source",
    [
        "from opentelemetry.sdk._logs import LoggerProvider",
        "import opentelemetry.trace._internal",
        "from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY",
        "from openai._streaming import Stream",
    ],
)
def test_a_private_import_is_seen(source):
    assert len(private_imports(ast.parse(source), "warpmetrics_otel.record.spans")) == 1


def test_the_one_private_module_that_is_allowed_is_allowed():
    source = "from opentelemetry._logs import LogRecord, get_logger_provider"
    assert private_imports(ast.parse(source), "warpmetrics_otel.record.spans") == []


def test_nothing_private_of_others_is_used():
    ours = set().union(*(private_names_defined(tree_of(path)) for path in MODULES))
    assert breaches(private_attributes, ours) == []


@pytest.mark.parametrize(
    "source",
    [
        "provider._active_span_processor.force_flush()",
        "class Mine(Tracer):\n    def f(self):\n        return self._span_limits",
        "getattr(span, '_attributes', {})",
    ],
)
def test_a_private_attribute_is_seen(source):
    tree = ast.parse(source)
    assert len(private_attributes(tree, "module", private_names_defined(tree))) == 1


def test_attribute_names_are_spelled_in_one_place():
    found = breaches(spelled_attributes)
    assert [line for line in found if not line.startswith(SPELL_OUT)] == []


@pytest.mark.parametrize(
    "source",
    [
        "span.set_attribute('warpmetrics.run.id', 1)",
        "f'warpmetrics.opts.{key}'",
        "NAMES = {'gen_ai.usage.cost': 1}",
        "span.set_attribute('error.type', 'x')",
    ],
)
def test_a_spelled_attribute_is_seen(source):
    assert len(spelled_attributes(ast.parse(source), "module")) == 1


@pytest.mark.parametrize(
    "source",
    [
        "'''Sets `warpmetrics.run.id`.'''",
        "class A:\n    b: str\n    '''Such as `gen_ai.request.model`.'''",
        "logging.getLogger('warpmetrics_otel')",
        "URL = 'https://api.warpmetrics.com'",
        "span.set_attribute(semconv.WARPMETRICS_RUN_ID, 1)",
    ],
)
def test_what_is_no_attribute_is_left_alone(source):
    assert spelled_attributes(ast.parse(source), "module") == []


def modules_after(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint('\\n'.join(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(answer.stdout.split())


def test_what_is_heavy_or_optional_is_imported_when_first_needed():
    # What the SDK itself imports is not for us to decide.
    ours = modules_after("import warpmetrics_otel") - modules_after("import opentelemetry.sdk.trace")
    assert "warpmetrics_otel" in ours
    assert sorted(name for name in ours if any(name == late or name.startswith(f"{late}.") for late in LATE)) == []
