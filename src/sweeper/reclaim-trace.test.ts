import { startTracing } from "@reelay/telemetry";
import { expect, test } from "vitest";
import { startOtlpReceiver } from "../../packages/telemetry/testing/otlp-receiver.ts";
import { attemptOf, createProjection } from "../testing/projection.ts";

test("the trace of a job whose worker died shows when its attempt was reclaimed, and includes the next attempt", async () => {
  await using projection = await createProjection();
  await using receiver = await startOtlpReceiver();
  const [traceId, mutation] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
  const video = await projection.createQueuedVideo();
  await projection.db.job.update({
    where: { id: video.jobId },
    data: { traceParent: `00-${traceId}-${mutation}-01` },
  });
  const lost = attemptOf(video);
  {
    await using _tracing = await startTracing(
      { url: receiver.url, serviceName: "test" },
      projection.deps.log,
    );
    await projection.apply(lost.started);
    projection.passTime(60_000);
    await projection.sweep();
  }
  expect(receiver.spans).toMatchObject([
    {
      name: "reclaim",
      traceId,
      parentSpanId: mutation,
      attributes: { "reelay.attempt.id": lost.attemptId, "reelay.attempt.outcome": "LOST" },
    },
  ]);
  projection.passTime(60_000);
  await projection.dispatch();
  const { attributes } = await projection.db.outboxMessage.findFirstOrThrow({
    where: { taskId: video.taskId },
  });
  expect(attributes).toMatchObject({ traceparent: `00-${traceId}-${mutation}-01` });
});
