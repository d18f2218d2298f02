/** What a CMS gets that can only post a form and ask for JSON, from the form to a video that plays. */
import { openAsBlob } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, type System, startSystem } from "../kit/index.ts";
import { makeTestClip } from "../kit/test-clip.ts";

let system: System;
let clip: Blob;
beforeAll(async () => {
  system = await startSystem();
  clip = await openAsBlob(await makeTestClip(join(system.directory, "clip.mp4"), { seconds: 2 }));
});
afterAll(() => system[Symbol.asyncDispose]());

// oxlint-disable-next-line typescript/no-explicit-any -- tests read answers as they come
type Answer = any;

async function post(metadata: object): Promise<{ status: number; body: Answer }> {
  const form = new FormData();
  form.set("file", clip, "clip.mp4");
  form.set("metadata", JSON.stringify(metadata));
  const response = await fetch(`${system.api.url}/api/cms/media/upload`, {
    method: "POST",
    headers: { authorization: `Bearer ${system.client.token}` },
    body: form,
  });
  return { status: response.status, body: await response.json() };
}

const ask = async (url: string): Promise<Answer> => await (await fetch(url)).json();

const ready = (url: string): Promise<Answer> =>
  eventually(
    async () => {
      const status = await ask(url);
      expect(status.error).toBeNull();
      return status.status === "READY" && status;
    },
    "the video is ready",
    { timeoutMs: 90_000, intervalMs: 200 },
  );

test("a form is answered before rendering, its status leads to a stream, and the next one has a time estimate", async () => {
  const first = await post({ title: "first", externalId: "cms-1" });
  expect(first).toMatchObject({
    status: 201,
    body: { success: true, status: "PROCESSING", estimatedTime: null },
  });
  const done = await ready(first.body.statusUrl);
  expect(done).toMatchObject({ id: first.body.videoId, progress: 1, estimatedTime: 0, error: null });
  expect(done.variants.map(({ status }: Answer) => status)).toContain("READY");
  expect(done.playbackUrl).toBe(first.body.playbackUrl);
  expect(await (await fetch(done.playbackUrl)).text()).toContain("#EXT-X-STREAM-INF");
  expect(await ask(first.body.statusFileUrl)).toEqual(done);
  expect(await system.client.video(first.body.videoId)).toMatchObject({
    externalId: "cms-1",
    status: "READY",
  });

  const second = await post({ title: "second" });
  expect(second.body.estimatedTime).toBeGreaterThan(0);
  await ready(second.body.statusUrl);
});

test("several concurrent forms are all accepted and become videos", async () => {
  const answers = await Promise.all(
    Array.from({ length: 5 }, (_, index) => post({ title: `form ${index}` })),
  );
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
  for (const { body } of answers) await ready(body.statusUrl);
});
