// What is asked through the Vercel AI SDK, for each of its telemetries: one function a recording.
// `telemetry` is what every call is given besides.

import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { embedMany, generateText, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

import { tracer } from "./recording.mjs";

const openai = createOpenAI({ baseURL: process.env.OPENAI_BASE_URL });
const anthropic = createAnthropic({ baseURL: `${process.env.ANTHROPIC_BASE_URL}/v1` });
const GPT = openai.chat("gpt-5-mini");

export function programs(telemetry) {
  /** Instructions, a question, an answer. */
  async function chat() {
    await generateText({ model: GPT, system: "Be brief.", prompt: "What is the capital of France?", ...telemetry });
  }

  /** An answer in pieces. */
  async function stream() {
    await streamText({ model: GPT, prompt: "Count to five.", ...telemetry }).text;
  }

  /** Two calls and a tool between, beneath a span of the application. */
  async function tools() {
    const get_weather = tool({
      description: "The weather in a city.",
      inputSchema: z.object({ city: z.string() }),
      execute: async () => "18 degrees",
    });
    const question = { model: GPT, tools: { get_weather }, stopWhen: stepCountIs(3), ...telemetry };
    await tracer.startActiveSpan("answer question", async (span) => {
      await generateText({ ...question, prompt: "What is the weather in Paris?" });
      span.end();
    });
  }

  /** Most of the prompt comes from the provider's cache, and part of it is written there. */
  async function cached() {
    await generateText({ model: anthropic("claude-sonnet-4-5"), prompt: "Summarise the contract.", ...telemetry });
  }

  /** Part of the answer is thought, not said. */
  async function reasoning() {
    const prompt = "How many primes are below ten?";
    await generateText({ model: openai.responses("gpt-5-mini"), prompt, ...telemetry });
  }

  /** The provider answers 429. */
  async function rate_limited() {
    await generateText({ model: GPT, prompt: "Ask too often.", maxRetries: 0, ...telemetry }).catch(() => {});
  }

  /** Two texts become vectors; nothing is inferred. */
  async function embeddings() {
    const model = openai.embedding("text-embedding-3-small");
    await embedMany({ model, values: ["Rain.", "Rain is wet."], ...telemetry });
  }

  return [chat, stream, tools, cached, reasoning, rate_limited, embeddings];
}
