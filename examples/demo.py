"""The self-improving writer: it rates its own text and tries again until it is good enough.

Three runs of an agent, recorded through the real OpenAI client, written to a file of OTLP JSON lines, read
back from that file and shown as the chain that they are. The model is a small server in this process, so it
needs no key. With OTEL_EXPORTER_OTLP_ENDPOINT set, everything is sent there too.
"""

import os
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from openai import OpenAI

import warpmetrics_otel as wm
from warpmetrics_otel.read import Chain, assemble, read_spans
from warpmetrics_otel.read.render import show_chain, terminal
from warpmetrics_otel.testing import ProviderServer
from warpmetrics_otel.testing.providers import Request

TASK = "Write two sentences about a harbour in the rain."
TARGET_SCORE = 8
DRAFTS = {
    "It rains in the harbour.": 3,
    "It rains in the harbour. The boats are wet.": 6,
    "Rain stitches the harbour to the sky. Nobody on the quay looks up but the gulls.": 9,
}


def model(request: Request) -> str:
    """Answer with the score of the draft that is to be rated, else with the draft after the one that is shown."""
    drafts = list(DRAFTS)
    shown = [draft for draft in drafts if request.prompt.endswith(draft)]
    if request.prompt.startswith("Rate"):
        return str(DRAFTS[shown[-1]])
    return drafts[drafts.index(shown[-1]) + 1] if shown else drafts[0]


def self_improving_writer(client: OpenAI, max_attempts: int = 3) -> None:
    def ask(prompt: str) -> str:
        answer = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": prompt}])
        return answer.choices[0].message.content or ""

    act, prompt = None, TASK
    for attempt in range(1, max_attempts + 1):
        with wm.run("Writer", {"attempt": attempt}, follows=act) as run:
            with wm.group(run, "Generate"):
                draft = ask(prompt)
            with wm.group(run, "Self-review"):
                score = int(ask(f"Rate this output 1-10: {draft}"))
            if score >= TARGET_SCORE:
                wm.outcome(run, "Completed", {"score": score})
                break
            below = wm.outcome(run, "Below Threshold", {"score": score})
            act = wm.act(below, "retry", {"targetScore": TARGET_SCORE, "actualScore": score})
            prompt = f"{TASK} Do better than this: {draft}"


def say_where_to_look(chain: Chain, endpoint: str) -> None:
    first = chain.runs[0]
    host = urlsplit(endpoint if "://" in endpoint else f"//{endpoint}").hostname
    jaeger = f"http://{host}:16686"
    print(f"\nSent to {endpoint} too. With Jaeger there, its page is usually {jaeger}:")
    print(f"  the first run:       {jaeger}/trace/{first.span.trace_id}")
    print(f"  its follow-up runs:  service {os.environ['OTEL_SERVICE_NAME']}, tag warpmetrics.chain.id={chain.id}")


def main() -> None:
    os.environ.setdefault("OTEL_SERVICE_NAME", "self-improving-writer")
    endpoint = os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    spans = Path(tempfile.mkdtemp(prefix="warpmetrics-demo-")) / "spans.jsonl"

    wm.configure(otlp_file=spans, classifications={"Below Threshold": "failure"})
    with ProviderServer(model) as server:
        self_improving_writer(wm.warp(OpenAI(base_url=server.openai_base_url, api_key="demo")))
    flushed = wm.flush()

    (chain,) = assemble(read_spans(spans)).chains
    show_chain(terminal(), chain)
    print(f"\nRead back from {spans}. The same again, or for programs:")
    print(f"  warpmetrics-otel chain --otlp-file {spans} [--json]")
    if not flushed:
        sys.exit(f"Not everything could be sent: {flushed}")
    if endpoint:
        say_where_to_look(chain, endpoint)


if __name__ == "__main__":
    main()
