import { randomUUID } from "node:crypto";
import { objectKeys } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readQuotas } from "../quotas/index.ts";
import { orphanOwners, removeOrphans } from "../sweeper/remove-orphans.ts";
import { createProjection } from "../testing/projection.ts";
import { createVideo } from "../videos/index.ts";
import { createMaterial, deleteMaterial, failMaterial, materialTerminated, sweepMaterials } from "./index.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

const DAY_MS = 86_400_000;
const bytes = "OTTO font";

async function create(filename: string, limits: object = {}): Promise<string> {
  const { operations, viewer } = system;
  const deps = { ...operations, limits: { ...operations.limits, ...limits } };
  const upload = { filename, sizeBytes: bytes.length };
  return (await createMaterial(deps, viewer, { upload })).materialId;
}
const find = (id: string) => system.db.material.findUnique({ where: { id } });
const storedBytes = async () => {
  const quotas = await readQuotas(system.operations, system.viewer.workspaceId);
  return quotas.find(({ name }) => name === "STORED_BYTES")?.used;
};

test("an upload that went directly to the store is detected, and one that never arrived expires", async () => {
  const [arrived, away] = [await create("a.otf"), await create("b.otf")];
  await system.db.material.updateMany({ data: { uploadProtocol: "GCS_RESUMABLE" } });
  await system.store.put(objectKeys.materialFile(arrived, "a.otf"), bytes);
  await sweepMaterials(system.operations);
  expect(await find(arrived)).toMatchObject({ status: "READY", kind: "FONT", contentType: "font/otf" });
  expect(await find(away)).toMatchObject({ status: "AWAITING_UPLOAD" });
  system.passTime(DAY_MS + 1);
  await sweepMaterials(system.operations);
  expect(await find(away)).toMatchObject({ status: "FAILED", error: { code: "UPLOAD_EXPIRED" } });
  system.passTime(7 * DAY_MS);
  await sweepMaterials(system.operations);
  expect([await find(away), (await find(arrived))?.status]).toEqual([null, "READY"]);
});

test("a workspace has a limited number of materials, without those that failed, and they count as stored bytes", async () => {
  const before = (await storedBytes()) ?? 0;
  const used = await system.db.material.count();
  const id = await create("c.otf", { materials: used + 1 });
  expect(await storedBytes()).toBe(before + bytes.length);
  await expect(create("d.otf", { materials: used + 1 })).rejects.toMatchObject({
    ...{ code: "QUOTA_EXCEEDED", quota: "MATERIALS", limit: used + 1, used: used + 1 },
  });
  await expect(create("d.otf", { storedBytes: before + bytes.length })).rejects.toMatchObject({
    quota: "STORED_BYTES",
  });
  await failMaterial(system.operations, id, materialTerminated);
  expect(await storedBytes()).toBe(before);
  await deleteMaterial(system.operations, system.viewer, {
    materialId: await create("d.otf", { materials: used + 1 }),
  });
  expect(await storedBytes()).toBe(before);
});

test("a material that is deleted while a video is created is either kept or reported missing", async () => {
  const { operations, viewer } = system;
  for (let round = 0; round < 5; round += 1) {
    const materialId = await create(`race-${round}.otf`);
    await system.store.put(objectKeys.materialFile(materialId, `race-${round}.otf`), bytes);
    await system.db.material.updateMany({
      where: { id: materialId },
      data: { uploadProtocol: "GCS_RESUMABLE" },
    });
    await sweepMaterials(operations);
    const materials = [Buffer.from(`Material:${materialId}`).toString("base64url")];
    const source = { manim: { script: "class A(Scene): pass", materials } };
    const [video, deletion] = await Promise.allSettled([
      createVideo(operations, viewer, { title: "Race", source }),
      deleteMaterial(operations, viewer, { materialId }),
    ]);
    const exists = (await find(materialId)) !== null;
    expect([video.status, deletion.status]).toEqual(
      exists ? ["fulfilled", "rejected"] : ["rejected", "fulfilled"],
    );
    const reason = [video, deletion].flatMap((one) => (one.status === "rejected" ? [one.reason.code] : []));
    expect(reason).toEqual([exists ? "MATERIAL_IN_USE" : "MATERIAL_NOT_FOUND"]);
  }
});

test("objects of a material without a row are removed after a day", async () => {
  const kept = await create("e.otf");
  const keys = [kept, randomUUID()].map((id) => objectKeys.materialFile(id, "e.otf"));
  for (const key of keys) await system.store.put(key, bytes);
  system.passTime(2 * DAY_MS);
  await removeOrphans(system.deps, undefined, { owner: orphanOwners.materials });
  const left = new Set((await Array.fromAsync(system.store.list("materials/"))).map(({ key }) => key));
  expect(keys.filter((key) => left.has(key))).toEqual(keys.slice(0, 1));
});
