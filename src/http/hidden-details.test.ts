import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ObjectStore } from "@reelay/object-store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { createTestApi, type TestApi } from "../../schema/testing/test-api.ts";
import type { Handler } from "../api/server.ts";
import { createFormUpload, createVideoStatus } from "../cms/index.ts";
import type { OperationDeps } from "../context/deps.ts";
import { createMediaHandler } from "../media/index.ts";
import { createTusUploads } from "../uploads/index.ts";

const viewer = {
  apiKeyId: "k",
  workspaceId: "00000000-0000-7000-8000-000000000000",
  scopes: ["WRITE" as const],
};

/** A failure of a kind that nothing expects, with all that must not leave the process. */
const fail = (): never => {
  throw new Error(`ENOSPC: secret-detail, open '${join(tmpdir(), "reelay/object")}'`);
};
const failing = new Proxy({}, { get: () => fail }) as never;
const store = {
  head: fail,
  read: fail,
  put: fail,
  publicUrl: () => "http://store/",
} as unknown as ObjectStore;
const deps = {
  db: failing,
  store,
  clock: () => new Date(),
  limits: { uploadBytes: 1_000 },
  playback: { check: () => Promise.resolve({ isAllowed: true, token: null }) },
} as unknown as OperationDeps;

const uploadFolder = join(tmpdir(), `reelay-hidden-details-${process.pid}`);
let api: TestApi;
let isLogBroken = false;
beforeAll(async () => {
  const log = { error: () => undefined, info: () => undefined } as unknown as OperationDeps["log"];
  const forms = createFormUpload({
    deps: { ...deps, log },
    authenticate: async () => viewer,
    publicUrl: "http://a",
  });
  const uploads = createTusUploads({
    directory: uploadFolder,
    basePath: "/uploads",
    authorise: fail,
    onReceived: fail,
  });
  const handlers: Handler[] = [
    createMediaHandler({ store, access: deps.playback, basePath: "/media/" }),
    (req, res) => forms.handle(req, res),
    createVideoStatus({ deps: { ...deps, log }, authenticate: async () => viewer }),
    async (req, res) =>
      req.url?.startsWith("/uploads/") === true && uploads.handle(req, res).then(() => true),
    async (req) => (req.url === "/broken" ? fail() : false),
  ];
  api = await createTestApi({
    handlers,
    checks: { database: fail },
    log: new Proxy({}, { get: () => () => isLogBroken && fail() }) as never,
  });
  // Every look-up of rows fails with Prisma's own words, which name the file and the line of the caller.
  await api.db.$executeRawUnsafe('ALTER TABLE "videos" RENAME TO "gone"');
});
afterAll(() => api[Symbol.asyncDispose]());

afterAll(() => rm(uploadFolder, { recursive: true, force: true }));

const expectNothingShown = (text: string) => {
  expect(text).not.toMatch(/secret-detail|ENOSPC|node_modules|\.[tj]s:\d|^\s*at |\/tmp|invocation|prisma/im);
};

async function answerTo(path: string, init: RequestInit = {}) {
  const response = await fetch(`${api.url}${path}`, init);
  const text = await response.text();
  expectNothingShown(text);
  expectNothingShown(JSON.stringify([...response.headers]));
  return { status: response.status, text };
}

const form = () => {
  const body = new FormData();
  body.set("file", new File(["x"], "a.mp4"));
  return { method: "POST", body, headers: { authorization: "Bearer x" } };
};
const upload = "/uploads/00000000-0000-7000-8000-000000000000.token";
const patch = {
  method: "PATCH",
  headers: {
    "tus-resumable": "1.0.0",
    "upload-offset": "0",
    "content-type": "application/offset+octet-stream",
  },
  body: "x",
};

test.each([
  ["media", "/media/videos/1/poster.jpg", {}, 500],
  ["a form", "/api/cms/media/upload", form, 500],
  [
    "a status",
    `/api/video-status/${Buffer.from("Video:00000000-0000-7000-8000-000000000000").toString("base64url")}`,
    {},
    500,
  ],
  ["an upload", upload, patch, 500],
  ["the readiness", "/readyz", {}, 503],
  ["a handler with a bug", "/broken", {}, 500],
] as const)("the answer of %s does not reveal internal errors", async (_name, path, init, status) => {
  expect((await answerTo(path, typeof init === "function" ? init() : init)).status).toBe(status);
});

test.each([false, true])(
  "the answer does not reveal an internal error of a resolver, also while the log is broken: %s",
  async (isBroken) => {
    isLogBroken = isBroken;
    const init = {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${api.ours.read}` },
      body: JSON.stringify({ query: "{ videos { nodes { id } } }" }),
    };
    const { status, text } = await answerTo("/graphql", init).finally(() => (isLogBroken = false));
    expect([status, text]).toEqual([isBroken ? 500 : 200, expect.stringContaining("INTERNAL_SERVER_ERROR")]);
  },
);

test("neither messages nor the close event of a socket reveal internal errors", async () => {
  const socket = new WebSocket(api.webSocket, "graphql-transport-ws");
  const heard: string[] = [];
  socket.on("message", (data) => heard.push((data as Buffer).toString()));
  const closed = new Promise<string>((resolve) =>
    socket.once("close", (_code, reason) => resolve(reason.toString())),
  );
  await new Promise((resolve) => socket.once("open", resolve));
  socket.send(JSON.stringify({ type: "connection_init", payload: { apiKey: api.ours.read } }));
  await expect.poll(() => heard.length).toBe(1);
  socket.send(
    JSON.stringify({ id: "1", type: "subscribe", payload: { query: "{ videos { nodes { id } } }" } }),
  );
  await expect.poll(() => heard.join()).toContain("INTERNAL_SERVER_ERROR");
  isLogBroken = true;
  socket.send(
    JSON.stringify({ id: "2", type: "subscribe", payload: { query: "{ videos { nodes { id } } }" } }),
  );
  const reason = await closed.finally(() => (isLogBroken = false));
  expectNothingShown(heard.join("\n") + reason);
});

test("a socket that connects while keys cannot be looked up is asked to reconnect", async () => {
  await api.db.$executeRawUnsafe('ALTER TABLE "api_keys" RENAME TO "gone_keys"');
  const socket = new WebSocket(api.webSocket, "graphql-transport-ws");
  await new Promise((resolve) => socket.once("open", resolve));
  socket.send(JSON.stringify({ type: "connection_init", payload: { apiKey: api.theirs.read } }));
  const [code, reason] = await new Promise<[number, string]>((resolve) =>
    socket.once("close", (number, text) => resolve([number, text.toString()])),
  );
  expect(code).toBe(1013);
  expectNothingShown(reason);
});
