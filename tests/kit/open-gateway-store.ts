import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { createGatewayObjectStore, createLocalObjectStore, type ObjectStore } from "@reelay/object-store";
import { pino } from "pino";
import { refuse, toKey } from "../../src/gateway/create-gateway.ts";
import { GatewayError } from "../../src/gateway/gateway-error.ts";
import { answerDeletePrefix, answerList, answerObject, type ObjectScope } from "../../src/gateway/objects.ts";

const everything: ObjectScope = {
  assertRead: () => undefined,
  assertWrite: () => undefined,
  assertOwn: () => undefined,
};

/** A worker's store over HTTP, before a local one, with the API's own answers and a scope of all keys. */
export async function openGatewayStore(): Promise<{ store: ObjectStore; close: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), "reelay-gateway-"));
  const local = createLocalObjectStore({ directory, publicBaseUrl: "http://localhost:4000/media/" });
  const options = { store: local, maxBytes: 5e9 };
  const log = pino({ level: "silent" });
  const server = createServer((req, res) => {
    const answer = async () => {
      const path = (req.url ?? "").replace("/worker/v1/", "");
      if (path.startsWith("objects/")) {
        const key = toKey(path.slice("objects/".length));
        return await answerObject(options, { scope: everything, key }, req, res);
      }
      const body = JSON.parse(await text(req));
      if (path === "list") return await answerList(options, everything, body, res);
      if (path === "delete") return await answerDeletePrefix(options, everything, body.prefix, res);
      throw new GatewayError("NOT_FOUND", path);
    };
    answer().catch((error: unknown) => refuse(res, req, error, log));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    store: createGatewayObjectStore({ apiUrl, headers: () => ({}) }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await local[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    },
  };
}
