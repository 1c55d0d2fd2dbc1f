"""What walking each page must have recorded: one function a page, given the chains in order of time.

Read with the package's own reader, which has tests of its own; the README's chain is also looked up in Jaeger.
"""

from collections.abc import Callable, Sequence

from warpmetrics_otel.read import Call, Chain, Group, Run

Check = Callable[[Sequence[Chain]], None]


def calls(run: Run) -> list[Call]:
    return [entity for entity in run.descendants() if isinstance(entity, Call)]


def groups(run: Run) -> list[Group]:
    return [entity for entity in run.descendants() if isinstance(entity, Group)]


def outcomes(run: Run) -> list[str]:
    return [outcome.name for outcome in run.outcomes]


def the_only_run(chains: Sequence[Chain]) -> Run:
    ((run,),) = [chain.runs for chain in chains]
    return run


def readme(chains: Sequence[Chain]) -> None:
    # The same program ran twice: once without a backend, once with Jaeger.
    *attempts, summarizer = chains
    assert len(attempts) == 2
    for chain in attempts:
        first, second = chain.runs
        assert (first.label, outcomes(first)) == ("Code review", ["Failed"])
        assert (second.label, outcomes(second)) == ("Code review", ["Completed"])
        assert [act.name for act in first.outcomes[0].acts] == ["retry"]
        assert first.outcomes[0].acts[0].follow_ups == [second]
    (group,) = groups(summarizer.runs[0])
    assert [call.model for call in group.children] == ["gpt-4o"]


def fastapi(chains: Sequence[Chain]) -> None:
    run = the_only_run(chains)
    assert (run.label, outcomes(run), run.failed) == ("Support answer", ["Completed"], False)
    (call,) = calls(run)
    assert call.input_tokens > 0
    assert call.output_tokens > 0


def celery(chains: Sequence[Chain]) -> None:
    (chain,) = chains
    first, second = chain.runs
    assert [outcomes(run) for run in (first, second)] == [["Failed"], ["Completed"]]
    assert [len(calls(run)) for run in (first, second)] == [1, 1]
    assert second.follows.act_name == "Fix and retry"
    assert second.position == 2


def aws_lambda(chains: Sequence[Chain]) -> None:
    assert [run.opts.value for chain in chains for run in chain.runs] == [{"document": "a.txt"}, {"document": "b.txt"}]


def privacy(chains: Sequence[Chain]) -> None:
    run = the_only_run(chains)
    assert run.opts.value == {"from": "[email]", "login": {"password": "[hidden]"}}
    assert run.outcomes[0].opts.value == {"reply_to": ["[email]"]}


def statistics(chains: Sequence[Chain]) -> None:
    assert [[outcomes(run) for run in chain.runs] for chain in chains] == [[["Below Threshold"], ["Completed"]]] * 3


def threads(chains: Sequence[Chain]) -> None:
    run = the_only_run(chains)
    assert sorted(group.opts.value["language"] for group in groups(run)) == ["French", "German", "Italian"]
    assert [len(group.children) for group in groups(run)] == [1, 1, 1]


def notebook(chains: Sequence[Chain]) -> None:
    run = the_only_run(chains)
    assert (len(calls(run)), outcomes(run), run.end_reason) == (1, ["Completed"], "end")


def command_line(chains: Sequence[Chain]) -> None:
    run = the_only_run(chains)
    assert (run.opts.value["question"], outcomes(run)) == ("Why is the sea salty", ["Completed"])
    assert calls(run)[0].output_tokens > 0


def late_outcomes(chains: Sequence[Chain]) -> None:
    (chain,) = chains
    first, second = chain.runs
    assert outcomes(first) == ["Review posted", "Failed", "Commented"]
    assert [outcome.carried for outcome in first.outcomes] == [False, True, True]
    assert second.follows.act_name == "retry"


def reading(chains: Sequence[Chain]) -> None:
    (chain,) = chains
    assert [outcomes(run) for run in chain.runs] == [["Failed"], ["Completed"]]


def from_javascript(chains: Sequence[Chain]) -> None:
    (chain,) = chains
    assert [outcomes(run) for run in chain.runs] == [["Below Threshold"], ["Below Threshold"], ["Completed"]]
    assert [run.number for run in chain.runs] == [1, 2, 3]
    assert [[group.label for group in groups(run)] for run in chain.runs] == [["Generate", "Self-review"]] * 3


EXPECTED: dict[str, Check] = {
    "README.md": readme,
    "docs/privacy.md": privacy,
    "docs/reading.md": reading,
    "docs/recipes/aws-lambda.md": aws_lambda,
    "docs/recipes/celery.md": celery,
    "docs/recipes/command-line.md": command_line,
    "docs/recipes/fastapi.md": fastapi,
    "docs/recipes/from-javascript.md": from_javascript,
    "docs/recipes/late-outcomes.md": late_outcomes,
    "docs/recipes/notebook.md": notebook,
    "docs/recipes/threads.md": threads,
    "docs/statistics.md": statistics,
}
