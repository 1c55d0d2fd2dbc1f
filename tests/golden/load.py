"""The recorded files as translation gets them."""

from pathlib import Path

from warpmetrics_otel.read.otlp_file import read_spans
from warpmetrics_otel.translate.views import Event, Link, Span

HERE = Path(__file__).parent
PACKAGES = sorted(script.parent.name for script in HERE.glob("*/record.*"))


def programs(package: str) -> list[str]:
    """What was recorded of a package, by name."""
    return sorted(path.stem for path in (HERE / package).glob("*.jsonl"))


def golden(package: str, program: str) -> list[Span]:
    """The spans of one recording, in the order in which they ended."""

    def malformed(what):
        raise AssertionError(f"{what}: a golden file is whole")

    return [_viewed(span) for span in read_spans(HERE / package / f"{program}.jsonl", on_malformed=malformed)]


def _viewed(span):
    return Span(
        trace_id=int(span.trace_id, 16),
        span_id=int(span.span_id, 16),
        parent_span_id=int(span.parent_id or "0", 16),
        name=span.name,
        kind=span.kind,
        start_ns=span.start_ns,
        end_ns=span.end_ns,
        attributes=span.attributes,
        events=[Event(event.name, event.time_ns, event.attributes) for event in span.events],
        links=[Link(int(link.trace_id, 16), int(link.span_id, 16), link.attributes) for link in span.links],
        status_code=span.status_code,
        status_message=span.status_message,
        scope=span.scope,
    )
