import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { Upload } from "tus-js-client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createToken, hashToken, isTokenOf } from "../secrets/token.ts";
import { createTusUploads, type TusUploads } from "./tus-uploads.ts";

const MiB = 1024 * 1024;
const token = createToken();
const soon = () => new Date(Date.now() + 60_000);

let directory: string;
let uploads: TusUploads;
let server: Server;
let origin: string;
let received: { uploadId: string; bytes: Buffer }[];
let rows: Map<string, { sizeBytes: number; expiresAt: Date; tokenHash: string }>;
/** Makes `onReceived` fail once. */
let failure: Error | undefined;
/** Where an earlier `onReceived` moved the file. */
let taking: string | undefined;

let maxRunning: number | undefined;
/** Keeps `onReceived` until it resolves. */
let holding: Promise<void> | undefined;

const open = () =>
  createTusUploads({
    directory,
    ...(maxRunning !== undefined && { maxRunning }),
    basePath: "/uploads",
    lockDrainMs: 20,
    async authorise(uploadId, given) {
      const row = rows.get(uploadId);
      return row && isTokenOf(given, row.tokenHash) ? row : null;
    },
    async onReceived(uploadId, path) {
      const thrown = failure;
      failure = undefined;
      if (thrown) throw thrown;
      if (holding) await holding;
      received.push({ uploadId, bytes: await readFile(taking ?? path) });
    },
  });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "reelay-uploads-"));
  [maxRunning, holding] = [undefined, undefined];
  [received, rows, failure, taking] = [[], new Map(), undefined, undefined];
  uploads = open();
  server = createServer((req, res) => void uploads.handle(req, res));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await uploads[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

async function begin(uploadId: string, sizeBytes: number, expiresAt = soon()): Promise<string> {
  rows.set(uploadId, { sizeBytes, expiresAt, tokenHash: hashToken(token) });
  await uploads.create({ uploadId, sizeBytes, expiresAt });
  return origin + uploads.addressPath(uploadId, token);
}

/** Sends with the real client; resolves at success. */
const send = (
  uploadUrl: string,
  bytes: Buffer,
  options: { onProgress?: (sent: number, upload: Upload) => void } = {},
) =>
  new Promise<void>((resolve, reject) => {
    const upload = new Upload(bytes, {
      uploadUrl,
      chunkSize: MiB,
      // Two clients that take one upload from each other need many on a busy machine.
      retryDelays: [10, 20, ...Array.from({ length: 200 }, () => 50)],
      onError: reject,
      onSuccess: () => resolve(),
      onProgress: (sent) => options.onProgress?.(sent, upload),
    });
    upload.start();
  });

const call = (
  url: string,
  method: string,
  headers: Record<string, string> = {},
  body?: Buffer<ArrayBuffer> | ReadableStream,
) =>
  fetch(url, {
    method,
    headers: { "tus-resumable": "1.0.0", ...headers },
    ...(body && { body, duplex: "half" as const }),
  });
const patch = (url: string, offset: number, body: Buffer<ArrayBuffer> | ReadableStream) =>
  call(
    url,
    "PATCH",
    { "upload-offset": `${offset}`, "content-type": "application/offset+octet-stream" },
    body,
  );
const offsetAt = async (url: string) => Number((await call(url, "HEAD")).headers.get("upload-offset"));

test("a complete upload is handed over once, byte for byte", async () => {
  const bytes = randomBytes(3 * MiB + 17);
  await send(await begin("u1", bytes.length), bytes);
  expect(received.map(({ uploadId }) => uploadId)).toEqual(["u1"]);
  expect(received[0]?.bytes.equals(bytes)).toBe(true);
  expect(await uploads.isComplete("u1")).toBe(true);
});

test("a client killed during an upload resumes from the stored bytes", async () => {
  const bytes = randomBytes(4 * MiB);
  const url = await begin("u1", bytes.length);
  await new Promise<void>((resolve) => {
    void send(url, bytes, {
      onProgress: (sent, upload) => {
        if (sent >= 2.5 * MiB) void upload.abort().then(resolve);
      },
    });
  });
  expect(received).toEqual([]);
  expect(await offsetAt(url)).toBeGreaterThanOrEqual(2 * MiB);
  const sentAgain: number[] = [];
  await send(url, bytes, { onProgress: (sent) => void sentAgain.push(sent) });
  expect(Math.min(...sentAgain)).toBeGreaterThanOrEqual(2 * MiB);
  expect(received[0]?.bytes.equals(bytes)).toBe(true);
});

test("a restarted server continues where the previous one stopped", async () => {
  const bytes = randomBytes(2 * MiB);
  const url = await begin("u1", bytes.length);
  await patch(url, 0, bytes.subarray(0, MiB));
  await uploads[Symbol.asyncDispose]();
  uploads = open();
  expect(await offsetAt(url)).toBe(MiB);
  await send(url, bytes);
  expect(received[0]?.bytes.equals(bytes)).toBe(true);
});

test("disposal during a request keeps the received bytes and releases the upload", async () => {
  const url = await begin("u1", 2 * MiB);
  const stalled = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(MiB)) });
  const request = patch(url, 0, stalled).catch(() => "broken");
  await expect.poll(async () => (await readFile(uploads.path("u1"))).length).toBeGreaterThan(0);
  await uploads[Symbol.asyncDispose]();
  expect(await request).toBe("broken");
  uploads = open();
  expect(await offsetAt(url)).toBeGreaterThan(0);
});

test("a stopping server interrupts an upload, and another server continues it", async () => {
  const url = await begin("u1", 2 * MiB);
  const stalled = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(MiB)) });
  const request = patch(url, 0, stalled).then(
    (response) => Number(response.headers.get("upload-offset")),
    () => "broken off",
  );
  await expect.poll(async () => (await readFile(uploads.path("u1"))).length).toBe(MiB);
  uploads.stop();
  expect([MiB, "broken off"]).toContain(await request);
  const refused = await call(url, "HEAD");
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "2"]);
  const stopped = uploads;
  uploads = open();
  expect(await offsetAt(url)).toBe(MiB);
  expect((await patch(url, MiB, Buffer.alloc(MiB))).status).toBe(204);
  expect(received.map(({ bytes }) => bytes.length)).toEqual([2 * MiB]);
  await stopped[Symbol.asyncDispose]();
});

test("a client over the concurrency limit is asked to retry", async () => {
  maxRunning = 0;
  await uploads[Symbol.asyncDispose]();
  uploads = open();
  const url = await begin("u1", 3);
  const refused = await patch(url, 0, Buffer.from("abc"));
  expect([refused.status, await refused.json()]).toMatchObject([503, { code: "OVERLOADED" }]);
});

test("a client that disconnected before its answer uses no slot and blocks no other client", async () => {
  [maxRunning] = [1];
  await uploads[Symbol.asyncDispose]();
  uploads = open();
  const bytes = randomBytes(1_000);
  const url = await begin("left", bytes.length);
  let handOn = () => {};
  holding = new Promise((resolve) => {
    handOn = resolve;
  });
  const leaving = request(url, {
    method: "PATCH",
    headers: {
      "tus-resumable": "1.0.0",
      "upload-offset": "0",
      "content-type": "application/offset+octet-stream",
      "content-length": bytes.length,
    },
  });
  leaving.on("error", () => {});
  leaving.end(bytes);
  await expect.poll(() => uploads.isComplete("left")).toBe(true);
  leaving.destroy();
  const connections = () =>
    new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
  await expect.poll(connections).toBe(0);
  handOn();
  await expect.poll(async () => (await call(url, "HEAD")).status).toBe(200);
});

test("an upload that the process did not create is created when its client connects", async () => {
  rows.set("u1", { sizeBytes: 3, expiresAt: soon(), tokenHash: hashToken(token) });
  await send(origin + uploads.addressPath("u1", token), Buffer.from("abc"));
  expect(received[0]?.bytes.toString()).toBe("abc");
});

test("a wrong token does not reveal that the upload exists", async () => {
  const url = await begin("u1", 3);
  const wrong = await call(origin + uploads.addressPath("u1", createToken()), "PATCH");
  const unknown = await call(origin + uploads.addressPath("u2", token), "PATCH");
  expect([wrong.status, unknown.status]).toEqual([404, 404]);
  expect(await wrong.json()).toEqual(await unknown.json());
  expect((await call(`${origin}/uploads/..%2F..%2Fetc.${token}`, "HEAD")).status).toBe(404);
  expect(await offsetAt(url)).toBe(0);
});

test("an expired upload is refused and removed by the sweep", async () => {
  const url = await begin("u1", 3, new Date(Date.now() - 1));
  const response = await patch(url, 0, Buffer.from("abc"));
  expect([response.status, await response.json()]).toMatchObject([410, { code: "UPLOAD_EXPIRED" }]);
  expect(await uploads.sweep(new Date())).toMatchObject({ removed: ["u1"] });
  expect(await readdir(directory)).toEqual([]);
});

test("bytes beyond the size are refused and never stored", async () => {
  const url = await begin("u1", 3);
  expect((await patch(url, 0, Buffer.from("abcd"))).status).toBe(413);
  expect(await offsetAt(url)).toBe(0);
  const unannounced = await patch(
    url,
    0,
    Readable.toWeb(Readable.from([Buffer.from("ab"), Buffer.from("cd")])) as ReadableStream,
  );
  expect(unannounced.status).toBe(413);
  expect(await unannounced.json()).toMatchObject({ code: "UPLOAD_TOO_LARGE" });
  expect((await readFile(uploads.path("u1"))).length).toBeLessThanOrEqual(3);
});

test("two concurrent clients result in one complete upload", async () => {
  const bytes = randomBytes(4 * MiB);
  const url = await begin("u1", bytes.length);
  await Promise.all([send(url, bytes), send(url, bytes)]);
  expect(received).toHaveLength(1);
  expect(received[0]?.bytes.equals(bytes)).toBe(true);
});

test("a client that resumes takes over from its dead connection, also through another process", async () => {
  const url = await begin("u1", 2 * MiB);
  const stalled = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(MiB)) });
  const dead = patch(url, 0, stalled).catch(() => "broken");
  await expect.poll(async () => (await readFile(uploads.path("u1"))).length).toBe(MiB);
  await using other = open();
  const otherServer = createServer((req, res) => void other.handle(req, res));
  await new Promise<void>((resolve) => void otherServer.listen(0, "127.0.0.1", resolve));
  const { port } = otherServer.address() as AddressInfo;
  expect(await offsetAt(`http://127.0.0.1:${port}${uploads.addressPath("u1", token)}`)).toBe(MiB);
  otherServer.closeAllConnections();
  otherServer.close();
  server.closeAllConnections();
  await dead;
});

test("the client is notified of a failed hand-over, and its retry repeats the hand-over without sending a byte", async () => {
  const url = await begin("u1", 3);
  failure = new Error("database away");
  const first = await patch(url, 0, Buffer.from("abc"));
  expect([first.status, await first.json()]).toMatchObject([503, { code: "UPLOAD_NOT_TAKEN" }]);
  expect(received).toEqual([]);
  await send(url, Buffer.from("abc"));
  expect(received).toHaveLength(1);
});

test("a client that missed the last answer receives a success, and the hand-over is not repeated", async () => {
  const url = await begin("u1", 3);
  await send(url, Buffer.from("abc"));
  await send(url, Buffer.from("abc"));
  expect((await patch(url, 3, Buffer.alloc(0))).status).toBe(204);
  expect(received).toHaveLength(1);
});

test("bytes for a finished upload are refused unless they start at its end", async () => {
  const url = await begin("u1", 3);
  await send(url, Buffer.from("abc"));
  const again = await patch(url, 0, Buffer.from("xyz"));
  expect([again.status, await again.json()]).toMatchObject([409, { code: "OFFSET_CONFLICT" }]);
  expect((await patch(url, 3, Buffer.alloc(0))).status).toBe(204);
  expect(received[0]?.bytes.toString()).toBe("abc");
});

test.each([{}, { "tus-resumable": "0.2.2" }])(
  "a client with another version of tus receives the supported version: %j",
  async (headers) => {
    const url = await begin("u1", 3);
    const response = await fetch(url, { method: "HEAD", headers });
    expect([response.status, response.headers.get("tus-version")]).toEqual([412, "1.0.0"]);
  },
);

const digest = (algorithm: string, text: string) =>
  `${algorithm} ${createHash(algorithm).update(text).digest("base64")}`;
const patchChecked = (url: string, offset: number, text: string, checksum: string) =>
  call(
    url,
    "PATCH",
    {
      "upload-offset": `${offset}`,
      "content-type": "application/offset+octet-stream",
      "upload-checksum": checksum,
    },
    Buffer.from(text),
  );

test("bytes that do not match their checksum are dropped, and matching bytes are stored", async () => {
  const url = await begin("u1", 6);
  expect((await patchChecked(url, 0, "abc", digest("sha256", "abc"))).status).toBe(204);
  const damaged = await patchChecked(url, 3, "dxf", digest("sha1", "def"));
  expect([damaged.status, await damaged.json()]).toMatchObject([460, { code: "CHECKSUM_MISMATCH" }]);
  expect(await offsetAt(url)).toBe(3);
  expect((await patchChecked(url, 3, "def", digest("sha1", "def"))).status).toBe(204);
  expect(received[0]?.bytes.toString()).toBe("abcdef");
});

test("a corrupt last chunk does not complete the upload", async () => {
  const url = await begin("u1", 3);
  expect((await patchChecked(url, 0, "xyz", digest("sha256", "abc"))).status).toBe(460);
  expect(received).toEqual([]);
  expect(await offsetAt(url)).toBe(0);
});

test("an unsupported or malformed checksum is refused, and the supported algorithms are listed", async () => {
  const url = await begin("u1", 3);
  for (const checksum of ["md5 kAFQmDzST7DWlj99KOF/cg==", "sha256 short", "sha256"]) {
    const response = await patchChecked(url, 0, "abc", checksum);
    expect([response.status, await response.json()]).toMatchObject([400, { code: "CHECKSUM_INVALID" }]);
  }
  expect(await offsetAt(url)).toBe(0);
  const options = await call(url, "OPTIONS");
  expect(options.headers.get("tus-checksum-algorithm")).toBe("sha1,sha256");
  expect(options.headers.get("tus-extension")).toBe("termination,checksum");
});

test("the sweep hands over uploads that were complete when the server crashed", async () => {
  await begin("u1", 3);
  await begin("u2", 3);
  await writeFile(uploads.path("u1"), "abc");
  await writeFile(uploads.path("u2"), "ab");
  expect(await uploads.sweep(new Date())).toEqual({ received: ["u1"], removed: [], failed: [] });
  expect(await uploads.sweep(new Date())).toEqual({ received: [], removed: [], failed: [] });
  failure = new Error("still away");
  await writeFile(uploads.path("u2"), "abc");
  expect((await uploads.sweep(new Date(Date.now() + 120_000))).failed).toMatchObject([{ uploadId: "u2" }]);
});

test("an upload whose hand-over was interrupted after the move is recovered", async () => {
  const url = await begin("u1", 3);
  const taken = join(directory, "taken");
  await rename(uploads.path("u1"), taken);
  taking = taken;
  expect(await offsetAt(url)).toBe(3);
  expect(received).toHaveLength(1);
  expect(await uploads.sweep(new Date())).toMatchObject({ received: [] });
});

test("clients cannot create uploads, and the error names the mutation that does", async () => {
  const response = await call(`${origin}/uploads`, "POST", { "upload-length": "3" });
  expect(response.status).toBe(405);
  expect(await response.json()).toMatchObject({ code: "CREATE_VIA_API" });
  await expect(begin("u0", 0)).rejects.toThrow("at least 1");
});

test("a client may terminate its upload, and it stays terminated", async () => {
  const url = await begin("u1", 3);
  await patch(url, 0, Buffer.from("a"));
  expect((await call(url, "DELETE")).status).toBe(204);
  expect((await call(url, "HEAD")).status).toBe(410);
  expect(await readdir(directory)).not.toContain("u1");
});

test("browsers on other sites may upload and read the offsets", async () => {
  const url = await begin("u1", 3);
  const preflight = await call(url, "OPTIONS", {
    origin: "https://cms.example",
    "access-control-request-method": "PATCH",
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get("access-control-allow-methods")).toContain("PATCH");
  const head = await call(url, "HEAD", { origin: "https://cms.example" });
  expect(head.headers.get("access-control-allow-origin")).toBe("*");
  expect(head.headers.get("access-control-expose-headers")).toContain("Upload-Offset");
});

test.runIf(process.platform === "linux")(
  "a full disk is reported with its own error, and the upload continues once there is space",
  async () => {
    const url = await begin("u1", 3);
    await rm(uploads.path("u1"));
    await symlink("/dev/full", uploads.path("u1"));
    const response = await patch(url, 0, Buffer.from("abc"));
    expect([response.status, await response.json()]).toMatchObject([507, { code: "STORE_FULL" }]);
    await rm(uploads.path("u1"));
    await writeFile(uploads.path("u1"), "");
    await send(url, Buffer.from("abc"));
    expect(received).toHaveLength(1);
  },
);
