/** Materials, as clients create, list, use and delete them. */
import { createHash } from "node:crypto";
import { objectKeys } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keyOf } from "../src/inputs/global-id.ts";
import { createTestApi, type TestApi } from "./testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const OWN_FIELDS =
  "id filename status kind contentType sizeBytes sha256 upload { url protocol } error { code message }";
const FIELDS = `... on Material { ${OWN_FIELDS} } ... on Error { code message }`;

const createMaterial = async (
  filename: string,
  sizeBytes: number,
  more: object = {},
  token = api.ours.write,
) => {
  const { data, errors } = await api.ask(
    `mutation ($input: CreateMaterialInput!) { createMaterial(input: $input) { ${FIELDS} ... on InvalidInputError { field } } }`,
    { input: { upload: { filename, sizeBytes }, ...more } },
    token,
  );
  expect(errors).toBeUndefined();
  return data.createMaterial;
};

const png = Buffer.from("\x89PNG\r\n\x1a\nlogo", "latin1");
const complete = async (id: string, token = api.ours.write) => {
  const { data } = await api.ask(
    `mutation ($id: ID!) { completeMaterial(input: { id: $id }) { ${FIELDS} } }`,
    { id },
    token,
  );
  return data.completeMaterial;
};

/** Creates a material and stores its bytes, as an upload does. */
async function upload(filename: string, bytes: Buffer = png, token = api.ours.write): Promise<string> {
  const { id } = await createMaterial(filename, bytes.length, {}, token);
  const { objectKey } = await api.db.material.findUniqueOrThrow({
    where: { id: keyOf("Material", id) ?? "" },
  });
  await api.store.put(objectKey, bytes);
  await complete(id, token);
  return id;
}

const createVideo = async (materials: string[], more: object = {}) => {
  const source = { manim: { script: "class A(Scene): pass", materials } };
  const { data, errors } = await api.ask(
    `mutation ($input: CreateVideoInput!) { createVideo(input: $input) {
      __typename
      ... on Video { id mainJob { id } source { animation { materials { materialId filename kind sizeBytes sha256 } } } }
      ... on InvalidInputError { field } ... on Error { code message } } }`,
    { input: { title: "Lesson", source, ...more } },
  );
  expect(errors).toBeUndefined();
  return data.createVideo;
};

const deleteMaterial = async (id: string, token = api.ours.write) => {
  const { data } = await api.ask(
    "mutation ($id: ID!) { deleteMaterial(input: { id: $id }) { ... on DeletedMaterial { deletedId } ... on Error { code message } } }",
    { id },
    token,
  );
  return data.deleteMaterial;
};

test("a material awaits its upload, and its content decides what it is", async () => {
  const created = await createMaterial("Logo (1).png", png.length, { idempotencyKey: "logo" });
  expect(created).toMatchObject({
    ...{ filename: "Logo (1).png", status: "AWAITING_UPLOAD", kind: null, contentType: null, sha256: null },
    upload: { url: expect.stringContaining("/uploads/"), protocol: "TUS" },
  });
  expect((await createMaterial("Logo (1).png", png.length, { idempotencyKey: "logo" })).id).toBe(created.id);
  expect(await complete(created.id)).toMatchObject({ code: "UPLOAD_INCOMPLETE" });
  const key = keyOf("Material", created.id) ?? "";
  await api.store.put(objectKeys.materialFile(key, "Logo-(1).png"), png);
  const ready = {
    ...{ id: created.id, status: "READY", kind: "IMAGE", contentType: "image/png", sizeBytes: png.length },
    ...{ sha256: createHash("sha256").update(png).digest("hex"), upload: null, error: null },
  };
  expect(await complete(created.id)).toMatchObject(ready);
  expect(await complete(created.id)).toMatchObject(ready);

  const query = `query ($id: ID!) { material(id: $id) { ${OWN_FIELDS} } node(id: $id) { id }
    materials(first: 1) { nodes { id } totalCount } }`;
  const seen = await api.ask(query, { id: created.id }, api.ours.read);
  expect(seen.data).toMatchObject({
    material: ready,
    node: { id: created.id },
    materials: { totalCount: 1 },
  });
  const hidden = await api.ask(query, { id: created.id }, api.theirs.read);
  expect(hidden.data).toEqual({ material: null, node: null, materials: { nodes: [], totalCount: 0 } });
});

test("a file that no script can use fails, and its object is removed", async () => {
  const id = await upload("logo.jpg", Buffer.from("MZ\x90"));
  const { data } = await api.ask(`query ($id: ID!) { material(id: $id) { ${OWN_FIELDS} } }`, { id });
  expect(data.material).toMatchObject({
    status: "FAILED",
    error: {
      code: "MATERIAL_UNSUPPORTED",
      message: expect.stringMatching(/^The content of "logo.jpg" is not of a supported format.*PNG.*MP3/),
    },
  });
  const objects = await Array.fromAsync(api.store.list(objectKeys.material(keyOf("Material", id) ?? "")));
  expect(objects).toEqual([]);
});

test.each(["../logo.png", "a/b.png", "", ".hidden", "tab\t.png", "~root", "x".repeat(81), "dot."])(
  "the name %j is refused, because a script could not use it",
  async (filename) => {
    const error = { code: "FILENAME_INVALID", field: "upload.filename" };
    expect(await createMaterial(filename, 1)).toMatchObject(error);
  },
);

test("a material over the size limit is refused", async () => {
  expect(await createMaterial("big.wav", 20 * 1024 ** 2 + 1)).toMatchObject({
    ...{ code: "UPLOAD_TOO_LARGE", field: "upload.sizeBytes" },
    message: expect.stringContaining("MATERIAL_MAX_BYTES"),
  });
});

test("a video keeps names and checksums of its materials, which cannot be deleted until its job has ended", async () => {
  const [logo, ding] = [await upload("a.png"), await upload("ding.wav", Buffer.from("RIFF\0\0\0\0WAVE"))];
  const video = await createVideo([logo, ding, logo]);
  expect(video.source.animation.materials).toMatchObject([
    { materialId: logo, filename: "a.png", kind: "IMAGE", sizeBytes: png.length },
    {
      materialId: ding,
      filename: "ding.wav",
      kind: "AUDIO",
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  ]);
  expect(await deleteMaterial(logo, api.theirs.write)).toMatchObject({ code: "MATERIAL_NOT_FOUND" });
  expect(await deleteMaterial(logo)).toEqual({
    code: "MATERIAL_IN_USE",
    message: `"a.png" is needed by the unfinished job "${video.mainJob.id}". Delete it once the job has ended, or cancel the job.`,
  });
  await api.ask("mutation ($id: ID!) { cancelJob(id: $id) { __typename } }", { id: video.mainJob.id });
  expect(await deleteMaterial(logo)).toEqual({ deletedId: logo });
  expect(await deleteMaterial(logo)).toMatchObject({ code: "MATERIAL_NOT_FOUND" });
  expect(await Array.fromAsync(api.store.list(objectKeys.material(keyOf("Material", logo) ?? "")))).toEqual(
    [],
  );
  const { data } = await api.ask(
    "query ($id: ID!) { video(id: $id) { source { animation { materials { filename } } } } }",
    { id: video.id },
  );
  expect(data.video.source.animation.materials).toEqual([{ filename: "a.png" }, { filename: "ding.wav" }]);
});

test("a video with a material that it cannot use is refused, and nothing is stored", async () => {
  const ready = await upload("logo.png");
  const videos = await api.db.video.count();
  const field = "source.manim.materials";
  const foreign = await upload("theirs.png", png, api.theirs.write);
  for (const id of [foreign, "TWF0ZXJpYWw6eA", "logo.png"]) {
    expect(await createVideo([ready, id])).toMatchObject({
      ...{ code: "MATERIAL_NOT_FOUND", field },
      message: expect.stringContaining(JSON.stringify(id)),
    });
  }
  const checked = await api.ask(
    `mutation ($source: VideoSourceInput!) { checkSource(input: { source: $source, waitMs: 0 }) {
      ... on SourceCheck { status } ... on Error { code } } }`,
    { source: { manim: { script: "class A(Scene): pass", materials: [foreign] } } },
  );
  expect(checked.data.checkSource).toEqual({ code: "MATERIAL_NOT_FOUND" });
  const { id: pending } = await createMaterial("later.png", 3);
  expect(await createVideo([pending])).toMatchObject({
    __typename: "ConflictError",
    ...{ code: "MATERIAL_NOT_READY", message: expect.stringContaining('"later.png" is AWAITING_UPLOAD') },
  });
  const twin = await upload("logo.png");
  expect(await createVideo([ready, twin])).toMatchObject({ code: "MATERIAL_NAME_REPEATED", field });
  const many = Array.from({ length: 33 }, (_, index) => `${index}`);
  expect(await createVideo(many)).toMatchObject({ code: "MATERIALS_TOO_MANY", field });
  await api.db.material.updateMany({ where: { filename: "logo.png" }, data: { sizeBytes: 70 * 1024 ** 2 } });
  await api.db.material.update({
    where: { id: keyOf("Material", twin) ?? "" },
    data: { filename: "twin.png" },
  });
  expect(await createVideo([ready, twin])).toMatchObject({ code: "MATERIALS_TOO_LARGE", field });
  expect(await api.db.video.count()).toBe(videos);
});
