import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createMemoryStorage } from "../../testing/memory-storage.ts";
import { saveUpload, upload } from "./index.ts";

const KIB = 1024;
const UNIT = 256 * KIB;

interface Request {
  range: string;
  sizeBytes: number;
}
interface Answer {
  status: number;
  range?: string;
  headers?: Record<string, string>;
}

let close: (() => void) | undefined;
afterEach(() => close?.());

/** Cloud Storage's documented answers, in order, and the requests that arrived. */
async function session(answers: Answer[]) {
  const requests: Request[] = [];
  const server = createServer((request, response) => {
    let sizeBytes = 0;
    request.on("data", (chunk: Buffer) => (sizeBytes += chunk.length));
    request.on("end", () => {
      requests.push({ range: String(request.headers["content-range"]), sizeBytes });
      const { status, range, headers } = answers.shift() ?? { status: 200 };
      if (status === 0) {
        request.socket.destroy();
        return;
      }
      response.writeHead(status, { ...headers, ...(range && { range }) }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  close = () => server.close();
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/session`, requests };
}

function send(url: string, sizeBytes: number, { retryDelaysMs = [] as number[], isKept = false } = {}) {
  const file = new Blob([new Uint8Array(sizeBytes)]);
  const storage = createMemoryStorage();
  if (isKept) saveUpload(file, { url, protocol: "GCS_RESUMABLE" }, storage);
  return upload(file, { url, protocol: "GCS_RESUMABLE", chunkBytes: UNIT, retryDelaysMs, storage }).done;
}

test("after a reload, the transport requests the offset first and resumes there", async () => {
  const { url, requests } = await session([
    { status: 308, range: `bytes=0-${UNIT - 1}` },
    { status: 308, range: `bytes=0-${2 * UNIT - 1}` },
    { status: 201 },
  ]);
  await send(url, 2 * UNIT + 100, { isKept: true });
  expect(requests).toEqual([
    { range: `bytes */${2 * UNIT + 100}`, sizeBytes: 0 },
    { range: `bytes ${UNIT}-${2 * UNIT - 1}/${2 * UNIT + 100}`, sizeBytes: UNIT },
    { range: `bytes ${2 * UNIT}-${2 * UNIT + 99}/${2 * UNIT + 100}`, sizeBytes: 100 },
  ]);
});

test("a store that kept fewer bytes than sent receives the rest again", async () => {
  const { url, requests } = await session([{ status: 308, range: "bytes=0-99" }, { status: 200 }]);
  await send(url, UNIT);
  expect(requests.at(-1)).toEqual({ range: `bytes 100-${UNIT - 1}/${UNIT}`, sizeBytes: UNIT - 100 });
});

test("a complete session finishes immediately", async () => {
  const { url, requests } = await session([{ status: 200 }]);
  await send(url, 10, { isKept: true });
  expect(requests).toEqual([{ range: "bytes */10", sizeBytes: 0 }]);
});

test.each([
  ["a busy store", { status: 503, headers: { "retry-after": "0" } }],
  ["a connection that breaks", { status: 0 }],
])("after %s, the transport requests the offset and sends the rest", async (_, trouble) => {
  const { url, requests } = await session([trouble, { status: 308, range: "bytes=0-4" }, { status: 200 }]);
  await send(url, 10, { retryDelaysMs: [1] });
  expect(requests.map(({ range }) => range)).toEqual(["bytes 0-9/10", "bytes */10", "bytes 5-9/10"]);
});

test.each([
  [404, "UPLOAD_NOT_FOUND"],
  [410, "UPLOAD_EXPIRED"],
  [403, "HTTP_403"],
])("HTTP %i ends the upload as %s without a retry", async (status, code) => {
  const { url, requests } = await session([{ status }]);
  await expect(send(url, 10, { retryDelaysMs: [1, 1] })).rejects.toMatchObject({
    name: "UploadError",
    code,
    status,
    isRetriable: false,
  });
  expect(requests).toHaveLength(1);
});

test("the number of tries is limited, and the error states it", async () => {
  const { url, requests } = await session([{ status: 500 }, { status: 500 }, { status: 500 }]);
  await expect(send(url, 10, { retryDelaysMs: [1, 1] })).rejects.toMatchObject({
    status: 500,
    isRetriable: true,
  });
  expect(requests).toHaveLength(3);
});
