import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { toAssetRow, writeAsset } from "../database/index.ts";
import { createProjection } from "../testing/projection.ts";
import { failUpload, uploadExpired } from "../videos/fail-upload.ts";
import { createVideo, deleteVideo } from "../videos/index.ts";
import { chargeSource } from "./admit-source.ts";
import { readStoredBytes } from "./limits.ts";
import { foldStoredBytes, repairStoredBytes } from "./sum-stored-bytes.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
let workspaceId: string;
beforeAll(async () => {
  system = await createProjection();
  ({ workspaceId } = system.viewer);
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(async () => {
  await system.db.video.deleteMany();
  await system.db.chargedSource.deleteMany();
  await setLimits({});
});

const setLimits = (data: { maxStoredBytes?: number; maxSourceMinutesPerDay?: number }) =>
  system.db.workspace.update({
    where: { id: workspaceId },
    data: { maxStoredBytes: null, maxSourceMinutesPerDay: null, ...data },
  });
const upload = (sizeBytes: number) =>
  createVideo(system.operations, system.viewer, {
    title: "clip",
    source: { upload: { filename: "a.mp4", sizeBytes } },
  });
const fetched = () =>
  createVideo(system.operations, system.viewer, {
    title: "clip",
    source: { url: { url: "https://example.com/a.mp4" } },
  });
const stored = () => readStoredBytes(system.db, workspaceId);

test("an upload over the storage quota is refused with figures before its first byte", async () => {
  await setLimits({ maxStoredBytes: 1_000 });
  await upload(600);
  const refused = { code: "QUOTA_EXCEEDED", quota: "STORED_BYTES", limit: 1_000, used: 600 };
  await expect(upload(401)).rejects.toMatchObject({ ...refused, retryAfterMs: 60_000 });
  await expect(upload(400)).resolves.toHaveProperty("videoId");
  await expect(fetched()).rejects.toMatchObject({ quota: "STORED_BYTES", used: 1_000 });
});

test("thirty concurrent uploads use exactly the storage that the quota allows", async () => {
  await setLimits({ maxStoredBytes: 750 });
  const results = await Promise.allSettled(Array.from({ length: 30 }, () => upload(100)));
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(7);
  expect(await stored()).toBe(700);
});

test("sources, finished outputs and assets count; deleted and abandoned files no longer count", async () => {
  const { db, operations, viewer, store } = system;
  const { videoId } = await upload(1_000);
  expect(await stored()).toBe(1_000);
  const rung = { videoId, position: 0, tier: "STANDARD", codec: "H264", bitrateBps: 1 } as const;
  const variant = await db.variant.create({ data: { ...rung, name: "360p", sizeBytes: 50n } });
  expect(await stored()).toBe(1_000);
  await db.variant.update({
    where: { id: variant.id },
    data: { status: "READY", sizeBytes: 70n, playlist: {} },
  });
  const playlist = { sizeBytes: 9, isComplete: true };
  await db.audioTrack.create({
    data: { videoId, codec: "AAC", channels: 2, attemptId: variant.id, playlist },
  });
  const download = { version: 1, key: "d.mp4", variant: "360p" } as const;
  await writeAsset(db, videoId, toAssetRow("download", { ...download, sizeBytes: 600 }));
  expect(await stored()).toBe(1_679);
  await writeAsset(db, videoId, toAssetRow("download", { ...download, sizeBytes: 500 }));
  expect(await stored()).toBe(1_579);
  await db.variant.delete({ where: { id: variant.id } });
  expect(await stored()).toBe(1_509);
  await deleteVideo(operations, viewer, { videoId });
  expect(await stored()).toBe(0);
  const { videoId: abandoned } = await upload(300);
  await failUpload({ ...operations, store }, abandoned, uploadExpired);
  expect(await stored()).toBe(0);
});

test("a worker that fetches a source receives the remaining storage quota as its limit", async () => {
  await setLimits({ maxStoredBytes: 1_000 });
  await upload(600);
  const { videoId } = await fetched();
  const task = await system.db.task.findFirstOrThrow({ where: { job: { videoId } } });
  const [message] = await system.takeMessages({ taskId: task.id });
  expect(message).toMatchObject({ source: { kind: "url", maxBytes: 400 } });
  await system.db.source.update({ where: { videoId }, data: { receivedAt: new Date(), hash: "sha256:00" } });
  await system.db.task.update({ where: { id: task.id }, data: { dispatchedAt: null } });
  const [again] = await system.takeMessages({ taskId: task.id });
  expect(again?.source.kind).toBe("object");
  expect(again?.source).not.toHaveProperty("maxBytes");
});

test("a worker receives no limit if there is no quota", async () => {
  const { videoId } = await fetched();
  const task = await system.db.task.findFirstOrThrow({ where: { job: { videoId } } });
  const [message] = await system.takeMessages({ taskId: task.id });
  expect(message?.source.kind).toBe("url");
  expect(message?.source).not.toHaveProperty("maxBytes");
});

test("folding the changes keeps the total, and a drifted total is corrected and logged", async () => {
  const { db } = system;
  await Promise.all([upload(100), upload(200)]);
  await Promise.all([foldStoredBytes(db), foldStoredBytes(db)]);
  expect([await stored(), await db.storedBytesChange.count()]).toEqual([300, 0]);
  await upload(50);
  await db.material.create({
    data: {
      ...{ workspaceId, filename: "logo.png", sizeBytes: 30, objectKey: "materials/m/logo.png" },
      ...{ uploadProtocol: "TUS", uploadExpiresAt: new Date() },
    },
  });
  const drifts: unknown[] = [];
  const log = { warn: (fields: unknown) => void drifts.push(fields) };
  await repairStoredBytes(db, log as never);
  expect(drifts).toEqual([]);
  await db.workspace.update({ where: { id: workspaceId }, data: { storedBytes: 7 } });
  await repairStoredBytes(db, log as never);
  expect([await stored(), drifts]).toEqual([380, [{ workspaceId, driftBytes: 293 }]]);
  await db.material.deleteMany();
});

test("minutes are charged once per video, up to exactly the limit, and again after midnight", async () => {
  const { db } = system;
  await setLimits({ maxSourceMinutesPerDay: 3 });
  const now = new Date("2026-11-22T23:50:00Z");
  const charge = (videoId: string, minutes: number, at = now) =>
    db.$transaction((tx) =>
      chargeSource(tx, {
        ...{ workspaceId, videoId, fetchedBytes: 0, durationMs: minutes * 60_000, now: at, limits: {} },
      }),
    );
  const ids = Array.from({ length: 10 }, () => crypto.randomUUID());
  const results = await Promise.all(ids.map((id) => charge(id, 1)));
  expect(results.filter((refusal) => refusal === null)).toHaveLength(3);
  expect(results.find((refusal) => refusal !== null)).toMatchObject({
    code: "QUOTA_EXCEEDED",
    scope: "QUOTA",
    retriable: true,
    message: expect.stringContaining("2026-11-23T00:00:00.000Z"),
  });
  const first = ids[results.indexOf(null)] ?? "";
  expect(await charge(first, 1, new Date("2026-11-23T00:00:00Z"))).toBeNull();
  const used = { code: "QUOTA_EXCEEDED", quota: "SOURCE_MINUTES_PER_DAY", limit: 3, used: 3 };
  const atNight = { ...system.operations, clock: () => now };
  const source = { url: { url: "https://example.com/a.mp4" } };
  await expect(createVideo(atNight, system.viewer, { title: "x", source })).rejects.toMatchObject({
    ...used,
    retryAfterMs: 600_000,
  });
});
