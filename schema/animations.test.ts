/** Videos from scripts, as clients create and see them. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { keyOf } from "../src/inputs/global-id.ts";
import { createTestApi, type TestApi } from "./testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const script = "from manim import *\n\nclass Lesson(Scene):\n    pass\n";
const createVideo = `mutation ($input: CreateVideoInput!) { createVideo(input: $input) {
  __typename
  ... on Video {
    id status upload { url }
    source { kind filename contentType sizeBytes receivedAt script animation { scene width height frameRate renderer seed } }
    mainJob { kind status plan { kind reason } step { name } tasks { kind } } step { name }
  }
  ... on InvalidInputError { code field message }
  ... on ConflictError { code }
} }`;

const create = async (manim: object, more: object = {}) => {
  const input = { title: "Lesson", source: { manim }, ...more };
  const { data, errors } = await api.ask(createVideo, { input });
  expect(errors).toBeUndefined();
  return data.createVideo;
};
const scriptsIn = async () => {
  const objects = await Array.fromAsync(api.store.list("videos/"));
  return objects.map(({ key }) => key).filter((key) => key.endsWith("/source/scene.py"));
};

test("a script becomes a video whose animation waits for a worker", async () => {
  const { id: _id, ...video } = await create({
    script,
    scene: "Lesson",
    quality: "LOW",
    aspectRatio: "TALL",
    seed: 3,
  });
  expect(video).toEqual({
    __typename: "Video",
    status: "PROCESSING",
    upload: null,
    source: {
      kind: "MANIM",
      filename: "scene.py",
      contentType: "text/x-python",
      sizeBytes: script.length,
      receivedAt: api.clock().toISOString(),
      script,
      animation: { scene: "Lesson", width: 480, height: 854, frameRate: 15, renderer: "CAIRO", seed: 3 },
    },
    mainJob: {
      kind: "ANIMATION",
      status: "QUEUED",
      plan: { kind: "WHOLE", reason: "One task draws the whole video." },
      step: null,
      tasks: [{ kind: "ANIMATION" }],
    },
    step: null,
  });
});

test("a repeat with the same key returns the first video and stores its script once", async () => {
  const before = (await scriptsIn()).length;
  const { id } = await create({ script }, { idempotencyKey: "lesson" });
  expect((await create({ script }, { idempotencyKey: "lesson" })).id).toBe(id);
  expect(await create({ script: `${script}#` }, { idempotencyKey: "lesson" })).toEqual({
    __typename: "ConflictError",
    code: "IDEMPOTENCY_KEY_REUSED",
  });
  expect((await scriptsIn()).length).toBe(before + 1);
});

test("a script that cannot be drawn is refused with its field, and nothing is stored", async () => {
  const before = await scriptsIn();
  expect(await create({ script, scene: "not a class" })).toMatchObject({
    __typename: "InvalidInputError",
    code: "SCENE_INVALID",
    field: "source.manim.scene",
  });
  expect(await create({ script: "x".repeat(262_145) })).toMatchObject({ code: "SCRIPT_TOO_LARGE" });
  expect(await scriptsIn()).toEqual(before);
});

test("a viewer token shows the step and not the script, and an upload token takes no script", async () => {
  const { id } = await create({ script });
  const { data } = await api.ask(
    `mutation ($id: ID!) {
      view: createViewerToken(input: { videoIds: [$id] }) { ... on CreatedViewerToken { token } }
      upload: createUploadToken(input: {}) { ... on CreatedUploadToken { token } }
    }`,
    { id },
  );
  const seen = (fields: string) =>
    api.ask(`query ($id: ID!) { video(id: $id) { ${fields} } }`, { id }, data.view.token);
  expect(await seen("step { kind index count name fraction }")).toMatchObject({
    data: { video: { step: null } },
  });
  expect((await seen("source { script }")).errors).toMatchObject([{ extensions: { code: "FORBIDDEN" } }]);

  const source = { manim: { script } };
  const asked = `mutation ($input: CreateVideoInput!) { createVideo(input: $input) {
    ... on InvalidInputError { code field } } }`;
  const refused = await api.ask(asked, { input: { title: "Lesson", source } }, data.upload.token);
  expect(refused.data.createVideo).toEqual({ code: "NOT_WITH_UPLOAD_TOKEN", field: "source.manim" });
});

test("the step of a job is the last one that a worker reported", async () => {
  const { id } = await create({ script });
  const videoId = keyOf("Video", id) ?? "";
  const task = await api.db.task.findFirstOrThrow({ where: { job: { videoId } } });
  const attempt = { workerId: "w", leaseUntil: api.clock() };
  const step = { index: 3, count: 10, name: "Create(Circle)", fraction: 0.25 };
  await api.db.attempt.create({
    data: {
      id: crypto.randomUUID(),
      taskId: task.id,
      number: 1,
      ...attempt,
      outcome: "LOST",
      endedAt: api.clock(),
    },
  });
  const { id: attemptId } = await api.db.attempt.create({
    data: { id: crypto.randomUUID(), taskId: task.id, number: 2, ...attempt, step },
  });
  const read = async () => {
    const fields = "kind index count name fraction";
    const query = `query ($id: ID!) { video(id: $id) { step { ${fields} } mainJob { step { ${fields} } } } }`;
    const { data } = await api.ask(query, { id });
    expect(data.video.mainJob.step).toEqual(data.video.step);
    return data.video.step;
  };
  expect(await read()).toEqual({ kind: "ANIMATION", ...step });
  // Progress that is not stored yet.
  api.live.shown = { jobId: task.jobId, attemptId, step: { ...step, index: 4, name: "Wait" } };
  expect(await read()).toMatchObject({ index: 4, name: "Wait" });
  api.live.shown = null;
});
