"""The definitions in `conventions/model`: valid for weaver, complete, and consistent with each other."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from registry import ROOT, Registry

from warpmetrics_otel import ids

REGISTRY = Registry()
SCHEMA = Path(
    os.environ.get("WARPMETRICS_WEAVER_SCHEMA")
    or ROOT.parent.parent / "shared" / "reference" / "weaver" / "semconv.schema.v2.json"
)
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*(\.[a-z][a-z0-9]*(_[a-z0-9]+)*)+")
SCALARS = {"string": str, "int": int, "double": float, "boolean": bool}
CANONICAL_ULID = re.compile(r"[0-7][0-9a-hjkmnp-tv-z]{25}")


def entries(kind):
    return [entry for content in REGISTRY.files.values() for entry in content.get(kind, ())]


def by_name(entry):
    return entry.get("key") or entry.get("type") or entry.get("name") or entry["id"]


@pytest.mark.skipif(not SCHEMA.exists(), reason="needs weaver's JSON schema: set WARPMETRICS_WEAVER_SCHEMA")
@pytest.mark.parametrize("path", REGISTRY.files, ids=lambda path: path.name)
def test_every_file_is_valid_for_weaver(path):
    validator = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(REGISTRY.files[path])] == []


def test_no_yaml_lies_where_weaver_would_take_it_for_definitions():
    found = {path.relative_to(ROOT) for suffix in ("*.yaml", "*.yml") for path in ROOT.rglob(suffix)}
    assert found == {Path("manifest.yaml"), *(path.relative_to(ROOT) for path in REGISTRY.files)}


@pytest.mark.parametrize("entry", entries("attributes"), ids=by_name)
def test_an_attribute_says_what_it_is(entry):
    assert NAME.fullmatch(entry["key"])
    assert entry["stability"] == "development"
    assert entry["brief"].endswith(".")
    if isinstance(entry["type"], dict):
        for member in entry["type"]["members"]:
            assert member["id"] == member["value"]
            assert member["stability"] == "development"
            assert member["brief"].endswith(".")
        assert re.fullmatch("[A-Z_]+", entry["annotations"]["constants"])
    else:
        kind = SCALARS.get(entry["type"], str)
        assert entry["examples"]
        assert all(type(example) is kind for example in entry["examples"])


@pytest.mark.parametrize(
    "attribute",
    [attribute for attribute in REGISTRY.attributes if attribute.key.endswith((".run.id", ".chain.id"))]
    + [a for a in REGISTRY.attributes if re.search(r"\.(group|call|outcome|act|parent|target)\.id$", a.key)],
    ids=lambda attribute: attribute.key,
)
def test_examples_of_ids_are_native_ids(attribute):
    for example in attribute.examples:
        assert ids.kind_of(example), example
        assert CANONICAL_ULID.fullmatch(example.rpartition("_")[2]), example


def test_namespaces():
    borrowed = {entry["key"] for entry in REGISTRY.files[ROOT / "model" / "borrowed.yaml"]["attributes"]}
    for attribute in REGISTRY.attributes:
        assert attribute.key.startswith("warpmetrics.") != (attribute.key in borrowed)


def test_no_name_is_defined_twice_or_is_the_namespace_of_another():
    keys = [attribute.key for attribute in REGISTRY.all_attributes()]
    assert len(keys) == len(set(keys))
    templates = {attribute.key for attribute in REGISTRY.attributes if attribute.is_template}
    assert templates == {"warpmetrics.opts"}
    for key in set(keys) - templates:
        assert not [other for other in keys if other.startswith(f"{key}.")]


@pytest.mark.parametrize("entry", entries("spans") + entries("events") + entries("metrics"), ids=by_name)
def test_a_signal_says_what_it_is(entry):
    assert NAME.fullmatch(by_name(entry))
    assert entry["stability"] == "development"
    assert entry["brief"].endswith(".")
    assert entry["note"]


def test_spans_and_links_are_those_their_types_name():
    values = {attribute.key: {value.value for value in attribute.values} for attribute in REGISTRY.attributes}
    assert {f"warpmetrics.{value}" for value in values["warpmetrics.entity.type"]} == {s.name for s in REGISTRY.spans}
    assert values["warpmetrics.link.type"] == {link.name for link in REGISTRY.links}
    for signal in (*REGISTRY.spans, *REGISTRY.links):
        discriminator = "warpmetrics.entity.type" if signal in REGISTRY.spans else "warpmetrics.link.type"
        use = next(use for use in signal.uses if use.attribute.key == discriminator)
        assert use.level == "required"
        assert use.note == f"Always `{signal.name.removeprefix('warpmetrics.')}`."


def test_every_attribute_of_ours_is_carried_by_something_and_by_nothing_twice():
    signals = (*REGISTRY.spans, *REGISTRY.events, *REGISTRY.links, *REGISTRY.metrics)
    carried = {use.attribute.key for signal in signals for use in signal.uses}
    assert {attribute.key for attribute in REGISTRY.attributes} <= carried
    for signal in signals:
        keys = [use.attribute.key for use in signal.uses]
        assert len(keys) == len(set(keys)), signal.name


def test_every_group_is_used_or_public():
    referenced = {
        use["ref_group"]
        for kind in ("spans", "events", "attribute_groups")
        for entry in entries(kind)
        for use in entry["attributes"]
        if "ref_group" in use
    }
    internal = {entry["id"] for entry in entries("attribute_groups") if entry["visibility"] == "internal"}
    assert referenced == internal


def test_metrics_do_not_share_a_name_with_attributes_or_events():
    metrics = {metric.name for metric in REGISTRY.metrics}
    others = {attribute.key for attribute in REGISTRY.all_attributes()} | {event.name for event in REGISTRY.events}
    assert not {name for name in metrics | others if any(other.startswith(f"{name}.") for other in metrics)}
    assert not metrics & others


@pytest.mark.parametrize("kind", ["ref", "ref_group"])
def test_a_reference_to_nothing_is_refused(tmp_path, kind):
    copy = tmp_path / "conventions"
    shutil.copytree(ROOT, copy)
    name = "attributes.warpmetrics.entity" if kind == "ref_group" else "warpmetrics.entity.type"
    spans = copy / "model" / "spans.yaml"
    text = spans.read_text("utf-8")
    assert f"{kind}: {name}" in text
    spans.write_text(text.replace(f"{kind}: {name}", f"{kind}: warpmetrics.nothing"), "utf-8")
    with pytest.raises(KeyError, match=r"warpmetrics\.nothing"):
        Registry(copy)


def test_a_renamed_attribute_names_one_that_exists():
    keys = {attribute.key for attribute in REGISTRY.all_attributes()}
    renamed = {attribute.renamed_to for attribute in REGISTRY.attributes} - {None}
    assert renamed == {"gen_ai.usage.cache_write.input_tokens"}
    assert renamed <= keys
