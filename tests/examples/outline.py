"""A chain as an indented outline, so that a test can say what it expects as its reader would draw it."""

import json

from warpmetrics_otel.read.model import Call, Chain, Parent


def outline(chain: Chain) -> str:
    """Return one line for each run, group, call, outcome and act of a chain, what belongs together indented."""
    lines: list[str] = []
    for root in chain.roots:
        _add(lines, root, 0)
    return "\n".join(lines)


def _add(lines, entity, depth):
    kind = type(entity).__name__.lower()
    name = entity.label
    if isinstance(entity, Call):
        name = f"{entity.model} {entity.input_tokens}+{entity.output_tokens}"
    lines.append(f"{'  ' * depth}{kind} {name}{_opts(entity)}")
    if isinstance(entity, Parent):
        for child in entity.children:
            _add(lines, child, depth + 1)
    for outcome in entity.outcomes:
        lines.append(f"{'  ' * (depth + 1)}outcome {outcome.name}{_opts(outcome)}")
        for act in outcome.acts:
            lines.append(f"{'  ' * (depth + 2)}act {act.name}{_opts(act)}")
            for follow_up in act.follow_ups:
                _add(lines, follow_up, depth + 3)


def _opts(entity):
    return f" {json.dumps(entity.opts.value)}" if entity.opts.value else ""
