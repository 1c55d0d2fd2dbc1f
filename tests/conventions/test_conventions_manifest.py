"""`conventions/manifest.yaml` and the vendored names: weaver's own schema for manifests does not fit real ones."""

import re

import pytest
from registry import Registry

REGISTRY = Registry()
VERSIONED_URL = re.compile(r"https://[a-z.]+(/[a-z-]+)+/\d+\.\d+\.\d+(-dev)?")


def test_the_manifest_has_what_weaver_requires():
    assert REGISTRY.manifest.keys() == {"schema_url", "stability", "description", "dependencies"}
    assert REGISTRY.manifest["schema_url"] == "https://warpmetrics.com/schemas/otel/0.1.0"
    assert REGISTRY.manifest["stability"] == "development"
    for dependency in REGISTRY.manifest["dependencies"]:
        assert dependency.keys() == {"schema_url", "registry_path"}
        assert VERSIONED_URL.fullmatch(dependency["schema_url"])
        assert dependency["registry_path"].endswith("[model]")


@pytest.mark.parametrize("upstream", REGISTRY.upstream.values(), ids=REGISTRY.upstream)
def test_vendored_names_are_of_the_registry_the_manifest_pins(upstream):
    paths = {entry["schema_url"]: entry["registry_path"] for entry in REGISTRY.manifest["dependencies"]}
    pinned = re.search(r"[0-9a-f]{40}|v[0-9.]+[0-9]", paths[upstream.schema_url])
    assert pinned
    assert pinned[0] in upstream.pin


def test_every_dependency_is_vendored():
    vendored = {upstream.schema_url for upstream in REGISTRY.upstream.values()}
    assert vendored == {entry["schema_url"] for entry in REGISTRY.manifest["dependencies"]}


def test_vendored_names_belong_to_their_registry():
    types = {"string", "int", "double", "boolean", "any", "string[]"}
    for key, upstream in REGISTRY.upstream.items():
        for attribute in upstream.attributes:
            assert attribute.key.startswith("gen_ai.") == (key == "genai"), attribute.key
            assert attribute.type in types, attribute.key
            assert attribute.brief.endswith("."), attribute.key
            assert bool(attribute.values) == bool(attribute.constants), attribute.key


@pytest.mark.parametrize(("kind", "upstream"), [("events", "genai"), ("metrics", "core")])
def test_what_is_imported_is_vendored(kind, upstream):
    imports = [content["imports"] for content in REGISTRY.files.values() if "imports" in content]
    vendored = getattr(REGISTRY.upstream[upstream], kind)
    names = [*vendored] if isinstance(vendored, dict) else [signal.name for signal in vendored]
    assert [name for entry in imports for name in entry.get(kind, ())] == names
