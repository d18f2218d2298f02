import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLocalObjectStore } from "../local-object-store.ts";
import type { ObjectStore } from "../object-store.ts";

/** One implementation for the contract suite to run over. */
export interface AdapterUnderTest {
  name: string;
  /** Promises that the server under the adapter cannot show, with the reason. */
  skips: Record<string, string>;
  open: () => Promise<{ store: ObjectStore; close: () => Promise<void> }>;
}

const local: AdapterUnderTest = {
  name: "local directory",
  skips: {},
  async open() {
    const directory = await mkdtemp(join(tmpdir(), "reelay-store-"));
    const store = createLocalObjectStore({ directory, publicBaseUrl: "http://localhost:4000/media/" });
    return {
      store,
      async close() {
        await store[Symbol.asyncDispose]();
        await rm(directory, { recursive: true });
      },
    };
  },
};

export const adapters: AdapterUnderTest[] = [local];
