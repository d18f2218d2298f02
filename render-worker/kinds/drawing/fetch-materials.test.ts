import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { SourceMaterial } from "@reelay/contracts";
import { createLocalObjectStore } from "@reelay/object-store";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../testing/kit.ts";
import { fetchMaterials } from "./fetch-materials.ts";

const toMaterial = (filename: string, content: string): SourceMaterial => {
  const materialId = randomUUID();
  return {
    ...{ materialId, filename, key: `materials/${materialId}/${filename}`, sizeBytes: content.length },
    kind: filename.endsWith(".ttf") ? "FONT" : "IMAGE",
    sha256: createHash("sha256").update(content).digest("hex"),
  };
};

async function openFolder() {
  const directory = await temporaryDirectory();
  const store = createLocalObjectStore({
    directory: join(directory.path, "store"),
    publicBaseUrl: "http://s/",
  });
  const folder = join(directory.path, "materials");
  const { signal } = new AbortController();
  const deps = { store, signal, directory: { assertRoom: () => Promise.resolve() } };
  return {
    folder,
    store,
    fetch: (...materials: SourceMaterial[]) => fetchMaterials(deps, { folder, materials }),
    isThere: () => stat(folder).then(Boolean, () => false),
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

test("materials are in a folder under their names until they are not needed any more", async () => {
  await using world = await openFolder();
  const [logo, own] = [toMaterial("My logo.png", "picture"), toMaterial("own.ttf", "font")];
  await world.store.put(logo.key, "picture");
  await world.store.put(own.key, "font");
  const fetched = await world.fetch(logo, own);
  expect(fetched.job).toEqual({ folder: world.folder, fonts: ["own.ttf"] });
  expect(await readdir(world.folder)).toEqual(["My logo.png", "own.ttf"]);
  expect(await readFile(join(world.folder, "My logo.png"), "utf8")).toBe("picture");
  // For painters that run as another user, and not for their changes.
  const modes = [world.folder, join(world.folder, "own.ttf")].map(
    async (path) => (await stat(path)).mode & 0o777,
  );
  expect(await Promise.all(modes)).toEqual([0o755, 0o644]);
  await fetched[Symbol.asyncDispose]();
  expect(await world.isThere()).toBe(false);
  await using none = await world.fetch();
  expect([none.job, await world.isThere()]).toEqual([null, false]);
});

test("a material that was deleted or altered ends the attempt with its name, and leaves nothing", async () => {
  await using world = await openFolder();
  const gone = toMaterial("gone.png", "picture");
  const error = { scope: "INPUT", retriable: false };
  await expect(world.fetch(gone)).rejects.toMatchObject({
    reported: { ...error, code: "MATERIAL_MISSING", message: expect.stringContaining('"gone.png"') },
  });
  for (const altered of ["pictura", "picture and more", ""]) {
    await world.store.put(gone.key, altered);
    await expect(world.fetch(gone)).rejects.toMatchObject({
      reported: { ...error, code: "MATERIAL_DAMAGED" },
    });
  }
  expect(await world.isThere()).toBe(false);
});
