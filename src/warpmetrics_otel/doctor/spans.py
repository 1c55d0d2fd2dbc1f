"""Where spans go: the provider in force, its sampler, whether it keeps our ids, and what is known of its exporters.

Only what OpenTelemetry makes public is asked: which processors a provider has is not.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
from collections.abc import Iterator
from pathlib import Path

from opentelemetry import trace
from opentelemetry.sdk.trace import Tracer as SdkTracer
from opentelemetry.sdk.trace import TracerProvider as SdkTracerProvider

from warpmetrics_otel.doctor.heard import heard
from warpmetrics_otel.doctor.report import Finding, Status
from warpmetrics_otel.record import exporters
from warpmetrics_otel.record.settings import Settings

_OURS = re.compile(r"WarpmetricsSampler\{(.*)\}")
_PARENT_BASED = re.compile(r"ParentBased\{root:(.*?),remoteParentSampled:.*")
_NOWHERE = (
    "Set OTEL_EXPORTER_OTLP_ENDPOINT (for example http://localhost:4318), give configure(otlp_file=…) or "
    "configure(tracer_provider=…), or set WARPMETRICS_API_KEY for the native API."
)


def span_findings(settings: Settings, provider: trace.TracerProvider | None) -> Iterator[Finding]:
    """Look at where spans go.

    Args:
        settings: what is in force.
        provider: the provider in force; None where the first verb would make a private one.
    """
    if provider is None:
        yield from _private(settings)
        with heard("opentelemetry") as said:
            # Asked for its sampler only; nothing is recorded with it.
            throwaway = SdkTracerProvider(shutdown_on_exit=False)
        for text in said:
            yield Finding("sampler", Status.CHANGE, text, "Correct OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG.")
        yield from _sampler(throwaway)
    else:
        yield from _provider(provider, settings)
    if settings.run_parent is not None:
        yield Finding(
            "ids",
            Status.NOTE,
            "Runs join the trace they are started in (run_parent), so a run's id does not give its trace.",
            "Store .ref where ids are stored.",
        )
    if settings.otlp_file is not None:
        yield from _file(settings.otlp_file)


def _private(settings: Settings) -> Iterator[Finding]:
    names = exporters.names()
    missing = [name for name in names if name != "none" and not exporters.is_installed(name)]
    for name in missing:
        yield Finding(
            "spans",
            Status.CHANGE,
            f"OTEL_TRACES_EXPORTER names {name}, which no installed package provides.",
            "Install the package, or name another.",
        )
    here = [name for name in names if name != "none" and name not in missing]
    if here:
        yield Finding("spans", Status.FINE, f"No provider is set: one of our own exports to {', '.join(here)}.")
    elif settings.otlp_file is not None:
        yield Finding("spans", Status.FINE, "No provider is set: one of our own writes to the file only.")
    elif "none" in names or settings.api_key is not None:
        yield Finding("spans", Status.NOTE, "No provider is set and no exporter named: no backend gets spans.")
    elif not missing:
        yield Finding("spans", Status.CHANGE, "What is recorded is sent nowhere.", _NOWHERE)


def _provider(provider: trace.TracerProvider, settings: Settings) -> Iterator[Finding]:
    name = f"{type(provider).__module__}.{type(provider).__qualname__}"
    whose = "given to configure()" if provider is settings.tracer_provider else "in force"
    if isinstance(provider, trace.NoOpTracerProvider):
        text = f"The provider {whose} is {name}, which records nothing."
        yield Finding("spans", Status.CHANGE, text, "Set a provider of the SDK, or unset OTEL_SDK_DISABLED.")
        return
    yield Finding("spans", Status.FINE, f"The provider {whose} is {name}.")
    yield Finding(
        "spans",
        Status.NOTE,
        "Which processors and exporters it has is not public in OpenTelemetry; whoever made it knows.",
    )
    try:
        tracer = provider.get_tracer("warpmetrics_otel")
    except Exception as error:  # noqa: BLE001 -- a provider of the user's may raise anything
        text = f"The provider raises {type(error).__name__} when it is asked for a tracer."
        yield Finding("spans", Status.CHANGE, text, "Use another provider.")
        return
    if isinstance(tracer, SdkTracer):
        yield Finding("ids", Status.FINE, "The provider keeps ids: a run's id gives its trace.")
    else:
        text = "The provider makes ids of its own, so a run's id does not give its trace."
        yield Finding("ids", Status.NOTE, text, "Store .ref where ids are stored.")
    if isinstance(provider, SdkTracerProvider):
        yield from _sampler(provider)


def _sampler(provider: SdkTracerProvider) -> Iterator[Finding]:
    # A run has no parent: what its root is sampled by decides.
    described = _PARENT_BASED.sub(r"\1", _OURS.sub(r"\1", provider.sampler.get_description()))
    if described == "AlwaysOffSampler":
        text = f"The sampler {described} samples nothing: no backend gets spans."
        yield Finding("sampler", Status.CHANGE, text, "Check OTEL_TRACES_SAMPLER.")
    elif described == "AlwaysOnSampler":
        yield Finding("sampler", Status.FINE, f"The sampler {described} samples every run.")
    else:
        yield Finding("sampler", Status.NOTE, f"The sampler {described} decides which runs a backend gets.")


def _file(path: str | os.PathLike[str]) -> Iterator[Finding]:
    try:
        importlib.metadata.version("opentelemetry-exporter-otlp-json-file")
    except importlib.metadata.PackageNotFoundError:
        text = "otlp_file needs one more package."
        yield Finding("file", Status.CHANGE, text, 'Run: pip install "warpmetrics-otel[file]"')
        return
    target = Path(path)
    folder = target if target.exists() else target.parent
    if target.is_dir() or not os.access(folder, os.W_OK):
        text = f"{target} cannot be written."
        yield Finding("file", Status.CHANGE, text, "Make its folder, or name a file that this user may write.")
    else:
        yield Finding("file", Status.FINE, f"Spans are written to {target}.")
