"""What the local model answers, by the last message it is asked: one script for every client and framework.

The expectations of the tests are written from this page and from the programs, never from what was recorded.
"""

from warpmetrics_otel.testing import Answer, Request, ToolCall, Usage

ANSWERS = {
    "What is the capital of France?": Answer(text="Paris.", usage=Usage(prompt=21, completion=3)),
    "Count to five.": Answer(text="One two three four five.", usage=Usage(prompt=12, completion=9)),
    "What is the weather in Paris?": Answer(
        tool_calls=(ToolCall("get_weather", {"city": "Paris"}, id="call_weather"),),
        usage=Usage(prompt=62, completion=15),
    ),
    # What the tool said.
    "18 degrees": Answer(text="It is 18 degrees in Paris.", usage=Usage(prompt=85, completion=11)),
    # Chat completions have no word for what was written to the cache, and leave that number out.
    "Summarise the contract.": Answer(
        text="It may be ended by either side.", usage=Usage(prompt=2048, completion=20, cached=1536, cache_write=256)
    ),
    "How many primes are below ten?": Answer(
        text="Four.", reasoning="They are 2, 3, 5 and 7.", usage=Usage(prompt=15, completion=80, reasoning=64)
    ),
    "Ask too often.": Answer(status=429, message="Too many requests."),
    "Ask for nonsense.": Answer(status=400, message="Nothing can be made of this."),
    "Rain is wet.": Answer(usage=Usage(prompt=5, completion=0)),
    "Draft a slogan for rain.": Answer(text="Sunshine, but wet.", usage=Usage(prompt=30, completion=8)),
    "Review: Sunshine, but wet.": Answer(text="Approved.", usage=Usage(prompt=41, completion=4)),
    "I want my money back.": Answer(
        tool_calls=(ToolCall("transfer_to_refunds", {}, id="call_refunds"),), usage=Usage(prompt=90, completion=12)
    ),
    # What the hand-over to another agent says.
    '{"assistant": "Refunds"}': Answer(text="It is on its way.", usage=Usage(prompt=110, completion=7)),
}

# The model that answers is a dated one, as it is with the providers.
DATED = {
    "gpt-5-mini": "gpt-5-mini-2025-08-07",
    "claude-sonnet-4-5": "claude-sonnet-4-5-20250929",
    "text-embedding-3-small": "text-embedding-3-small",
}


def respond(request: Request) -> Answer:
    """The answer of the script; to anything else, an error that says so."""
    said = ANSWERS.get(request.prompt.strip())
    if said is None:
        return Answer(status=404, message=f"the script has no answer to {request.prompt!r}")
    return Answer(**{**vars(said), "model": DATED[request.model]})
