import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { gpuTools } from "../../render-worker/testing/kit.ts";
import { eventually, type System, startSystem } from "../kit/index.ts";
import { makeTestClip } from "../kit/test-clip.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem({ workers: 0 });
});
afterAll(() => system[Symbol.asyncDispose]());

test("a worker reports its GPU and receives GPU tasks, and another encoder replaces a failed one", async () => {
  const { tools, breaks } = await gpuTools(system.directory);
  await using _worker = await system.startWorker({ pools: ["gpu", "cpu"] }, undefined, tools);
  const workers =
    "{ workers { nodes { pools devices { kind name } videoEncoders { name codec deviceName } videoDecoders { codec } } } }";
  const [worker] = await eventually(async () => {
    const { nodes } = (await system.client.ask(workers)).data.workers;
    return nodes.length > 0 && nodes;
  }, "the worker has said that it is there");
  expect(worker).toMatchObject({
    pools: ["GPU", "CPU"],
    devices: [{ kind: "CUDA", name: "NVIDIA Test" }],
    videoEncoders: expect.arrayContaining([
      { name: "h264_nvenc", codec: "H264", deviceName: "NVIDIA Test" },
      { name: "libx264", codec: "H264", deviceName: null },
    ]),
    videoDecoders: expect.arrayContaining([{ codec: "h264" }]),
  });

  await breaks(
    "h264_nvenc",
    "[h264_nvenc @ 0x55d0c8a5c2c0] EncodePicture failed!: generic error (20): (no details)",
  );
  const path = await makeTestClip(join(system.directory, "clip.mp4"), { seconds: 4, size: "426x240" });
  const id = await system.client.upload(path);
  expect((await system.client.watch(id)).at(-1)).toMatchObject({ status: "READY" });

  const history = `query($id: ID!) { video(id: $id) { jobs { nodes { tasks { pool attempts { outcome encoderChanges { from to reason variantNames } } } } } } }`;
  const [job] = (await system.client.ask(history, { id })).data.video.jobs.nodes;
  const change = {
    from: "h264_nvenc on NVIDIA Test",
    to: "libx264, decoded by NVDEC",
    reason: "EncodePicture failed!: generic error (20): (no details)",
  };
  expect(job.tasks).toMatchObject([
    {
      pool: "GPU",
      attempts: [{ outcome: "COMPLETED", encoderChanges: [{ ...change, variantNames: ["144p", "240p"] }] }],
    },
  ]);
  const log = `query($id: ID!) { events(first: 100, videoId: $id) { nodes { type data } } }`;
  const answer = await system.client.ask(log, { id });
  const events = answer.data.events.nodes.filter(
    ({ type }: { type: string }) => type === "attempt.encoder-replaced",
  );
  expect(events).toMatchObject([{ data: change }]);
});
