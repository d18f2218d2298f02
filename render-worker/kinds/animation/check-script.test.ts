import { randomUUID } from "node:crypto";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AnimationSettings, SourceCheckRequested } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../../../tests/kit/eventually.ts";
import { createNoJail } from "../../jail/index.ts";
import type { FakeRecord } from "../../painting/testing/fake-painter.ts";
import { startWorker, temporaryDirectory } from "../../testing/kit.ts";

const settings: AnimationSettings = {
  ...{ version: 1, scene: null, width: 480, height: 270, frameRate: 15, renderer: "CAIRO", seed: 0 },
};

/** A check of a script of the fake painter. */
const request = (records: readonly FakeRecord[]): SourceCheckRequested => ({
  type: "source.check-requested.v1",
  checkId: randomUUID(),
  kind: "ANIMATION",
  script: JSON.stringify(records),
  settings,
  requestedAt: new Date().toISOString(),
});

let worker: Awaited<ReturnType<typeof startWorker>>;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker[Symbol.asyncDispose]());

/** The worker's report. */
async function check(records: readonly FakeRecord[]) {
  const message = request(records);
  await worker.messaging.control(message);
  return worker.messaging.published.find((one) => "checkId" in one && one.checkId === message.checkId);
}

const second = { frame: [0, 0, 0], repeats: 15 } satisfies FakeRecord;
const done = {
  type: "source.checked.v1",
  checked: { painterVersion: "1", scenes: [{ name: "GenScene", line: 1 }], scene: "GenScene" },
};

test("a script is counted without drawing it, and leaves nothing behind", async () => {
  const report = await check([{ step: "Create(Dot)" }, second, { step: "Wait" }, second]);
  expect(report).toMatchObject(done);
  expect(report).toMatchObject({
    workerId: worker.config.workerId,
    checked: {
      timeline: { animations: 2, durationMs: 2_000, frames: 30, hasAudio: false },
      issues: [],
    },
  });
  const left = await readdir(join(worker.config.workDirectory, worker.config.workerId));
  expect(left.filter((name) => name.startsWith("check-"))).toEqual([]);
});

test("a material that is gone is an issue of the script", async () => {
  const message = request([second]);
  const materialId = randomUUID();
  const material = {
    ...{ materialId, key: `materials/${materialId}/logo.png`, filename: "logo.png", sizeBytes: 3 },
    ...{ kind: "IMAGE" as const, sha256: "0".repeat(64) },
  };
  await worker.messaging.control({ ...message, settings: { ...settings, materials: [material] } });
  const report = worker.messaging.published.find(
    (one) => "checkId" in one && one.checkId === message.checkId,
  );
  expect(report).toMatchObject({
    checked: { timeline: null, issues: [{ severity: "ERROR", code: "MATERIAL_MISSING" }] },
  });
});

test("warnings and failures are issues with their places, errors first", async () => {
  const warning = {
    type: "warning",
    code: "SETTING_IGNORED",
    message: "It sets a size.",
    line: 3,
    column: 5,
  };
  const failed = { type: "failed", code: "SCRIPT_FAILED", message: "NameError", line: 7, column: null };
  const report = await check([
    { event: warning },
    { event: { ...failed, traceback: "line 7" } },
    { exit: 0 },
  ]);
  expect(report).toMatchObject({
    ...done,
    checked: {
      timeline: null,
      issues: [
        {
          ...{ severity: "ERROR", code: "SCRIPT_FAILED", message: "NameError" },
          ...{ line: 7, column: null, traceback: "line 7" },
        },
        { severity: "WARNING", code: "SETTING_IGNORED", message: "It sets a size.", line: 3, column: 5 },
      ],
    },
  });
  expect(await check([{ exit: 3 }])).toMatchObject({
    checked: { timeline: null, issues: [{ severity: "ERROR", code: "SCRIPT_FAILED", line: null }] },
  });
});

test("a scene without animations, and one that is too long, are counted with an issue", async () => {
  expect(await check([second])).toMatchObject({
    checked: { timeline: { animations: 0 }, issues: [{ severity: "WARNING", code: "NO_ANIMATIONS" }] },
  });
  const hours = Array.from({ length: 10 }, (): FakeRecord => ({ ...second, repeats: 36_000 }));
  expect(await check([{ step: "Wait" }, ...hours])).toMatchObject({
    checked: { timeline: { frames: 360_000 }, issues: [{ severity: "ERROR", code: "SCRIPT_OUTPUT" }] },
  });
});

test("a painter that is broken is the worker's fault", async () => {
  const failed = { type: "failed", code: "PAINTER_BROKEN", message: "It broke.", line: null, column: null };
  expect(await check([{ event: { ...failed, traceback: null } }])).toMatchObject({
    type: "source.check-failed.v1",
    error: { code: "PAINTER_BROKEN", scope: "WORKER", retriable: true },
  });
});

test("a busy worker with one slot checks at once, and a stopping one returns its check", async () => {
  await using scripts = await temporaryDirectory();
  await using other = await startWorker();
  const path = join(scripts.path, "scene.json");
  await writeFile(path, JSON.stringify([{ waitMs: 60_000 }]));
  await other.request(path, { kind: "ANIMATION", animation: settings });
  await eventually(
    () => expect(other.messaging.ofType("task.started.v1")).toHaveLength(1),
    "its slot is taken",
  );
  await other.messaging.control(request([{ step: "Wait" }, second]));
  expect(other.messaging.ofType("source.checked.v1")).toHaveLength(1);

  const unanswered = other.messaging.control(request([{ waitMs: 60_000 }]));
  const returned = expect(unanswered).rejects.toThrow();
  await eventually(async () => {
    const folders = await readdir(join(other.config.workDirectory, other.config.workerId));
    expect(folders.filter((name) => name.startsWith("check-"))).toHaveLength(1);
  }, "its check has begun");
  await other.worker[Symbol.asyncDispose]();
  await returned;
  expect(other.messaging.ofType("source.checked.v1")).toHaveLength(1);
});

test("a worker with a weak jail takes no checks", async () => {
  const weak = startWorker({}, undefined, Promise.resolve(createNoJail()));
  await using other = await weak;
  await other.messaging.control(request([second]));
  expect(other.messaging.published.filter((message) => "checkId" in message)).toEqual([]);
});
