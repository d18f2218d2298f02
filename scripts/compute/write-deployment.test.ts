import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { backendKinds } from "../../src/compute/index.ts";
import { writeDeployment } from "./write-deployment.ts";

const backends = path.resolve(import.meta.dirname, "../../src/compute/backends");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "reelay-deployment-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("files are written once, and changed ones are not overwritten", async () => {
  const to = path.join(folder, "new");
  expect(await writeDeployment("RUNPOD_SERVERLESS", to)).toEqual([
    "Dockerfile",
    "handler.py",
    "requirements.txt",
  ]);
  await writeDeployment("RUNPOD_SERVERLESS", to);
  await writeFile(path.join(to, "handler.py"), "mine");
  await expect(writeDeployment("RUNPOD_SERVERLESS", to)).rejects.toThrow(/handler\.py exists/);
  expect(await readFile(path.join(to, "handler.py"), "utf8")).toBe("mine");
});

test("what Python leaves in a folder of sources is not written", async () => {
  const left = path.join(backends, "modal-function", "deploy", "__pycache__");
  await mkdir(left, { recursive: true });
  try {
    const files = await writeDeployment("MODAL_FUNCTION", folder);
    expect(files).toContain("modal_app.py");
    expect((await readdir(folder)).toSorted()).toEqual(files.toSorted());
  } finally {
    await rm(left, { recursive: true, force: true });
  }
});

test("a kind without files and an unknown kind are named, with those that have some", async () => {
  await expect(writeDeployment("LOCAL_PROCESSES", folder)).rejects.toThrow(
    /LOCAL_PROCESSES needs nothing deployed.*RUNPOD_SERVERLESS/,
  );
  await expect(writeDeployment("MODAL", folder)).rejects.toThrow(/KIND is "MODAL"/);
});

test("every kind of back end has a folder of its name", async () => {
  expect((await readdir(backends)).map((name) => name.toUpperCase().replaceAll("-", "_")).toSorted()).toEqual(
    backendKinds.map(({ kind }) => kind).toSorted(),
  );
});
