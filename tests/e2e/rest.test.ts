/** Scripts over REST, from the request to an MP4 that downloads. Only the painter is a double. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { FakeRecord } from "../../render-worker/painting/testing/fake-painter.ts";
import { type System, startSystem } from "../kit/index.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system[Symbol.asyncDispose]());

const post = (path: string, body: object) =>
  fetch(`${system.api.url}${path}`, {
    method: "POST",
    headers: { "X-API-Key": system.client.token, "Content-Type": "application/json" },
    body: JSON.stringify({ quality: "low", profile: "draft", ...body }),
  });

const animation = (name: string): FakeRecord[] => [
  { step: name, frames: 15 },
  ...Array.from({ length: 15 }, (_, index): FakeRecord => ({ frame: [index * 16, 80, 160] })),
];
const script = JSON.stringify([
  ...animation("Create(Circle)"),
  { waitMs: 300 },
  ...animation("FadeOut(Circle)"),
]);

async function sizeOf(url: string): Promise<number> {
  const file = await fetch(url);
  expect([file.status, file.headers.get("content-type")]).toEqual([200, "video/mp4"]);
  return (await file.bytes()).length;
}

test("a script's animations arrive line by line, its stream before its MP4, and another form gives the same", async () => {
  const streamed = await post("/v1/video/rendering", { code: script, stream: true });
  expect(streamed.status).toBe(207);
  const text = await streamed.text();
  const lines = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const indexes = lines.flatMap(({ animationIndex }) =>
    animationIndex === undefined ? [] : [animationIndex],
  );
  expect([...new Set(indexes)]).toEqual([0, 1]);
  expect(lines.filter(({ percentage }) => percentage === 100)).toHaveLength(2);
  expect(lines).toContainEqual({ animationCount: 2 });
  const playing = lines.find(({ hlsUrl }) => hlsUrl !== undefined);
  expect((await fetch(String(playing?.["hlsUrl"]))).status).toBe(200);
  expect(await sizeOf(String(lines.at(-1)?.["video_url"]))).toBeGreaterThan(1_000);

  const made = await post("/render", { script, video_id: "lesson" });
  expect(made.status).toBe(200);
  const { video_path, duration, file_size, thumbnail_url } = (await made.json()) as Record<string, unknown>;
  expect(duration).toBe(2);
  expect(await sizeOf(String(video_path))).toBe(file_size);
  expect((await fetch(String(thumbnail_url))).status).toBe(200);

  const failure = {
    type: "failed",
    code: "SCRIPT_FAILED",
    message: "ZeroDivisionError",
    line: 7,
    column: null,
  };
  const broken = JSON.stringify([...animation("Create(Circle)"), { event: { ...failure, traceback: null } }]);
  const failed = await post("/v1/video/rendering", { code: broken });
  expect([failed.status, await failed.json()]).toEqual([500, { error: "line 7: ZeroDivisionError" }]);
});
