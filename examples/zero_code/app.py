"""Two agents answer a question. Nothing of Warpmetrics is in here, and nothing that sends anything anywhere."""

from openai import OpenAI
from opentelemetry import trace

client = OpenAI()
tracer = trace.get_tracer("answers")


def ask(agent: str, prompt: str) -> str:
    described = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": agent}
    with tracer.start_as_current_span(f"invoke_agent {agent}", attributes=described):
        answer = client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": prompt}])
        return answer.choices[0].message.content or ""


with tracer.start_as_current_span("answer a question"):
    facts = ask("Researcher", "How do bees talk?")
    print(ask("Writer", f"In one sentence: {facts}"))
