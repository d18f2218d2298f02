import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { type ObjectStore, readOrNull } from "@reelay/object-store";
import { pathOf } from "./path.ts";

interface SecretFile {
  /** Of the object. */
  key: string;
  headers: OutgoingHttpHeaders;
}

/**
 * Serves objects at addresses that cannot be guessed, so that programs and pages need no API key.
 *
 * Resolves to false, with the response untouched, if the request is for another path.
 *
 * @param prefix what all of their paths begin with
 * @param find the object of a path; null: there is none
 */
export function createSecretFiles({
  prefix,
  store,
  find,
}: {
  prefix: string;
  store: Pick<ObjectStore, "read">;
  find: (path: string) => Promise<SecretFile | null> | SecretFile | null;
}) {
  return async (req: IncomingMessage, res: ServerResponse): Promise<boolean> => {
    const path = pathOf(req);
    if (!path.startsWith(prefix)) return false;
    res.setHeader("x-content-type-options", "nosniff").setHeader("cache-control", "no-store");
    if (req.method !== "GET" && req.method !== "HEAD") {
      res.writeHead(405, { allow: "GET, HEAD" }).end();
      return true;
    }
    const file = await find(path);
    const found = file && (await readOrNull(store, file.key));
    if (!found) {
      res.writeHead(404).end();
      return true;
    }
    res.writeHead(200, { "content-length": found.object.sizeBytes, ...file.headers });
    if (req.method === "HEAD") {
      found.body.destroy();
      res.end();
    } else await pipeline(found.body, res).catch(() => res.destroy());
    return true;
  };
}
