import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createLogger, startTracing } from "@reelay/telemetry";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ReceivedSpan, startOtlpReceiver } from "../../packages/telemetry/testing/otlp-receiver.ts";
import { makeClip } from "../../render-worker/testing/kit.ts";
import { documents, eventually, type System, startSystem } from "../kit/index.ts";

const lines: string[] = [];
const log = createLogger({ level: "info", destination: { write: (line) => void lines.push(line) } });
const stack = new AsyncDisposableStack();
let system: System;
let sourceUrl: string;

beforeAll(async () => {
  system = stack.use(await startSystem({ log }));
  const path = await makeClip(join(system.directory, "clip.mp4"), [
    "-f",
    "lavfi",
    "-i",
    "testsrc2=size=256x144:rate=25:duration=2",
    "-c:v",
    "libx264",
    "-pix_fmt",
    "yuv420p",
  ]);
  const body = await readFile(path);
  const server = createServer((_, response) => response.setHeader("Content-Type", "video/mp4").end(body));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stack.defer(() => void server.close());
  sourceUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/clip.mp4`;
});
afterAll(() => stack.disposeAsync());

/** Renders a video by a mutation that is part of the caller's trace. */
async function render(title: string, traceparent?: string): Promise<string> {
  const response = await fetch(`${system.api.url}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${system.client.token}`,
      ...(traceparent !== undefined && { traceparent }),
    },
    body: JSON.stringify({
      query: documents.createVideo,
      variables: { input: { title, source: { url: { url: sourceUrl } } } },
    }),
  });
  const { data } = (await response.json()) as { data: { createVideo: { id: string } } };
  const { id } = data.createVideo;
  await eventually(
    async () => expect((await system.client.video(id)).status).toBe("READY"),
    "the video is ready",
    { timeoutMs: 60_000 },
  );
  return id;
}

test("one trace spans the caller, the mutation, the outbox, the worker and the projector", async () => {
  await using receiver = await startOtlpReceiver();
  {
    await using _tracing = await startTracing({ url: receiver.url, serviceName: "test", delayMs: 50 }, log);
    const [traceId, callerSpan] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
    await render("Traced", `00-${traceId}-${callerSpan}-01`);
    const ours = () => receiver.spans.filter((span) => span.traceId === traceId);
    const named = (name: string): ReceivedSpan => {
      const found = ours().find((span) => span.name === name);
      if (found === undefined)
        throw new Error(
          `no span ${name} in ${ours()
            .map((span) => span.name)
            .join(", ")}`,
        );
      return found;
    };
    const completed = () =>
      ours().find(({ attributes }) => attributes["reelay.message.type"] === "task.completed.v1");
    await eventually(() => completed() !== undefined, "the last span has arrived");
    await eventually(() => named("process tasks-cpu"), "the attempt's span has arrived");

    const mutation = named("mutation");
    expect(mutation).toMatchObject({ parentSpanId: callerSpan, kind: 2, scope: "reelay-api" });
    expect(mutation.attributes).toMatchObject({
      "graphql.operation.type": "mutation",
      "graphql.operation.name": "CreateVideo",
    });
    const relayed = named("send tasks");
    expect(relayed).toMatchObject({ parentSpanId: mutation.spanId, kind: 4 });
    expect(relayed.attributes).toMatchObject({
      "messaging.system": "gcp_pubsub",
      "messaging.destination.name": "tasks",
    });
    const attempt = named("process tasks-cpu");
    expect(attempt).toMatchObject({ parentSpanId: relayed.spanId, kind: 5, scope: "reelay-worker" });
    expect(attempt.attributes).toMatchObject({ "reelay.attempt.outcome": "COMPLETED" });
    for (const step of ["fetch", "probe", "encode", "publish"]) {
      expect(named(step).parentSpanId, step).toBe(attempt.spanId);
    }
    const projected = ours().filter(({ name }) => name === "process reports");
    expect(projected.map(({ parentSpanId }) => parentSpanId)).toEqual(projected.map(() => attempt.spanId));
    expect(projected.map(({ attributes }) => attributes["reelay.message.type"])).toEqual(
      expect.arrayContaining(["task.started.v1", "task.advanced.v1", "task.completed.v1"]),
    );
    expect(ours().filter(({ statusCode }) => statusCode === 2)).toEqual([]);

    const page = await readFile("docs/reference/telemetry.md", "utf8");
    for (const { name } of receiver.spans)
      expect(page, `the page has the span ${name}`).toContain(`\`${name}\``);
    const entries = lines.map((line) => JSON.parse(line) as { msg: string; traceId?: string });
    for (const event of ["attempt.started", "ffmpeg.started", "attempt.ended"]) {
      expect(entries.find(({ msg }) => msg === event)?.traceId, event).toBe(traceId);
    }
  }
});

test("no trace is recorded or exported while tracing is off", async () => {
  await using receiver = await startOtlpReceiver();
  await using _tracing = await startTracing(undefined, log);
  await render("Untraced", "00-0af7651916cd43dd8448eb211c80319d-b7ad6b7169203332-01");
  const job = await system.db.job.findFirstOrThrow({ where: { video: { title: "Untraced" } } });
  expect(job.traceParent).toBeNull();
  expect(receiver.spans).toEqual([]);
});
