import { createHash, randomBytes } from "node:crypto";
import { getEventListeners } from "node:events";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { whyNoFakeGcs } from "../../tests/fake-gcs/fake-gcs.ts";
import type { HttpFault } from "../../tests/faults/plan-fault.ts";
import { createGcsObjectStore } from "./gcs-object-store.ts";
import { type FaultyGcs, openFaultyGcs } from "./testing/faulty-gcs.ts";

const MiB = 1024 * 1024;
const KINDS: readonly HttpFault[] = [
  { kind: "refused", status: 503, retryAfterSeconds: null },
  { kind: "refused", status: 429, retryAfterSeconds: 0 },
  { kind: "reset-before" },
  { kind: "reset-after" },
  { kind: "late", ms: 20 },
  { kind: "answer-replaced" },
  { kind: "request-cut" },
  { kind: "answer-cut" },
  { kind: "silence", ms: 100 },
  { kind: "drip", ms: 100 },
];

const isSkipped = whyNoFakeGcs !== undefined;
const reason = isSkipped ? ` (skipped: ${whyNoFakeGcs})` : "";
const promise = (name: string, body: () => Promise<void>) => test.skipIf(isSkipped)(name + reason, body);

let faulty: FaultyGcs;
let next = 0;
const newKey = () => `videos/v${++next}/object`;
const contents = async (key: string) => text((await faulty.store.read(key)).body);

/** Applies these faults, in order, to the first requests of this kind. */
function injectFaults(
  faults: readonly HttpFault[],
  isMeant: (method: string, path: string) => boolean,
): void {
  const left = [...faults];
  faulty.proxy.decide = (method, path) => (isMeant(method, path) ? (left.shift() ?? null) : null);
}
const isUpload = (_method: string, path: string) => path.startsWith("/upload/");
const isRemoval = (method: string) => method === "DELETE";
const isMedia = (_method: string, path: string) => path.includes("alt=media");

beforeAll(async () => {
  if (!isSkipped) faulty = await openFaultyGcs();
});
afterAll(() => faulty?.[Symbol.asyncDispose]());

promise("a write survives every kind of fault and creates one object", async () => {
  const { store } = faulty;
  for (const fault of KINDS) {
    const key = newKey();
    injectFaults([fault, fault], isUpload);
    const created = await store.put(key, "mine", { ifGenerationMatch: "0" });
    expect(created, fault.kind).toMatchObject({ sizeBytes: 4 });
    expect(await store.head(key), fault.kind).toEqual(created);
    await expect(store.put(key, "other", { ifGenerationMatch: "0" })).rejects.toMatchObject({
      code: "PRECONDITION_FAILED",
    });
  }
});

/** Injects a late request; the returned function lets it arrive and resolves with the server's answer. */
function delayFirst(isMeant: Parameters<typeof injectFaults>[1]): () => Promise<number | undefined> {
  const { promise: until, resolve: arrive } = Promise.withResolvers<void>();
  const before = faulty.proxy.lateStatuses.length;
  injectFaults([{ kind: "late", ms: 0, until }], isMeant);
  return async () => {
    arrive();
    await expect.poll(() => faulty.proxy.lateStatuses.length).toBe(before + 1);
    return faulty.proxy.lateStatuses.at(-1);
  };
}

promise("an abandoned request that arrives late does not overwrite newer data", async () => {
  const { store } = faulty;
  const key = newKey();
  await store.put(key, "before");
  const arrive = delayFirst(isUpload);
  await store.put(key, "old");
  await store.put(key, "new");
  expect(await arrive()).toBe(412);
  expect(await contents(key)).toBe("new");
});

promise("two writers without a precondition both succeed, and the later one's bytes stay", async () => {
  const { store, proxy } = faulty;
  await using other = createGcsObjectStore({ bucket: "media", projectId: "test", apiEndpoint: proxy.url });
  const key = newKey();
  for (const [index, writer] of [store, other, store, other].entries()) await writer.put(key, `${index}`);
  expect(await contents(key)).toBe("3");
});

promise("a file in chunks survives every kind of fault at every chunk", async () => {
  const { store } = faulty;
  const bytes = randomBytes(9 * MiB);
  const key = newKey();
  injectFaults(KINDS, (method) => method === "PUT");
  const body = Readable.from([bytes.subarray(0, 5 * MiB), bytes.subarray(5 * MiB)]);
  expect(await store.put(key, body, { ifGenerationMatch: "0" })).toMatchObject({ sizeBytes: bytes.length });
  expect((await buffer((await store.read(key)).body)).equals(bytes)).toBe(true);
});

promise("a broken read resumes at the byte where it stopped", async () => {
  const { store, proxy } = faulty;
  const key = newKey();
  const bytes = randomBytes(4 * MiB);
  proxy.decide = () => null;
  const of = await store.put(key, bytes);
  const before = proxy.requests;
  // Each answer delivers half of the remaining bytes.
  injectFaults(
    Array.from({ length: 6 }, () => ({ kind: "answer-cut" }) as const),
    isMedia,
  );
  expect((await buffer((await store.read(key, { of })).body)).equals(bytes)).toBe(true);
  expect(proxy.requests - before).toBe(7);
  injectFaults([...KINDS], isMedia);
  const part = await buffer((await store.read(key, { of, start: 1_000, end: 3_000_000 })).body);
  expect(part.equals(bytes.subarray(1_000, 3_000_001))).toBe(true);
});

promise("bytes that changed in transit are detected", async () => {
  const { store } = faulty;
  const key = newKey();
  await store.put(key, randomBytes(100_000));
  injectFaults([{ kind: "damaged" }], isMedia);
  await expect(store.read(key).then(({ body }) => buffer(body))).rejects.toThrow("arrived damaged");
});

promise("a removal whose response was lost is still reported", async () => {
  const { store } = faulty;
  for (const fault of KINDS) {
    const key = newKey();
    await store.put(key, "x");
    injectFaults([fault], isRemoval);
    expect(await store.delete(key), fault.kind).toBe(true);
    expect(await store.delete(key), fault.kind).toBe(false);
  }
});

promise("an abandoned removal that arrives late does not remove a newer object", async () => {
  const { store } = faulty;
  const key = newKey();
  await store.put(key, "old");
  const arriveAfterRemoval = delayFirst(isRemoval);
  expect(await store.delete(key)).toBe(true);
  expect(await arriveAfterRemoval()).toBe(404);
  await store.put(key, "old");
  const arriveAfterWrite = delayFirst(isRemoval);
  expect(await store.delete(key)).toBe(true);
  await store.put(key, "new");
  expect(await arriveAfterWrite()).toBe(412);
  expect(await contents(key)).toBe("new");
});

promise("an abort ends an operation immediately, even if the server does not answer", async () => {
  const { store } = faulty;
  const key = newKey();
  faulty.proxy.decide = () => null;
  const of = await store.put(key, "x");
  injectFaults(
    Array.from({ length: 9 }, () => ({ kind: "silence", ms: 20_000 }) as const),
    () => true,
  );
  for (const run of [
    (signal: AbortSignal) => store.put(key, "y", { signal }),
    (signal: AbortSignal) => store.put(key, randomBytes(9 * MiB), { signal }),
    (signal: AbortSignal) => store.read(key, { signal }),
    (signal: AbortSignal) => store.read(key, { of, signal }),
  ]) {
    const controller = new AbortController();
    const running = run(controller.signal);
    setTimeout(() => controller.abort(new Error("stopped by the test")), 100);
    const started = performance.now();
    await expect(running).rejects.toThrow("stopped by the test");
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  }
});

promise("an unavailable store is a retriable error after a limited number of requests", async () => {
  const { proxy } = faulty;
  await using impatient = createGcsObjectStore({
    ...{ bucket: "media", projectId: "test", apiEndpoint: proxy.url },
    retry: { tries: 3, firstDelayMs: 1 },
  });
  const before = proxy.requests;
  proxy.decide = () => ({ kind: "refused", status: 503, retryAfterSeconds: null });
  await expect(impatient.put("a", "x")).rejects.toMatchObject({
    code: "STORE_UNAVAILABLE",
    retryAfterMs: null,
  });
  expect(proxy.requests - before).toBe(3);
  // Longer than its total limit: waiting is pointless.
  proxy.decide = () => ({ kind: "refused", status: 429, retryAfterSeconds: 600 });
  await expect(impatient.head("a")).rejects.toMatchObject({
    code: "STORE_UNAVAILABLE",
    retryAfterMs: 600_000,
  });
  expect(proxy.requests - before).toBe(4);
  proxy.decide = () => ({ kind: "refused", status: 507, retryAfterSeconds: null });
  await expect(impatient.put("a", "x")).rejects.toMatchObject({ code: "STORE_FULL" });
  proxy.decide = () => ({ kind: "refused", status: 403, retryAfterSeconds: null });
  await expect(impatient.put("a", "x")).rejects.toThrow(/answered with 403: A fault of the proxy/);
  expect(proxy.requests - before).toBe(6);
});

promise("hundreds of failing requests leave no listener, connection or warning behind", async () => {
  await using own = await openFaultyGcs({ rate: 0.3, seed: 3 });
  const { store, proxy } = own;
  const warnings: Error[] = [];
  const warn = (warning: Error) => warnings.push(warning);
  process.on("warning", warn);
  const { signal } = new AbortController();
  const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      const bytes = randomBytes(50_000 + index);
      const of = await store.put(`many/${index}`, bytes, { signal, ifGenerationMatch: "0" });
      expect(hash(await buffer((await store.read(`many/${index}`, { of, signal })).body))).toBe(hash(bytes));
      // Readers that stop early.
      (await store.read(`many/${index}`, { signal })).body.destroy();
    }),
  );
  expect(await Array.fromAsync(store.list("many/"))).toHaveLength(40);
  expect(await store.deletePrefix("many/")).toBe(40);
  expect(getEventListeners(signal, "abort")).toEqual([]);
  await store[Symbol.asyncDispose]();
  await expect.poll(() => proxy.connections()).toBe(0);
  process.off("warning", warn);
  expect(warnings).toEqual([]);
});
