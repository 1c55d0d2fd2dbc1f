"""The six programs whose batches the vendor's SDK was seen to send, with our verbs and the real OpenAI client."""

import openai

from warpmetrics_otel.testing import Answer, Usage

REVIEW_OPTS = {
    "name": "Review PR #42",
    "pr": 42,
    "repo": "acme/api",
    "author": "alice",
    "link": "https://github.com/acme/api/pull/42",
    "draft": False,
    "score": 0.5,
    "none": None,
    "tags": ["a", "b"],
    "nested": {"a": [1, {"b": None}], "c.d": "ünï😀"},
    "empty": {},
    "list": [],
}


def answering():
    """What the model says: its greeting, or the score of the next attempt."""
    scores = iter(["3", "6", "9"])

    def answer(request):
        text = next(scores) if "Rate this output" in request.prompt else "Hello!"
        return Answer(text, usage=Usage(prompt=10, completion=5))

    return answer


def asking(wm, server):
    client = wm.warp(openai.OpenAI(api_key="key", base_url=server.openai_base_url, max_retries=0))

    def ask(content):
        return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": content}])

    return client, ask


def basic(wm, ask):
    run = wm.run("Summarizer")
    wm.call(run, ask("Summarize this article..."))
    wm.outcome(run, "Completed")


def opts(wm, ask):
    run = wm.run("Code review", REVIEW_OPTS)
    wm.outcome(run, "Failed", {"reason": "Tests failing"})


def refinement(wm, ask):
    first = wm.run("Content generator")
    wm.call(wm.group(first, "Drafting"), ask("draft"))
    low = wm.outcome(first, "Low Quality", {"reason": "Too generic, needs more specific examples"})
    refine = wm.act(low, "Refine Prompt", {"change": "Added domain-specific examples to prompt"})
    second = wm.run(refine, "Content generator")
    wm.call(wm.group(second, "Drafting"), ask("draft 2"))
    wm.outcome(second, "Completed", {"quality": "good"})


def loop(wm, ask):
    retry = None
    for attempt in (1, 2, 3):
        run = wm.run("Writer", {"attempt": attempt}, follows=retry)
        generate = wm.group(run, "Generate")
        drafted = ask("task")
        wm.call(generate, drafted)
        review = wm.group(run, "Self-review")
        rated = ask(f"Rate this output 1-10: {drafted.choices[0].message.content}")
        wm.call(review, rated)
        score = int(rated.choices[0].message.content)
        if score >= 8:
            wm.outcome(run, "Completed", {"score": score})
            return
        below = wm.outcome(run, "Below Threshold", {"score": score})
        retry = wm.act(below, "retry", {"targetScore": 8, "actualScore": score})


def nested(wm, ask):
    run = wm.run("Nested")
    outer = wm.group(run, "Outer", {"phase": 1})
    innermost = wm.group(wm.group(outer, "Inner"), "Innermost")
    wm.outcome(innermost, "Deep")
    wm.outcome(outer, "Shallow", {"n": 1})
    wm.outcome(run, "Completed")


def traced(wm, ask):
    run = wm.run("Traced")
    helpful = wm.record_call(
        run,
        provider="google",
        model="gemini-2.0-flash",
        messages=[{"role": "user", "content": "Hello"}],
        response="Hi there!",
        tools=["search"],
        tool_calls=[{"id": "t1", "name": "search", "arguments": "{}"}],
        tokens={"prompt": 10, "completion": 5},
        duration_ms=230,
        started_at="2026-02-01T10:00:00.000Z",
        ended_at="2026-02-01T10:00:00.230Z",
        status="success",
        cost=0.0001,
        opts={"temperature": 0.2},
    )
    wm.outcome(helpful, "Helpful")
    wm.record_call(
        run,
        provider="cohere",
        model="command-r",
        duration_ms=12,
        ended_at="2026-02-01T10:00:01.000Z",
        error="Rate limited",
    )
    wm.record_call(run, provider="cohere", model=None, messages=[])


PROGRAMS = (basic, opts, refinement, loop, nested, traced)
