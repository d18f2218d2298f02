import { rm } from "node:fs/promises";
import { assertObjectKey, publicUrlOf } from "./object-key.ts";
import type { ObjectStore } from "./object-store.ts";

/**
 * What stores without local files have in common.
 *
 * @param baseUrl public address of all objects, ending in `/`
 */
export const withoutFiles = (
  put: ObjectStore["put"],
  baseUrl: string,
): Pick<ObjectStore, "adopt" | "localPath" | "arrivingPath" | "publicUrl"> => ({
  async adopt(key, path, options = {}) {
    const object = await put(key, { path }, options);
    await rm(path, { force: true });
    return object;
  },
  localPath(key) {
    assertObjectKey(key);
    return null;
  },
  arrivingPath: () => null,
  publicUrl(key) {
    assertObjectKey(key);
    return publicUrlOf(baseUrl, key);
  },
});
