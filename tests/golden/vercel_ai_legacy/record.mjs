// The Vercel AI SDK with the telemetry that was built in before, with content, as it is unasked.

import { programs } from "./of_vercel_ai.mjs";
import { record } from "./recording.mjs";

await record(programs({ experimental_telemetry: { isEnabled: true } }));
