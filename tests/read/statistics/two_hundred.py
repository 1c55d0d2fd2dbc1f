"""Two hundred chains of an agent, written as OTLP JSON by nothing but this file.

It imports neither the package nor OpenTelemetry: names and ids are spelled out as the contract has them, so that what
the statistics say is checked against these parameters and not against another part of the package. What they add up to
is worked out in derivation.md, and committed in expected.json.
"""

import hashlib
import json
from dataclasses import dataclass, field

MINI, LARGE = "gpt-4o-mini", "gpt-4o"
MS = 1_000_000


@dataclass(frozen=True)
class Call:
    """A request to a model: tokens in and out, cost in US dollars."""

    model: str
    sent: int
    received: int
    cost: float | None = None


@dataclass(frozen=True)
class Outcome:
    """What happened: on the run, or on a group of this name; `late` on a carrier, some time after the run's end."""

    name: str
    classification: str | None = None
    opts: dict = field(default_factory=dict)
    group: str | None = None
    late: bool = False


@dataclass(frozen=True)
class Run:
    """A run with its calls and outcomes, and the acts on the last outcome: name -> the runs that follow up."""

    label: str
    ms: int
    calls: tuple[Call, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    acts: dict[str, tuple["Run", ...]] = field(default_factory=dict)


BELOW = "Below Threshold"


def score(value, **more):
    return {"score": value, **more}


def first_try(i):
    return Run("Writer", 1000 + 10 * i, (Call(MINI, 100, 50 + i, 0.001),), (Outcome("Completed", "success", score(8)),))


def one_retry(i):
    second = Run(
        "Writer",
        2000 + 20 * i,
        (Call(MINI, 100, 100 + 2 * i, 0.002),),
        (Outcome("Completed", "success", score(9 if i % 2 else 7)),),
    )
    return Run("Writer", 1500, (Call(MINI, 100, 50, 0.001),), (Outcome(BELOW, None, score(3)),), {"retry": (second,)})


def two_retries(i):
    third = Run(
        "Writer",
        4000 + 10 * i,
        (Call(LARGE, 300, 200 + i, 0.01),),
        (Outcome("Reviewed", "neutral", group="Self-review"), Outcome("Completed", "success", score(9))),
    )
    second = Run(
        "Writer",
        5000 + 100 * i,
        (Call(MINI, 100, 100, 0.002), Call(MINI, 100, 100, 0.002)),
        (Outcome(BELOW, None, score(4)),),
        {"refine-prompt": (third,)},
    )
    return Run("Writer", 1500, (Call(MINI, 100, 50, 0.001),), (Outcome(BELOW, None, score(2)),), {"retry": (second,)})


def review(acts):
    return Run("Code review", 3000, (Call(MINI, 500, 100, 0.003),), (Outcome("Failed", "failure"),), acts)


def failed_again(i):
    second = Run("Code review", 6000 + 50 * i, (Call(LARGE, 500, 200, 0.02),), (Outcome("Failed", "failure"),))
    return review({"switch-model": (second,)})


def merged_later(i):
    second = Run("Code review", 7000 + 50 * i, (Call(LARGE, 500, 300),), (Outcome("Merged", late=True),))
    return review({"switch-model": (second,)})


def escalated(i):
    return review({"escalate": ()})


def decomposed(i):
    parts = (
        Run("Part", 400 + 10 * i, (Call(MINI, 60, 40, 0.0004),), (Outcome("Completed", "success"),)),
        Run("Part", 900 + 10 * i, (), (Outcome("Postponed", "neutral"),)),
    )
    rejected = Outcome("Rejected", "failure", group="Triage")
    return Run("Support", 800, (Call(MINI, 50, 50, 0.0005),), (rejected,), {"decompose": parts})


def without_outcome(i):
    return Run("Support", 200)


def iterated(i):
    def passed(coverage):
        return (Outcome("Passed", "success", score(coverage, metric="coverage")),)

    second = Run("Code review", 2500 + 10 * i, (Call(MINI, 500, 100, 0.003),), passed(0.25))
    return Run("Code review", 2000, (Call(MINI, 500, 100, 0.003),), passed(0.5), {"iterate": (second,)})


FAMILIES = (
    (60, first_try),
    (50, one_retry),
    (20, two_retries),
    (20, failed_again),
    (15, merged_later),
    (10, escalated),
    (10, decomposed),
    (5, without_outcome),
    (10, iterated),
)
CHAINS = [family(i) for count, family in FAMILIES for i in range(count)]


class Writer:
    """Chains as spans of OTLP JSON.

    `salt` makes the ids others, `start_ns` is when the first chain starts, `apart_ms` how long after it the next one
    does, `late_ms` how long after its run a late outcome comes. No number that is expected depends on them.
    """

    def __init__(self, salt="", start_ns=1_790_000_000_000_000_000, apart_ms=20_000, late_ms=3_600_000):
        self.salt = salt
        self.start_ns = start_ns
        self.apart_ms = apart_ms
        self.late_ms = late_ms
        self.runs = 0
        self.spans = []

    def write(self, chains):
        for number, first in enumerate(chains):
            self.run(f"{number}", first, self.start_ns + number * self.apart_ms * MS, {}, (), 1, None)
        return self.spans

    def run(self, name, run, start_ns, follows, links, position, chain_id):
        run_id, trace_id, span_id = self.ids("run", name)
        self.runs += 1
        chain_id = chain_id or run_id
        end_ns = start_ns + run.ms * MS
        groups = {outcome.group for outcome in run.outcomes} - {None}
        under = {None: (run_id, span_id, [])}
        for group in sorted(groups):
            group_id, _, group_span = self.ids("grp", f"{name} {group}")
            under[group] = (group_id, group_span, [])
        for number, call in enumerate(run.calls):
            self.call(f"{name} call {number}", call, trace_id, (run_id, span_id), start_ns, end_ns)
        carriers, following = [], []
        for number, outcome in enumerate(run.outcomes):
            last = number == len(run.outcomes) - 1
            outcome_id, _, _ = self.ids("oc", f"{name} {number}")
            at = end_ns + self.late_ms * MS if outcome.late else end_ns
            event = self.outcome(outcome, outcome_id, at)
            _, on_span, events = under[outcome.group]
            (carriers if outcome.late else events).append(event)
            for act_name, follow_ups in run.acts.items() if last else ():
                act_id, _, _ = self.ids("act", f"{name} {act_name}")
                events.append(self.act(act_name, act_id, outcome_id, at))
                says = self.follows(act_id, act_name, outcome, run_id, chain_id, position + 1)
                link = self.link(trace_id, on_span, act_id, act_name, outcome_id, outcome.name, run_id)
                following += [(follow_up, says, (link,)) for follow_up in follow_ups]
        root = {
            "gen_ai.operation.name": "invoke_workflow",
            "gen_ai.workflow.name": run.label,
            **follows,
            "warpmetrics.entity.type": "run",
            "warpmetrics.run.id": run_id,
        }
        self.span(
            trace_id, span_id, "", f"invoke_workflow {run.label}", (start_ns, end_ns), root, under[None][2], links
        )
        for group in sorted(groups):
            group_id, group_span, events = under[group]
            says = {
                "gen_ai.workflow.name": run.label,
                "warpmetrics.entity.type": "group",
                "warpmetrics.parent.id": run_id,
                "warpmetrics.group.id": group_id,
            }
            self.span(trace_id, group_span, span_id, group, (start_ns, end_ns), says, events)
        for number, event in enumerate(carriers):
            self.carrier(f"{name} carrier {number}", trace_id, span_id, run_id, event)
        for number, (follow_up, says, to_origin) in enumerate(following):
            start = end_ns + (number + 1) * 100 * MS
            self.run(f"{name}.{number}", follow_up, start, says, to_origin, position + 1, chain_id)

    def follows(self, act_id, act_name, outcome, run_id, chain_id, position):
        return {
            "warpmetrics.act.id": act_id,
            "warpmetrics.follows.run.id": run_id,
            "warpmetrics.follows.act.name": act_name,
            "warpmetrics.follows.outcome.name": outcome.name,
            "warpmetrics.chain.id": chain_id,
            "warpmetrics.chain.position": position,
        }

    def link(self, trace_id, span_id, act_id, act_name, outcome_id, outcome_name, run_id):
        says = {
            "warpmetrics.link.type": "follow_up",
            "warpmetrics.act.id": act_id,
            "warpmetrics.act.name": act_name,
            "warpmetrics.outcome.id": outcome_id,
            "warpmetrics.outcome.name": outcome_name,
            "warpmetrics.follows.run.id": run_id,
        }
        return {"traceId": trace_id, "spanId": span_id, "attributes": pairs(says)}

    def outcome(self, outcome, outcome_id, at):
        says = {"warpmetrics.outcome.id": outcome_id, "warpmetrics.outcome.name": outcome.name}
        if outcome.classification:
            says["warpmetrics.outcome.classification"] = outcome.classification
        if outcome.opts:
            says["warpmetrics.opts"] = json.dumps(outcome.opts)
        if "score" in outcome.opts and "metric" not in outcome.opts:
            # The same in the words of the GenAI conventions; a score in opts alone is one too.
            says["gen_ai.evaluation.name"] = "score"
            says["gen_ai.evaluation.score.value"] = float(outcome.opts["score"])
            says["gen_ai.evaluation.score.label"] = outcome.name
        return {"name": "warpmetrics.outcome", "timeUnixNano": str(at), "attributes": pairs(says)}

    def act(self, name, act_id, outcome_id, at):
        says = {"warpmetrics.act.id": act_id, "warpmetrics.act.name": name, "warpmetrics.outcome.id": outcome_id}
        return {"name": "warpmetrics.act", "timeUnixNano": str(at), "attributes": pairs(says)}

    def call(self, name, call, trace_id, under, start_ns, end_ns):
        call_id, _, span_id = self.ids("call", name)
        parent_id, parent_span = under
        says = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": call.model,
            "gen_ai.usage.input_tokens": call.sent,
            "gen_ai.usage.output_tokens": call.received,
            **({} if call.cost is None else {"gen_ai.usage.cost": call.cost}),
            "warpmetrics.entity.type": "call",
            "warpmetrics.parent.id": parent_id,
            "warpmetrics.call.id": call_id,
        }
        self.span(trace_id, span_id, parent_span, f"chat {call.model}", (start_ns, end_ns), says, kind=3)

    def carrier(self, name, trace_id, parent_span, target_id, event):
        _, _, span_id = self.ids("oc", name)
        says = {"warpmetrics.entity.type": "carrier", "warpmetrics.target.id": target_id}
        link = {
            "traceId": trace_id,
            "spanId": parent_span,
            "attributes": pairs({"warpmetrics.link.type": "target"}),
        }
        at = int(event["timeUnixNano"])
        self.span(trace_id, span_id, parent_span, event["name"], (at, at), says, [event], [link])

    def span(self, trace_id, span_id, parent_id, name, times, attributes, events=(), links=(), kind=1):
        start_ns, end_ns = times
        self.spans.append(
            {
                "traceId": trace_id,
                "spanId": span_id,
                **({"parentSpanId": parent_id} if parent_id else {}),
                "name": name,
                "kind": kind,
                "startTimeUnixNano": str(start_ns),
                "endTimeUnixNano": str(end_ns),
                "attributes": pairs(attributes),
                "events": list(events),
                "links": list(links),
                "status": {},
            }
        )

    def ids(self, kind, name):
        """A native id, and the trace and span id that follow from it."""
        digest = hashlib.blake2b(f"{self.salt}/{kind}/{name}".encode(), digest_size=16).digest()
        number = int.from_bytes(digest, "big")
        letters = "".join("0123456789abcdefghjkmnpqrstvwxyz"[number >> shift & 31] for shift in range(125, -5, -5))
        return f"wm_{kind}_{letters}", digest.hex(), digest[8:].hex()


def pairs(attributes):
    """Attributes as OTLP JSON has them."""

    def value(of):
        match of:
            case int():
                return {"intValue": str(of)}
            case float():
                return {"doubleValue": of}
        return {"stringValue": of}

    return [{"key": key, "value": value(of)} for key, of in attributes.items()]


def document(spans, service="two-hundred"):
    """Spans as what an OTLP exporter sends."""
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": pairs({"service.name": service})},
                "scopeSpans": [{"scope": {"name": "warpmetrics_otel"}, "spans": spans}],
            }
        ]
    }
