"""Which of the chains that were read are wanted.

A chain is wanted as a whole, for what an act led to may be in a run that nobody asked for.
"""

from __future__ import annotations

from dataclasses import replace

from warpmetrics_otel import semconv
from warpmetrics_otel.read.chain import Chains
from warpmetrics_otel.read.model import Run
from warpmetrics_otel.read.source import Selection


def select(chains: Chains, selection: Selection) -> Chains:
    """The chains with at least one run that is wanted. What is unattached stays only when all chains are wanted."""
    if selection == Selection():
        return chains
    wanted = [chain for chain in chains.chains if any(_matches(run, selection) for run in chain.runs)]
    return replace(chains, chains=wanted, unattached=[])


def _matches(run: Run, selection: Selection) -> bool:
    started = run.span.start_ns
    return (
        not run.missing
        and (selection.since_ns is None or started >= selection.since_ns)
        and (selection.until_ns is None or started <= selection.until_ns)
        and selection.label in (None, run.label)
        and selection.service in (None, run.span.resource.get(semconv.SERVICE_NAME))
    )
