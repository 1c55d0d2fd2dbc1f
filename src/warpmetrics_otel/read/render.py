"""Chains -> a coloured tree for a terminal, with rich.

A run that follows up hangs on its act, as the product's pages draw it. Beyond what the width of the screen has
room for, a chain goes on in a new tree at the margin.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.text import Text
from rich.tree import Tree

from warpmetrics_otel import semconv
from warpmetrics_otel.read.model import Act, Call, Chain, Entity, Group, Item, Outcome, Parent, Run
from warpmetrics_otel.read.statistics.changes import BETTER, SAME, WORSE, Change, changes
from warpmetrics_otel.read.statistics.differences import differences
from warpmetrics_otel.read.statistics.judge import Judge, verdict_of
from warpmetrics_otel.read.statistics.looks import LOOKS
from warpmetrics_otel.read.totals import Totals, totals
from warpmetrics_otel.read.values import Opts
from warpmetrics_otel.read.words import cost, count, duration, many, opts_words, printable

_RESULT_STYLES = {BETTER: ("▲ better", "green"), WORSE: ("▼ worse", "red"), SAME: ("= same", "yellow")}
_MAX_DIFFERENCES = 6
_COLUMNS_A_LEVEL = 4
_COLUMNS_FOR_TEXT = 40
_COLUMNS_IN_A_RUN = 16
_LEAST_ROOM = 40
_MOST_ROOM = 200
_WIDTH_OF_A_FILE = 1000
_WORTH_SAYING_NS = 10**9


def terminal() -> Console:
    """A console on standard output.

    Without a terminal nobody sees a line wrap, and what reads the lines wants each of them whole.
    """
    return Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH_OF_A_FILE)


def show_chain(console: Console, chain: Chain, judge: Judge | None = None) -> None:
    """Print a chain as one or more trees, then what it took altogether."""
    for part in render_chain(chain, console.width, judge or Judge()):
        console.print(part)


def render_chain(chain: Chain, width: int, judge: Judge) -> Iterator[RenderableType]:
    """A chain as things that rich prints.

    Args:
        chain: What to show.
        width: How many columns there are. Everything nests as deep as leaves room to read it; three runs always do.
        judge: Says which outcomes are successes and failures.
    """
    room = min(max(width - _COLUMNS_FOR_TEXT, _LEAST_ROOM), _MOST_ROOM)
    changed = changes(chain, judge)
    waiting = list(reversed(chain.roots))
    while waiting:
        tree, continued = _tree(waiting.pop(), room, changed, judge, numbered=len(chain.runs) > 1)
        yield tree
        waiting.extend(reversed(continued))
    yield _summary(chain)


def _tree(root: Run, room: int, changed: dict[str, Change], judge: Judge, *, numbered: bool) -> tuple[Tree, list[Run]]:
    """A run with everything beneath it, and the follow-up runs that are too deep to be shown in it."""
    top = Tree(_run(root, numbered=numbered), guide_style="dim")
    continued: list[Run] = []
    waiting: deque[tuple[Tree, Item, int]] = deque([(top, root, 0)])
    while waiting:
        branch, entity, column = waiting.popleft()
        deeper = column + _COLUMNS_A_LEVEL
        if entity.id in changed and (line := _change(changed[entity.id])):
            branch.add(line)
        for child in entity.children if isinstance(entity, Parent) else ():
            leaf = branch.add(_call(child) if isinstance(child, Call) else _group(child))
            # What would be too deep stands beside its parent instead.
            waiting.append((leaf, child, deeper) if deeper < room else (branch, child, column))
        for outcome in entity.outcomes:
            of_outcome = branch.add(_outcome(outcome, entity, judge))
            for act in outcome.acts:
                of_act = of_outcome.add(_act(act))
                for run in act.follow_ups:
                    of_run = column + 3 * _COLUMNS_A_LEVEL
                    if of_run + _COLUMNS_IN_A_RUN <= room:
                        waiting.append((of_act.add(_run(run, numbered=True)), run, of_run))
                    else:
                        of_act.add(Text(f"{_run_title(run, numbered=True)} goes on below", style="dim"))
                        continued.append(run)
    return top, continued


def _run(run: Run, *, numbered: bool) -> Text:
    line = Text.assemble((_run_title(run, numbered=numbered), "bold cyan"))
    if run.label:
        line.append(f" {printable(run.label)}", style="bold")
    if run.follows is not None:
        line.append(" ← follow-up", style="cyan")
    _append_opts(line, run.opts)
    if run.missing:
        line.append("  not among these spans: still open, lost, or recorded elsewhere", style="yellow")
    else:
        spent = totals([run])
        facts = [_calls(spent), _tokens(spent.input_tokens, spent.output_tokens), _cost(spent.cost)]
        _append_facts(line, [*facts, duration(run.duration_ns)])
    if run.error not in {outcome.name for outcome in run.outcomes}:
        _append_error(line, run)
    line.append(f"  {printable(run.id)}", style="dim")
    return line


def _run_title(run: Run, *, numbered: bool) -> str:
    return f"Run {run.number}" if numbered and run.number else "Run"


def _group(group: Group) -> Text:
    line = Text.assemble(("Group ", "dim"), printable(group.label))
    _append_opts(line, group.opts)
    _append_facts(line, [duration(group.duration_ns)])
    _append_error(line, group)
    return line


def _call(call: Call) -> Text:
    line = Text.assemble(("Call ", "dim"), (printable(call.model or call.label), "magenta"))
    _append_opts(line, call.opts)
    operation = call.operation if call.operation != semconv.OPERATION_CHAT else None
    kind = [printable(word) for word in (operation, call.provider) if word]
    tokens = _tokens(call.input_tokens or 0, call.output_tokens or 0)
    _append_facts(line, [*kind, tokens, _cost(call.cost), duration(call.duration_ns)])
    _append_error(line, call)
    return line


def _change(change: Change) -> Text | None:
    """What changed from the run that is followed up; what each took stands beside it anyway."""
    result = _RESULT_STYLES.get(change.result or "")
    found = differences(change)
    if result is None and not found:
        return None
    words = [f"{each.what} {each.before} → {each.after}" for each in found[:_MAX_DIFFERENCES]]
    if len(found) > _MAX_DIFFERENCES:
        words.append("…")
    line = Text.assemble(("Change", "dim"))
    if result is not None:
        line.append(" ").append(*result)
    if words:
        line.append(f"  {' · '.join(words)}", style="italic")
    return line


def _outcome(outcome: Outcome, of: Entity, judge: Judge) -> Text:
    look = LOOKS[verdict_of(outcome, judge)]
    line = Text.assemble(("Outcome ", "dim"), (f"{look.sign} {printable(outcome.name)}", f"bold {look.colour}"))
    _append_opts(line, outcome.opts)
    if outcome.missing:
        line.append("  not among these spans", style="yellow")
    elif outcome.carried and of.span.end_ns and (later := outcome.time_ns - of.span.end_ns) >= _WORTH_SAYING_NS:
        line.append(f"  {duration(later)} later", style="dim")
    return line


def _act(act: Act) -> Text:
    line = Text.assemble(("Act ", "dim"), (f"→ {printable(act.name)}", "bold blue"))
    _append_opts(line, act.opts)
    if act.missing:
        line.append("  not among these spans", style="yellow")
    return line


def _summary(chain: Chain) -> Text:
    spent = totals(chain.runs)
    runs = many(spent.runs, "run")
    facts = [runs, _calls(spent), _tokens(spent.input_tokens, spent.output_tokens), _cost(spent.cost)]
    words = " · ".join(filter(None, [*facts, duration(spent.duration_ns)]))
    return Text.assemble(("Chain ", "dim"), (printable(chain.id), "dim"), (f": {words}", "dim"))


def _calls(spent: Totals) -> str:
    if not spent.calls:
        return ""
    failed = f", {count(spent.failed_calls)} failed" if spent.failed_calls else ""
    return f"{many(spent.calls, 'call')}{failed}"


def _tokens(sent: float, received: float) -> str:
    return f"{count(sent)} → {count(received)} tokens" if sent or received else ""


def _cost(dollars: float | None) -> str:
    return "" if dollars is None else cost(dollars)


def _append_opts(line: Text, opts: Opts) -> None:
    words = opts_words(opts)
    if words:
        line.append(f"  {words}", style="yellow" if opts.cut else "italic")


def _append_facts(line: Text, facts: list[str]) -> None:
    words = " · ".join(filter(None, facts))
    if words:
        line.append(f"  {words}", style="dim")


def _append_error(line: Text, entity: Entity) -> None:
    if entity.failed:
        line.append(f"  failed: {printable(entity.error)}" if entity.error else "  failed", style="red")
