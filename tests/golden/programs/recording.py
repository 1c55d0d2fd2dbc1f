"""What the programs record with: their ended spans become one line of OTLP JSON each program, by the official encoder.

This runs in the environment of the recorded package, which has nothing of ours installed.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace

from opentelemetry.exporter.otlp.json.file import FileSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.trace import Status

# Longest first: an environment lies inside a checkout, and its interpreter elsewhere.
_MACHINE = sorted(
    {sys.prefix, sys.base_prefix, str(Path(__file__).parents[3]), str(Path.home())}, key=len, reverse=True
)
# Nothing of the machine, and nothing that differs each time.
_RESOURCE = Resource({"service.name": "golden"})


class Recorder(SpanProcessor):
    """Keeps the spans that end, and writes those of one program at a time."""

    def __init__(self) -> None:
        self._ended: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        """Keep it, without what would tell the machine."""
        self._ended.append(_portable(span))

    def write(self, program: str) -> None:
        """Write what has ended into the program's file, beside the script that runs it."""
        spans, self._ended = self._ended, []
        exporter = FileSpanExporter(beside(sys.argv[0], f"{program}.jsonl"))
        exporter.export(spans)
        exporter.shutdown()

    def provider(self) -> TracerProvider:
        """A provider whose spans end up here."""
        provider = TracerProvider(resource=_RESOURCE)
        provider.add_span_processor(self)
        return provider


def beside(script: str, name: str) -> Path:
    """The file of that name in a script's folder."""
    return Path(script).with_name(name)


def record(recorder: Recorder, programs: Sequence[Callable[..., object]], *given: object) -> None:
    """Run each program with what it is `given`, and write what it recorded under its name."""
    for program in programs:
        program(*given)
        recorder.write(program.__name__)


def _portable(span: ReadableSpan) -> ReadableSpan:
    # A processor of the package may still change what it was given: this is the span as it was at its end.
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=_RESOURCE,
        attributes=_scrubbed(span.attributes),
        events=[Event(event.name, _scrubbed(event.attributes), event.timestamp) for event in span.events],
        links=span.links,
        kind=span.kind,
        status=_scrubbed_status(span.status),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _scrubbed_status(status: Status) -> Status:
    if status.description is None:
        return status
    return Status(status.status_code, str(_without_paths(status.description)))


def _scrubbed(attributes: Mapping[str, object] | None) -> dict[str, object]:
    return {key: _without_paths(_without_stack(key, value)) for key, value in (attributes or {}).items()}


def _without_stack(key: str, value: object) -> object:
    # It quotes the code of whatever was installed, and says in its last line what the error was.
    return str(value).strip().rpartition("\n")[2] if key == "exception.stacktrace" else value


def _without_paths(value: object) -> object:
    if isinstance(value, str):
        for path in _MACHINE:
            value = value.replace(path, "")
    return value


WEATHER = SimpleNamespace(
    name="get_weather",
    description="The weather in a city.",
    parameters={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    says="18 degrees",
)
