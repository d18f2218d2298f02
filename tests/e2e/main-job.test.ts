import { join } from "node:path";
import HLS from "hls-parser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { complaints } from "../../render-worker/testing/inspect.ts";
import { type System, startSystem } from "../kit/index.ts";
import { makeTestClip } from "../kit/test-clip.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system[Symbol.asyncDispose]());

const clip = (name: string, seconds: number, size = "640x360") =>
  makeTestClip(join(system.directory, name), { seconds, size });

test("an uploaded file becomes a playable stream, watched live from the mutation to the end", async () => {
  const path = await clip("clip.mp4", 10);
  const { id, uploadUrl } = await system.client.createUpload(path, { title: "Clip", externalId: "cms-1" });
  expect(uploadUrl).toContain("/uploads/");
  const connected = Promise.withResolvers<void>();
  const watching = system.client.watch(id, ({ status }) => {
    connected.resolve();
    return status === "READY" || status === "FAILED";
  });
  await connected.promise;
  const { readFile } = await import("node:fs/promises");
  const body = await readFile(path);
  const response = await fetch(uploadUrl, {
    method: "PATCH",
    headers: {
      "tus-resumable": "1.0.0",
      "upload-offset": "0",
      "content-type": "application/offset+octet-stream",
    },
    body,
  });
  expect(response.status).toBe(204);
  const states = await watching;

  expect(states[0]).toMatchObject({ status: "AWAITING_SOURCE", progress: 0 });
  expect(states.at(-1)).toMatchObject({ status: "READY", progress: 1, error: null });
  const statuses = [...new Set(states.map(({ status }) => status))];
  expect(statuses.filter((status) => status !== "PLAYABLE")).toEqual([
    "AWAITING_SOURCE",
    "PROCESSING",
    "READY",
  ]);
  for (const name of ["144p", "240p", "360p"]) {
    const fractions = states.flatMap(({ variants }) =>
      variants
        .filter((variant: { name: string }) => variant.name === name)
        .map((variant: { fraction: number }) => variant.fraction),
    );
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
  }

  const video = await system.client.video(id);
  expect(video).toMatchObject({
    status: "READY",
    durationMs: 10_000,
    width: 640,
    height: 360,
    externalId: "cms-1",
  });
  expect(video.variants.filter(({ status }: { status: string }) => status === "READY")).toHaveLength(4);
  expect(video.jobs.edges[0].node).toMatchObject({ status: "SUCCEEDED", error: null });
  expect(video.jobs.edges[0].node.tasks[0].attempts).toMatchObject([{ number: 1, outcome: "COMPLETED" }]);

  HLS.setOptions({ strictMode: true });
  const text = await (await fetch(video.playback.hlsUrl)).text();
  const master = HLS.parse(text) as HLS.types.MasterPlaylist;
  expect(master.variants).toHaveLength(4);
  for (const variant of master.variants) {
    const address = new URL(variant.uri, video.playback.hlsUrl);
    const media = HLS.parse(await (await fetch(address)).text()) as HLS.types.MediaPlaylist;
    expect(media.endlist).toBe(true);
  }
  expect(await complaints(video.playback.hlsUrl, ["0:v", "0:a"])).toBe("");
  const poster = await fetch(video.playback.posterUrl);
  expect(poster.headers.get("content-type")).toBe("image/jpeg");
});
