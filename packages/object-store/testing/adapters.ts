import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFakeGcs, whyNoFakeGcs } from "../../../tests/fake-gcs/fake-gcs.ts";
import { openGatewayStore } from "../../../tests/kit/open-gateway-store.ts";
import { createGcsObjectStore } from "../gcs-object-store.ts";
import { createLocalObjectStore } from "../local-object-store.ts";
import type { ObjectStore } from "../object-store.ts";
import { openFaultyGcs } from "./faulty-gcs.ts";

/** One implementation for the contract suite. */
export interface AdapterUnderTest {
  name: string;
  isSkipped: boolean;
  /** Promises that the server behind the adapter cannot keep, with the reason. */
  skips: Record<string, string>;
  open: () => Promise<{ store: ObjectStore; close: () => Promise<void> }>;
}

const local: AdapterUnderTest = {
  name: "local directory",
  isSkipped: false,
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

const gcs: AdapterUnderTest = {
  name: `Google Cloud Storage${whyNoFakeGcs === undefined ? "" : ` (skipped: ${whyNoFakeGcs})`}`,
  isSkipped: whyNoFakeGcs !== undefined,
  skips: {},
  async open() {
    const server = await startFakeGcs("media");
    const store = createGcsObjectStore({ bucket: "media", projectId: "test", apiEndpoint: server.endpoint });
    return {
      store,
      async close() {
        await store[Symbol.asyncDispose]();
        await server.stop();
      },
    };
  },
};

const faultyGcs: AdapterUnderTest = {
  ...gcs,
  name: `Google Cloud Storage, every seventh request failing${whyNoFakeGcs === undefined ? "" : ` (skipped: ${whyNoFakeGcs})`}`,
  async open() {
    const faulty = await openFaultyGcs({ rate: 0.15 });
    return { store: faulty.store, close: async () => faulty[Symbol.asyncDispose]() };
  },
};

const gateway: AdapterUnderTest = {
  name: "the API's HTTP gateway",
  isSkipped: false,
  skips: {},
  open: openGatewayStore,
};

export const adapters: AdapterUnderTest[] = [local, gateway, gcs, faultyGcs];
