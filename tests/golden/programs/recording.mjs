// What the programs in JavaScript record with: their ended spans become one line of OTLP JSON each program, by the
// official serializer. Like `recording.py`, it leaves out what would tell the machine.

import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

const [folder] = process.argv.slice(2);
let ended = [];

const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ "service.name": "golden" }),
  spanProcessors: [
    {
      onStart() {},
      onEnd(span) {
        ended.push(span);
      },
      forceFlush: async () => {},
      shutdown: async () => {},
    },
  ],
});
provider.register();

export const tracer = provider.getTracer("app");

/** Run each program and write what it recorded under its name. */
export async function record(programs) {
  for (const program of programs) {
    await program();
    for (const { attributes } of ended.flatMap((span) => span.events)) {
      const stack = attributes?.["exception.stacktrace"];
      if (stack) {
        attributes["exception.stacktrace"] = stack.split("\n")[0];
      }
    }
    const line = Buffer.from(JsonTraceSerializer.serializeRequest(ended)).toString();
    writeFileSync(join(folder, `${program.name}.jsonl`), `${line}\n`);
    ended = [];
  }
}
