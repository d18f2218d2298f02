import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { trace } from "@opentelemetry/api";
import { pino } from "pino";
import { expect, test } from "vitest";
import { inSpan } from "./in-span.ts";
import { startOtlpReceiver } from "./testing/otlp-receiver.ts";
import { startTracing } from "./tracing.ts";

const log = pino({ level: "silent" });

test("the SDK is not loaded by API and worker while tracing is off", async () => {
  const root = path.resolve(import.meta.dirname, "../..");
  const script = `
    import { createRequire } from "node:module";
    await import("./src/api/index.ts");
    await import("./render-worker/index.ts");
    const { startTracing } = await import("./packages/telemetry/index.ts");
    await startTracing(undefined, undefined);
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    console.log(JSON.stringify(loaded.filter((file) => /@opentelemetry\\/(sdk|exporter|otlp|resources)/.test(file))));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--no-deprecation", "--input-type=module", "--eval", script],
    { cwd: root },
  );
  expect(stdout.trim()).toBe("[]");
});

test("an exception marks its span and propagates", async () => {
  await using receiver = await startOtlpReceiver();
  {
    await using _tracing = await startTracing(
      { url: receiver.url, serviceName: "film", delayMs: 60_000 },
      log,
    );
    const torn = inSpan("studio", "shoot", { attributes: { "film.scene": 7 } }, () => {
      throw new RangeError("The reel is torn.");
    });
    await expect(torn).rejects.toThrow("The reel is torn.");
  }
  // Stopping has sent the remaining spans.
  expect(receiver.spans).toMatchObject([
    {
      name: "shoot",
      service: "film",
      scope: "studio",
      statusCode: 2,
      attributes: { "film.scene": 7, "error.type": "RangeError" },
    },
  ]);
  expect(trace.getTracer("studio").startSpan("after").isRecording()).toBe(false);
});

test("an unavailable collector drops spans, writes one log line and has no other effect", async () => {
  const warned: string[] = [];
  const noisy = pino({ level: "warn" }, { write: (line: string) => void warned.push(line) });
  {
    await using _tracing = await startTracing(
      { url: "http://127.0.0.1:9/v1/traces", serviceName: "film" },
      noisy,
    );
    expect(await inSpan("studio", "shoot", {}, () => "done")).toBe("done");
  }
  expect(warned.join("")).toContain("tracing.warned");
});
