"""Every example of the product's pages on runs and acts, run as a user runs it, and the tree that it records."""

from textwrap import dedent

import pytest

from tests.examples.outline import outline
from warpmetrics_otel.read import assemble, read_spans

pytestmark = pytest.mark.wheel


def outlines(chains):
    assert chains.unattached == []
    return [outline(chain) for chain in chains.chains]


def test_a_run_with_a_call_and_an_outcome(run_example):
    assert outlines(run_example("run_basic.py")) == [
        dedent("""\
            run Summarizer
              call gpt-4o 3+11
              outcome Completed""")
    ]


def test_labels_say_what_kind_of_work_it_is(run_example):
    assert outlines(run_example("run_labels.py")) == [
        "run Code review",
        "run Support ticket",
        "run Content generation",
        "run Code review PR #42",
        "run Support ticket for John",
        'run Code review {"pr": 42}',
        'run Support ticket {"customer": "John"}',
    ]


def test_opts_of_a_run(run_example):
    (chain,) = run_example("run_opts.py").chains
    assert (chain.roots[0].label, chain.roots[0].opts.value) == (
        "Code review",
        {
            "name": "Review PR #42",
            "pr": 42,
            "repo": "acme/api",
            "author": "alice",
            "link": "https://github.com/acme/api/pull/42",
        },
    )


def test_a_follow_up_run_hangs_on_the_act(run_example):
    chains = run_example("run_follow_up.py")
    assert outlines(chains) == [
        dedent("""\
            run Code review
              call gpt-4o 10+2
              outcome Failed {"reason": "Tests failing"}
                act retry
                  run Code review
                    call gpt-4o 10+2
                    outcome Completed""")
    ]
    first, second = chains.chains[0].runs
    assert (first.failed, first.error, second.failed) == (True, "Failed", False)
    assert (second.chain_id, second.position) == (first.id, 2)


def test_a_follow_up_run_from_the_ref_of_an_act(run_example):
    chains = run_example("run_from_ref.py")
    assert outlines(chains) == [
        dedent("""\
            run Code review {"attempt": 1}
              outcome Failed {"reason": "Tests failing"}
                act retry
                  run Code review {"attempt": 2}
                    outcome Completed""")
    ]
    assert chains.chains[0].runs[1].position == 2


def test_a_prompt_is_refined(run_example):
    assert outlines(run_example("acts_refine.py")) == [
        dedent("""\
            run Content generator
              group Drafting
                call gpt-4o 3+3
              outcome Low Quality {"reason": "Too generic, needs more specific examples"}
                act Refine Prompt {"change": "Added domain-specific examples to prompt"}
                  run Content generator
                    group Drafting
                      call gpt-4o 11+10
                    outcome Completed {"quality": "good"}""")
    ]


def test_an_agent_improves_its_own_text(said_by_example, tmp_path):
    said_by_example("demo.py", TMPDIR=str(tmp_path))
    (spans,) = tmp_path.glob("*/spans.jsonl")
    assert outlines(assemble(read_spans(spans))) == [
        dedent("""\
            run Writer {"attempt": 1}
              group Generate
                call gpt-4o 9+5
              group Self-review
                call gpt-4o 9+1
              outcome Below Threshold {"score": 3}
                act retry {"targetScore": 8, "actualScore": 3}
                  run Writer {"attempt": 2}
                    group Generate
                      call gpt-4o 18+9
                    group Self-review
                      call gpt-4o 13+1
                    outcome Below Threshold {"score": 6}
                      act retry {"targetScore": 8, "actualScore": 6}
                        run Writer {"attempt": 3}
                          group Generate
                            call gpt-4o 22+16
                          group Self-review
                            call gpt-4o 20+1
                          outcome Completed {"score": 9}""")
    ]


def test_the_common_names_of_acts(run_example):
    chains = run_example("acts_names.py").chains
    assert len(chains) == 7
    acts = [chain.roots[0].outcomes[0].acts[0] for chain in chains]
    assert [act.name for act in acts] == [
        "Retry",
        "Refine Prompt",
        "Switch Model",
        "Decompose",
        "Escalate",
        "Add Context",
        "Fix and Retry",
    ]
    assert all(act.opts.value for act in acts)
    assert [[run.outcomes[0].name for run in act.follow_ups] for act in acts] == [["Completed"]] * 7
