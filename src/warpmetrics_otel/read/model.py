"""What a chain is made of, as it was read back: runs, groups, calls, outcomes and acts.

Each is a view of the span or event that it was read from, with its place in the chain; what it says of itself
is read from there when asked for. They point at each other in both directions, so they compare by identity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from warpmetrics_otel import semconv
from warpmetrics_otel.read import values
from warpmetrics_otel.read.spans import STATUS_ERROR, Attributes, Event, Span
from warpmetrics_otel.read.values import Opts


@dataclass(slots=True, eq=False)
class Mark:
    """What outcomes and acts have in common."""

    id: str
    event: Event

    @property
    def opts(self) -> Opts:
        """Its opts, as far as they were read."""
        return values.opts(self.event.attributes)

    @property
    def time_ns(self) -> int:
        """When it was recorded, in nanoseconds since the epoch; 0 when it is missing."""
        return self.event.time_ns


@dataclass(slots=True, eq=False)
class Act(Mark):
    """What was decided because of an outcome. `missing`: only a follow-up run tells of it."""

    missing: bool = False
    follow_ups: list[Run] = field(default_factory=list, repr=False)

    @property
    def name(self) -> str:
        """What is done; empty when nobody says."""
        return values.name(self.event.attributes, semconv.WARPMETRICS_ACT_NAME)


@dataclass(slots=True, eq=False)
class Outcome(Mark):
    """What happened. `carried`: on a span of its own; `missing`: only an act or a follow-up run tells of it."""

    carried: bool = False
    missing: bool = False
    acts: list[Act] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What happened; empty when nobody says."""
        return values.name(self.event.attributes, semconv.WARPMETRICS_OUTCOME_NAME)

    @property
    def classification(self) -> str | None:
        """`success`, `failure`, `neutral`, or None when it was recorded without."""
        return values.text(self.event.attributes, semconv.WARPMETRICS_OUTCOME_CLASSIFICATION)


@dataclass(slots=True, eq=False)
class Entity:
    """What runs, groups and calls have in common."""

    id: str
    span: Span = field(repr=False)
    parent: Parent | None = field(default=None, repr=False)
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def attributes(self) -> Attributes:
        """The attributes of its span."""
        return self.span.attributes

    @property
    def label(self) -> str:
        """What it is called."""
        return values.label(self.attributes, self.span.name)

    @property
    def parent_id(self) -> str | None:
        """The parent that it names itself, which may not have been read."""
        return values.text(self.attributes, semconv.WARPMETRICS_PARENT_ID)

    @property
    def opts(self) -> Opts:
        """Its opts, as far as they were read."""
        return values.opts(self.attributes)

    @property
    def acts(self) -> list[Act]:
        """What was decided because of its outcomes, outcome by outcome."""
        return [act for outcome in self.outcomes for act in outcome.acts]

    @property
    def duration_ns(self) -> int:
        """How long it took in nanoseconds, never negative."""
        return max(0, self.span.end_ns - self.span.start_ns)

    @property
    def failed(self) -> bool:
        """Whether its span has the status of an error."""
        return self.span.status_code == STATUS_ERROR

    @property
    def error(self) -> str | None:
        """Why it failed, if anybody said so: the status's description, else the type of the error."""
        if not self.failed:
            return None
        return self.span.status_message or values.text(self.attributes, semconv.ERROR_TYPE)


@dataclass(slots=True, eq=False)
class Call(Entity):
    """One request to a model. Token counts and cost (US dollars) are None where nobody told them."""

    @property
    def model(self) -> str | None:
        """The model that answered, else the one that was asked for."""
        answered = values.text(self.attributes, semconv.GEN_AI_RESPONSE_MODEL)
        return answered or values.text(self.attributes, semconv.GEN_AI_REQUEST_MODEL)

    @property
    def provider(self) -> str | None:
        """Who runs the model."""
        return values.text(self.attributes, semconv.GEN_AI_PROVIDER_NAME)

    @property
    def operation(self) -> str | None:
        """What was asked for, such as `chat`."""
        return values.text(self.attributes, semconv.GEN_AI_OPERATION_NAME)

    @property
    def input_tokens(self) -> int | float | None:
        """Tokens sent, those from a cache among them."""
        return values.number(self.attributes, semconv.GEN_AI_USAGE_INPUT_TOKENS)

    @property
    def output_tokens(self) -> int | float | None:
        """Tokens received."""
        return values.number(self.attributes, semconv.GEN_AI_USAGE_OUTPUT_TOKENS)

    @property
    def cache_read_tokens(self) -> int | float | None:
        """Of the tokens sent, those that the provider had in its cache."""
        return values.number(self.attributes, semconv.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS)

    @property
    def cache_write_tokens(self) -> int | float | None:
        """Of the tokens sent, those that the provider put into its cache."""
        written = values.number(self.attributes, semconv.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS)
        if written is None:
            return values.number(self.attributes, semconv.GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS)
        return written

    @property
    def reasoning_tokens(self) -> int | float | None:
        """Of the tokens received, those spent on reasoning."""
        return values.number(self.attributes, semconv.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS)

    @property
    def cost(self) -> int | float | None:
        """In US dollars."""
        return values.number(self.attributes, semconv.GEN_AI_USAGE_COST)


@dataclass(slots=True, eq=False)
class Parent(Entity):
    """What groups and calls stand under: a run or a group."""

    children: list[Group | Call] = field(default_factory=list, repr=False)

    def descendants(self) -> Iterator[Group | Call]:
        """Everything beneath, parents before their children, in the order of time."""
        waiting: list[Group | Call] = self.children[::-1]
        while waiting:
            entity = waiting.pop()
            yield entity
            if isinstance(entity, Group):
                waiting.extend(reversed(entity.children))

    @property
    def groups(self) -> list[Group]:
        """Every group beneath, parents before their children."""
        return [entity for entity in self.descendants() if isinstance(entity, Group)]

    @property
    def calls(self) -> list[Call]:
        """Every call beneath, whatever group it is in."""
        return [entity for entity in self.descendants() if isinstance(entity, Call)]


@dataclass(slots=True, eq=False)
class Group(Parent):
    """A phase of a run."""


@dataclass(frozen=True, slots=True)
class Follows:
    """What a follow-up run itself says of where it comes from; all that is known when that was not read."""

    act_id: str | None = None
    act_name: str | None = None
    outcome_id: str | None = None
    outcome_name: str | None = None
    run_id: str | None = None


@dataclass(slots=True, eq=False)
class Run(Parent):
    """One execution of an agent.

    `missing`: its own span was not among those read, only something that names it; then its times are 0 and
    its label may be empty.
    """

    follows: Follows | None = None
    missing: bool = False

    @property
    def label(self) -> str:
        """What kind of work it is."""
        recorded = values.text(self.attributes, semconv.GEN_AI_WORKFLOW_NAME)
        from_name = self.span.name.removeprefix(semconv.OPERATION_INVOKE_WORKFLOW).strip()
        return values.label(self.attributes, recorded or from_name)

    @property
    def chain_id(self) -> str | None:
        """The id of its chain as recorded. A first run carries none."""
        return values.text(self.attributes, semconv.WARPMETRICS_CHAIN_ID)

    @property
    def position(self) -> int | None:
        """Its place in the chain as recorded, counted from 1. A first run carries none."""
        return values.position(self.attributes)

    @property
    def number(self) -> int | None:
        """Which run of its chain it is, counted from 1; None when that is not known."""
        return self.position or (1 if self.follows is None and not self.missing else None)

    @property
    def end_reason(self) -> str | None:
        """What ended it; None when its block did."""
        return values.text(self.attributes, semconv.WARPMETRICS_END_REASON)

    def entities(self) -> Iterator[Item]:
        """The run, then everything beneath it, parents before their children."""
        yield self
        yield from self.descendants()


@dataclass(slots=True, eq=False)
class Chain:
    """Runs that follow up each other, a run before those that follow it up.

    `roots` are the runs that follow up no run that is known here: one, unless the chain has holes.
    """

    id: str
    runs: list[Run]
    roots: list[Run]


Item: TypeAlias = Run | Group | Call
"""Anything that a span stands for."""
