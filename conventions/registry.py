"""Reads the registry: our own definitions in `model/` and the names of other registries in `upstream.toml`.

References are resolved here, so that what is rendered or tested sees plain attributes. Nothing here
knows about Markdown or Python constants, and nothing checks more than what it needs to go on.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent
TEMPLATE_TYPE = "template["


@dataclass(frozen=True, slots=True)
class Value:
    """A value an attribute is known to take."""

    value: str
    brief: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of ours or of another registry; `type` is the registry's word, or ``enum`` where it has members."""

    key: str
    type: str
    brief: str
    note: str = ""
    examples: tuple[Any, ...] = ()
    values: tuple[Value, ...] = ()
    constants: str | None = None
    """The prefix of the constants for its values."""
    renamed_to: str | None = None

    @property
    def is_template(self) -> bool:
        """Whether the key also starts the names of further attributes, after a dot."""
        return self.type.startswith(TEMPLATE_TYPE)


@dataclass(frozen=True, slots=True)
class Use:
    """An attribute as one span, event or link uses it."""

    attribute: Attribute
    level: str
    condition: str
    note: str
    sampling_relevant: bool


@dataclass(frozen=True, slots=True)
class Signal:
    """A span, event, link or metric: `name` is its type, its name, or its kind.

    `kind` and `span_name` are a span's, `instrument` and `unit` a metric's.
    """

    name: str
    brief: str
    note: str
    uses: tuple[Use, ...]
    kind: str = ""
    span_name: str = ""
    instrument: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Upstream:
    """The part of another registry that is used here, and what it was copied from."""

    name: str
    schema_url: str
    pin: str
    attributes: tuple[Attribute, ...]
    events: dict[str, str]
    """Event name to brief."""
    metrics: tuple[Signal, ...]


class Registry:
    """Everything that is defined, with references resolved.

    Raises KeyError, naming it, for a reference to an attribute or attribute group that nothing defines.
    """

    def __init__(self, root: Path = ROOT) -> None:
        self.manifest: dict[str, Any] = yaml.safe_load((root / "manifest.yaml").read_text("utf-8"))
        self.files = {
            path: yaml.safe_load(path.read_text("utf-8")) for path in sorted((root / "model").rglob("*.yaml"))
        }
        self.attributes = tuple(_own(entry) for entry in self._entries("attributes"))
        with (root / "upstream.toml").open("rb") as file:
            self.upstream = {key: _upstream(table) for key, table in tomllib.load(file).items()}
        self._by_key = {attribute.key: attribute for attribute in self.all_attributes()}
        self._groups = {entry["id"]: entry for entry in self._entries("attribute_groups")}
        self.spans = tuple(
            self._signal(entry, entry["type"], entry["kind"], _text(entry["name"]["note"]))
            for entry in self._entries("spans")
        )
        self.events = tuple(self._signal(entry, entry["name"]) for entry in self._entries("events"))
        self.metrics = tuple(
            replace(self._signal(entry, entry["name"]), instrument=entry["instrument"], unit=entry["unit"])
            for entry in self._entries("metrics")
        )
        self.links = tuple(
            self._signal(group, key.rpartition(".")[2])
            for key, group in self._groups.items()
            if key.startswith("link.")
        )

    def all_attributes(self) -> Iterator[Attribute]:
        """Our attributes, then those of other registries."""
        yield from self.attributes
        for upstream in self.upstream.values():
            yield from upstream.attributes

    def all_metrics(self) -> Iterator[Signal]:
        """Our metrics, then those of other registries."""
        yield from self.metrics
        for upstream in self.upstream.values():
            yield from upstream.metrics

    def _entries(self, kind: str) -> list[dict[str, Any]]:
        return [entry for content in self.files.values() for entry in content.get(kind, ())]

    def _signal(self, entry: dict[str, Any], name: str, kind: str = "", span_name: str = "") -> Signal:
        uses = tuple(self._uses(entry["attributes"]))
        return Signal(name, _text(entry["brief"]), _text(entry.get("note", "")), uses, kind, span_name)

    def _uses(self, references: list[dict[str, Any]]) -> Iterator[Use]:
        for reference in references:
            if "ref_group" in reference:
                yield from self._uses(self._groups[reference["ref_group"]]["attributes"])
                continue
            level: str | dict[str, str] = reference["requirement_level"]
            name, condition = next(iter(level.items())) if isinstance(level, dict) else (level, "")
            yield Use(
                self._by_key[reference["ref"]],
                name,
                condition,
                _text(reference.get("note", "")),
                reference.get("sampling_relevant", False),
            )


def defined_attributes() -> dict[str, str]:
    """Every attribute name that may be written, with its type; a key that ends in a dot starts further names."""
    types = {}
    for attribute in Registry().all_attributes():
        if attribute.is_template:
            # The bare name holds everything as one string; the names it starts hold values of any type.
            types[attribute.key] = "string"
            types[attribute.key + "."] = attribute.type.removeprefix(TEMPLATE_TYPE).removesuffix("]")
        else:
            types[attribute.key] = "string" if attribute.type == "enum" else attribute.type
    return types


def defined_events() -> dict[str, frozenset[str]]:
    """Every event name that may be written, with its attributes; an empty set where another registry says them."""
    registry = Registry()
    ours = {event.name: frozenset(use.attribute.key for use in event.uses) for event in registry.events}
    theirs = {name: frozenset[str]() for upstream in registry.upstream.values() for name in upstream.events}
    return ours | theirs


def _own(entry: dict[str, Any]) -> Attribute:
    kind = entry["type"]
    members = kind["members"] if isinstance(kind, dict) else ()
    return Attribute(
        key=entry["key"],
        type="enum" if members else kind,
        brief=_text(entry["brief"]),
        note=_text(entry.get("note", "")),
        examples=tuple(entry.get("examples", ())),
        values=tuple(Value(member["value"], member["brief"]) for member in members),
        constants=entry.get("annotations", {}).get("constants"),
        renamed_to=entry.get("deprecated", {}).get("renamed_to"),
    )


def _upstream(table: dict[str, Any]) -> Upstream:
    attributes = tuple(
        Attribute(
            key=key,
            type=entry["type"],
            brief=entry["brief"],
            values=tuple(Value(value, "") for value in entry.get("values", ())),
            constants=entry.get("constants"),
        )
        for key, entry in table["attributes"].items()
    )
    events = {name: entry["brief"] for name, entry in table["events"].items()}
    by_key = {attribute.key: attribute for attribute in attributes}
    metrics = tuple(
        Signal(
            name=name,
            brief=entry["brief"],
            note="",
            uses=tuple(
                Use(by_key[key], level, "", "", sampling_relevant=False) for key, level in entry["uses"].items()
            ),
            instrument=entry["instrument"],
            unit=entry["unit"],
        )
        for name, entry in table.get("metrics", {}).items()
    )
    return Upstream(table["name"], table["schema_url"], table["pin"], attributes, events, metrics)


def _text(folded: str) -> str:
    return " ".join(folded.split())
