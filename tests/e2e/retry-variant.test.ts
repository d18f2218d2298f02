import { join } from "node:path";
import { text } from "node:stream/consumers";
import { createLocalObjectStore } from "@reelay/object-store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Prisma } from "../../prisma/generated/client.ts";
import { words } from "../../render-worker/media/ffmpeg/words.ts";
import { makeClip } from "../../render-worker/testing/kit.ts";
import { eventually, type System, startSystem } from "../kit/index.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system[Symbol.asyncDispose]());

const keyOf = (id: string) => Buffer.from(id, "base64url").toString().split(":")[1] ?? "";

test("a variant that failed on a READY video is rendered by its own job, and no other variant is encoded", async () => {
  const clip = await makeClip(
    join(system.directory, "clip.mp4"),
    words(
      "-f lavfi -i testsrc2=size=640x360:rate=30:duration=2 -c:v libx264 -preset ultrafast -pix_fmt yuv420p",
    ),
  );
  const id = await system.client.upload(clip);
  await system.client.watch(id);
  const videoId = keyOf(id);
  const where = { videoId_name: { videoId, name: "240p" } };
  // Quality is measured after they are ready and reported later.
  const readOthers = () =>
    system.db.variant.findMany({ where: { videoId, name: { not: "240p" } }, omit: { quality: true } });
  const before = await readOthers();
  const error = { code: "ENCODER_FAILED", message: "It broke.", scope: "WORKER", retriable: true };
  const failed = { status: "FAILED", error, playlist: Prisma.DbNull } as const;
  const variant = await system.db.variant.update({ where, data: { ...failed, readyAt: null } });

  const { data } = await system.client.ask(
    `mutation ($id: ID!) { r: retryVariant(input: { id: $id }) { __typename
      ... on Job { id variantNames retryOf { id } video { status } tasks { variants { name } } } ... on Error { code message } } }`,
    { id: Buffer.from(`Variant:${variant.id}`).toString("base64url") },
  );
  expect(data.r).toMatchObject({
    __typename: "Job",
    variantNames: ["240p"],
    video: { status: "READY" },
    tasks: [{ variants: [{ name: "240p" }] }],
  });
  // The video stays READY throughout, so the watch ends with the variant's status.
  const statuses = await system.client.watch(id, ({ variants }) =>
    variants.some(({ name, status }: Record<string, string>) => name === "240p" && status === "READY"),
  );
  expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set(["READY"]));
  const job = await eventually(
    async () =>
      (await system.db.job.findFirst({
        where: { id: keyOf(data.r.id), endedAt: { not: null } },
        include: { tasks: { include: { attempts: true } } },
      })) ?? false,
    "the job has ended",
  );
  const [attempt] = job.tasks[0]?.attempts ?? [];
  expect(job).toMatchObject({ status: "SUCCEEDED" });
  expect(await system.db.variant.findUnique({ where })).toMatchObject({
    status: "READY",
    attemptId: attempt?.id,
    error: null,
  });
  expect(await readOthers()).toEqual(before);

  await using store = createLocalObjectStore({
    directory: system.storeDirectory,
    publicBaseUrl: "http://store/",
  });
  const prefix = `videos/${videoId}/attempts/${attempt?.id}/`;
  const keys = (await Array.fromAsync(store.list(prefix))).map(({ key }) => key.slice(prefix.length));
  // A READY video keeps its poster: this attempt's own is removed once it has ended.
  const made = new Set(keys.map((key) => key.split("/")[0]).filter((name) => name !== "poster.jpg"));
  expect(made).toEqual(new Set(["240p", "manifest.json"]));
  const master = await text((await store.read(`videos/${videoId}/manifest/master.m3u8`)).body);
  expect(master).toContain(`attempts/${attempt?.id}/240p/index.m3u8`);
});
