"""Spans of others as they come, and what a gathering tells of them."""

from itertools import count

from warpmetrics_otel import ids
from warpmetrics_otel.bridge import Gathering, Limits
from warpmetrics_otel.entities import Call, Group, Link, Outcome, Run
from warpmetrics_otel.translate.dialects import kind_of
from warpmetrics_otel.translate.views import Event, Span

TRACE = 0x0AF7651916CD43DD8448EB211C80319C
CALL = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "m",
    "gen_ai.usage.input_tokens": 3,
    "gen_ai.usage.output_tokens": 4,
}
AGENT = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "Bob"}
EMBEDDING = {**CALL, "gen_ai.operation.name": "embeddings"}
_times = count(1_770_000_000_000_000_000, 1_000_000)


def sketched(span):
    """What is kept of most spans."""
    return span._replace(attributes={}, events=())


class Program:
    """What a process does, told to a gathering as an exporter or as a processor would."""

    def __init__(self, *, sees_starts: bool, trace_id: int = TRACE, **options):
        self.gathering = Gathering(lambda span: span, sketched, sees_starts=sees_starts, **options)
        self.sees_starts = sees_starts
        self.told = []
        self.now = 0.0
        self._trace_id = trace_id
        self._ids = count(0x10)

    def start(self, name, attributes=(), above=None, *, remote=False):
        """A span that is open; `above` is one, or an id."""
        parent = getattr(above, "span_id", above) or 0
        span = Span(self._trace_id, next(self._ids), parent, name, 1, next(_times), 0, dict(attributes))
        if self.sees_starts:
            self.gathering.start((span.trace_id, span.span_id), parent, span, remote=remote)
        return span

    def end(self, span, *, remote=False, **changes):
        """It ends."""
        ended = span._replace(end_ns=next(_times), **changes)
        self.told += self.gathering.end(
            (ended.trace_id, ended.span_id),
            ended.parent_span_id,
            ended,
            self.now,
            remote=remote,
            kind=kind_of(ended.name, ended.attributes, ended.scope),
            marked=bool(ended.events),
        )
        return ended

    def call(self, above=None, attributes=CALL, **how):
        """A span that starts and ends."""
        return self.end(self.start("chat m", attributes, above, **how), **how)

    def entity(self, span_id, native_id):
        """A span of Warpmetrics' own."""
        self.told += self.gathering.entity((self._trace_id, span_id), native_id)

    def wait(self, seconds):
        """Time goes by."""
        self.now += seconds
        self.told += self.gathering.expired(self.now)

    def release(self):
        self.told += self.gathering.release()

    def rows(self, kind):
        return [entity for entity in self.told if isinstance(entity, kind)]

    @property
    def runs(self):
        return [run.label for run in self.rows(Run)]

    @property
    def groups(self):
        return [group.label for group in self.rows(Group)]

    @property
    def outcomes(self):
        return [(outcome.name, outcome.ref_id) for outcome in self.rows(Outcome)]

    @property
    def tree(self):
        """From what is beneath to what it is beneath, by the names that a reader knows."""
        names = {entity.id: entity.label for entity in self.rows(Run) + self.rows(Group)}
        names |= {call.id: f"call {number}" for number, call in enumerate(self.rows(Call))}
        return {
            names.get(link.child_id, link.child_id): names.get(link.parent_id, link.parent_id)
            for link in self.rows(Link)
        }


def call_id(span):
    return ids.derived(ids.CALL, span.trace_id, span.span_id)


__all__ = ["AGENT", "CALL", "EMBEDDING", "TRACE", "Event", "Limits", "Program", "call_id"]
