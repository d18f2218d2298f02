import { afterAll, beforeAll, expect, test } from "vitest";
import { keyOf } from "../src/inputs/global-id.ts";
import { createTestApi, type TestApi } from "./testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const fields = `name isBuiltIn isDefault isAudioOnly rungs { name height tier codec bitrateBps maxFrameRate }
  audio { bitrateBps channels loudness { targetLufs } } segmentDurationMs gopDurationMs download { height } hasDash`;
const result = `__typename ... on Profile { ${fields} } ... on Error { code message } ... on InvalidProfileError { issues { path message } }`;
const create = `mutation ($input: CreateProfileInput!) { r: createProfile(input: $input) { ${result} } }`;
const update = `mutation ($input: UpdateProfileInput!) { r: updateProfile(input: $input) { ${result} } }`;
const remove = `mutation ($name: String!) { r: deleteProfile(input: { name: $name }) { __typename ... on DeletedProfile { deletedName } ... on Error { code message } } }`;
const rungs = [
  { height: 360, bitrateBps: 700_000 },
  { height: 720, bitrateBps: 3_500_000, maxFrameRate: 60 },
];

const ask = async (document: string, variables: object, token?: string) => {
  const { data, errors } = await api.ask(document, { ...variables }, token);
  expect(errors).toBeUndefined();
  return data.r;
};
const names = async (token?: string) =>
  (await api.ask("{ profiles { name } }", {}, token)).data.profiles.map(({ name }: { name: string }) => name);
const builtIn = ["default", "draft", "hevc", "av1", "audio", "download"];

test("a workspace creates, changes and deletes its own profiles, invisible to other workspaces", async () => {
  expect(await ask(create, { input: { name: "web-720", rungs } })).toMatchObject({
    __typename: "Profile",
    name: "web-720",
    isBuiltIn: false,
    isAudioOnly: false,
    rungs: [
      { name: "360p", tier: "CRITICAL", codec: "H264", maxFrameRate: 30 },
      { name: "720p", tier: "STANDARD", codec: "H264", maxFrameRate: 60 },
    ],
    audio: { bitrateBps: 128_000, channels: "STEREO", loudness: null },
    segmentDurationMs: 4_000,
    gopDurationMs: 2_000,
    download: null,
    hasDash: true,
  });
  expect(await names()).toEqual([...builtIn, "web-720"]);
  expect(await names(api.theirs.read)).toEqual(builtIn);

  const changes = { name: "web-720", audio: { loudness: { targetLufs: -16 } }, download: { height: 720 } };
  expect(await ask(update, { input: changes })).toMatchObject({
    rungs: [{ name: "360p" }, { name: "720p" }],
    audio: { loudness: { targetLufs: -16 } },
    download: { height: 720 },
  });
  expect(await ask(update, { input: { name: "web-720", download: null } })).toMatchObject({
    audio: { loudness: { targetLufs: -16 } },
    download: null,
  });

  expect(await ask(remove, { name: "web-720" })).toEqual({
    __typename: "DeletedProfile",
    deletedName: "web-720",
  });
  expect(await names()).toEqual(builtIn);
});

test("all problems of a profile are reported together, and nothing is stored", async () => {
  const input = { name: "default", rungs: [{ height: 361, bitrateBps: 700_000 }], gopDurationMs: 3_000 };
  expect(await ask(create, { input })).toEqual({
    __typename: "InvalidProfileError",
    code: "PROFILE_INVALID",
    message: expect.stringContaining("and 2 more"),
    issues: [
      { path: "name", message: expect.stringContaining('Profile "default"') },
      { path: "rungs.0.height", message: expect.stringContaining("use 360 or 362") },
      { path: "segmentDurationMs", message: expect.stringContaining("use 3000") },
    ],
  });
  await ask(create, { input: { name: "kept", rungs } });
  const worse = { name: "kept", rungs: [] as object[], download: { height: 720 } };
  expect(await ask(update, { input: worse })).toMatchObject({ code: "PROFILE_INVALID" });
  const { data } = await api.ask('{ profile(name: "kept") { rungs { name } } }');
  expect(data.profile.rungs).toHaveLength(2);
});

test("a profile name is unique in its workspace, and a request with an idempotency key has one effect", async () => {
  const input = { name: "once", rungs, idempotencyKey: "k" };
  expect(await ask(create, { input })).toMatchObject({ name: "once" });
  expect(await ask(create, { input })).toMatchObject({ name: "once" });
  expect(await ask(create, { input: { name: "once", rungs } })).toMatchObject({ code: "PROFILE_NAME_TAKEN" });
  expect(await ask(create, { input: { name: "once", rungs } }, api.theirs.write)).toMatchObject({
    name: "once",
  });
});

test("a repeated createVideo returns the first one's video, although its profile was deleted since", async () => {
  await ask(create, { input: { name: "short-lived", rungs } });
  const video = `mutation ($input: CreateVideoInput!) { r: createVideo(input: $input) { ... on Video { id } ... on Error { code } } }`;
  const url = { url: { url: "https://example.com/a.mp4" } };
  const input = { title: "a", profile: "short-lived", source: url, idempotencyKey: "lesson-7" };
  const first = await ask(video, { input });
  expect(first).toEqual({ id: expect.any(String) });
  await ask(remove, { name: "short-lived" });
  expect(await ask(video, { input })).toEqual(first);
  expect(await ask(video, { input: { ...input, idempotencyKey: "lesson-8" } })).toEqual({
    code: "PROFILE_UNKNOWN",
  });
});

test("built-in profiles cannot be changed, and an unknown name is not found", async () => {
  expect(await ask(update, { input: { name: "default", hasDash: false } })).toMatchObject({
    code: "PROFILE_BUILT_IN",
  });
  expect(await ask(remove, { name: "default" })).toMatchObject({ code: "PROFILE_BUILT_IN" });
  for (const name of ["nope", "", "a\0b", "\uD800", "x".repeat(10_000)]) {
    expect(await ask(remove, { name })).toMatchObject({ code: "PROFILE_NOT_FOUND" });
    expect(await ask(update, { input: { name, hasDash: false } })).toMatchObject({
      code: "PROFILE_NOT_FOUND",
    });
    expect(await ask(create, { input: { name, rungs } })).toMatchObject(
      name === "nope" ? { name } : { code: "PROFILE_INVALID" },
    );
    if (name === "nope") await ask(remove, { name });
    const { data } = await api.ask("query ($name: String!) { profile(name: $name) { name } }", { name });
    expect(data.profile).toBeNull();
  }
});

test("a read-only key cannot change a profile", async () => {
  const denied = { code: "FORBIDDEN" };
  expect(await ask(create, { input: { name: "mine", rungs } }, api.ours.read)).toMatchObject(denied);
  expect(await ask(remove, { name: "kept" }, api.ours.read)).toMatchObject(denied);
});

test("a video is rendered with its profile as of its creation", async () => {
  const url = { url: { url: "https://example.com/a.mp4" } };
  await ask(create, { input: { name: "films", rungs } });
  const video = `mutation ($input: CreateVideoInput!) { r: createVideo(input: $input) { ... on Video { id profile { name } } ... on Error { code message } } }`;
  const created = await ask(video, { input: { title: "a", profile: "films", source: url } });
  expect(created).toMatchObject({ profile: { name: "films" } });
  await ask(update, { input: { name: "films", rungs: rungs.slice(0, 1) } });
  await ask(remove, { name: "films" });
  const job = await api.db.job.findFirstOrThrow({
    where: { videoId: keyOf("Video", String(created.id)) ?? "" },
  });
  expect(job.profile).toMatchObject({ name: "films", rungs: [{ name: "360p" }, { name: "720p" }] });
  expect(await ask(video, { input: { title: "b", profile: "films", source: url } })).toMatchObject({
    code: "PROFILE_UNKNOWN",
    message: expect.stringContaining("there are default, draft, hevc"),
  });
});
