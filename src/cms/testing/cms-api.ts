/**
 * The HTTP side for content management systems, on real Postgres, a real store and the real server; no
 * workers.
 */
import { connect } from "node:net";
import type { ObjectStore } from "@reelay/object-store";
import { pino } from "pino";
import { Registry } from "prom-client";
import { schema } from "../../../schema/index.ts";
import { createServer } from "../../api/server.ts";
import { createApiKey } from "../../auth/api-keys.ts";
import { createAuthenticate } from "../../auth/authenticate.ts";
import type { OperationDeps } from "../../context/deps.ts";
import type { EventLog } from "../../events/index.ts";
import { createProjection } from "../../testing/projection.ts";
import { TestLive } from "../../testing/test-live.ts";
import { createFormUpload, createVideoStatus } from "../index.ts";

export interface CmsApiOptions {
  /** Largest file. Default 4 MiB. */
  uploadBytes?: number;
  activeJobs?: number | null;
  /** Stands between the API and its store. */
  wrapStore?: (store: ObjectStore) => ObjectStore;
}

// oxlint-disable-next-line typescript/no-explicit-any -- tests read answers as they come
type Answer = { status: number; headers: Headers; body: any };

export const formPath = "/api/cms/media/upload";

export async function createCmsApi({
  uploadBytes = 4 * 2 ** 20,
  activeJobs = null,
  wrapStore = (store) => store,
}: CmsApiOptions = {}) {
  const stack = new AsyncDisposableStack();
  const system = stack.use(await createProjection());
  const { db, viewer } = system;
  const live = new TestLive(db);
  const logged: Array<Record<string, unknown>> = [];
  const log = pino({}, { write: (line) => void logged.push(JSON.parse(line)) });
  const operations: OperationDeps = {
    ...system.operations,
    ...{ live, log, store: wrapStore(system.store) },
    limits: { ...system.operations.limits, uploadBytes, activeJobs },
  };
  const { clock } = operations;
  const publicUrl = "https://api.example";
  const authenticate = createAuthenticate({ db, clock });
  const forms = stack.use(createFormUpload({ deps: operations, authenticate, publicUrl, lingerMs: 5_000 }));
  const server = stack.use(
    createServer({
      schema,
      config: { isDevelopment: false, graceMs: 5_000 },
      ...{ log, checks: {}, metrics: new Registry() },
      handlers: [(req, res) => forms.handle(req, res), createVideoStatus({ deps: operations, authenticate })],
      onClosing: () => forms.stop(),
      context: { db, store: system.store, live, events: {} as EventLog, clock, operations },
    }),
  );
  const { url, port } = await server.listen(0, "127.0.0.1");
  const { workspaceId } = viewer;
  const { token } = await createApiKey(db, { workspaceId, name: "cms", scopes: ["WRITE"] });
  const reader = await createApiKey(db, { workspaceId, name: "reader", scopes: ["READ"] });
  const authorization = `Bearer ${token}`;

  /** Streams are sent as they come, without being announced. */
  async function send(
    body: Uint8Array | AsyncIterable<Uint8Array> | FormData | string,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const request = { method: "POST", headers: { authorization, ...headers }, body, duplex: "half" };
    // Node's own fetch takes streams of its own kind, which the types do not know.
    const response = await fetch(`${url}${formPath}`, request as RequestInit);
    return { status: response.status, headers: response.headers, body: await response.json() };
  }

  return {
    ...{ db, viewer, store: system.store, createQueuedVideo: system.createQueuedVideo },
    ...{ system, operations, live, forms, server, url, authorization, send, logged },
    readerToken: reader.token,
    get: (path: string, headers: Record<string, string> = {}) => fetch(`${url}${path}`, { headers }),
    /** A connection on which the head of a form was sent; the test sends the rest, or does not. */
    begin(headers: Record<string, string | number> = {}) {
      const socket = connect(port, "127.0.0.1");
      const all = { Host: "api", Authorization: authorization, "Content-Type": formType, ...headers };
      const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`POST ${formPath} HTTP/1.1\r\n${lines.join("")}\r\n`);
      socket.on("error", () => {});
      return socket;
    },
    /** Keys of all objects. */
    async stored(): Promise<string[]> {
      const objects = await Array.fromAsync(system.store.list("videos/"));
      return objects.map(({ key }) => key);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const boundary = "----reelay-test";
export const formType = `multipart/form-data; boundary=${boundary}`;

export interface Part {
  name: string;
  filename?: string;
  type?: string;
  body: string | Buffer;
}

/** A form byte by byte, so that it may be wrong. */
export function formOf(parts: readonly Part[], { isEnded = true } = {}): Buffer {
  const pieces = parts.flatMap(({ name, filename, type, body }) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? "" : `; filename="${filename}"`}\r\n${type ? `Content-Type: ${type}\r\n` : ""}\r\n`,
    ),
    Buffer.from(body),
    Buffer.from("\r\n"),
  ]);
  return Buffer.concat([...pieces, Buffer.from(isEnded ? `--${boundary}--\r\n` : "")]);
}

export const filePart = (body: string | Buffer, filename = "clip.mp4"): Part => ({
  ...{ name: "file", filename, body },
  type: "video/mp4",
});
export const metadataPart = (metadata: unknown): Part => ({
  name: "metadata",
  body: JSON.stringify(metadata),
});
