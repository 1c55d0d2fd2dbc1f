// The Vercel AI SDK with its package for OpenTelemetry, with content, as it is unasked.

import { OpenTelemetry } from "@ai-sdk/otel";
import { registerTelemetry } from "ai";

import { programs } from "./of_vercel_ai.mjs";
import { record } from "./recording.mjs";

registerTelemetry(new OpenTelemetry());
await record(programs({}));
