import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InvalidKeyError, ObjectNotFoundError, PreconditionFailedError } from "./errors.ts";
import type { ObjectStore } from "./object-store.ts";
import { adapters } from "./testing/adapters.ts";

const MiB = 1024 * 1024;

describe.each(adapters)("object store contract: $name", ({ open, skips, isSkipped }) => {
  let store: ObjectStore;
  let close: () => Promise<void>;
  let scratch: string;
  let next = 0;
  /** A separate folder for each test. */
  const folder = () => `videos/v${++next}/`;
  const promise = (name: string, body: () => Promise<void>) => {
    const reason = skips[name];
    return reason === undefined ? test.skipIf(isSkipped)(name, body) : test.skip(`${name} [${reason}]`, body);
  };
  const contents = async (key: string) => text((await store.read(key)).body);
  const keysBelow = async (prefix: string) =>
    (await Array.fromAsync(store.list(prefix))).map(({ key }) => key);

  beforeAll(async () => {
    if (isSkipped) return;
    ({ store, close } = await open());
    scratch = await mkdtemp(join(tmpdir(), "reelay-contract-"));
  });
  afterAll(async () => {
    if (isSkipped) return;
    await close();
    await rm(scratch, { recursive: true });
  });

  promise("a stored object is read back with its size, type and generation", async () => {
    const key = `${folder()}index.m3u8`;
    const written = await store.put(key, "#EXTM3U\n");
    const { object, body } = await store.read(key);
    expect(await text(body)).toBe("#EXTM3U\n");
    expect(object).toEqual(written);
    expect(await store.head(key)).toEqual(written);
    expect(written).toMatchObject({ key, sizeBytes: 8, contentType: "application/vnd.apple.mpegurl" });
    expect(Math.abs(Date.now() - written.updatedAt.getTime())).toBeLessThan(60_000);
  });

  promise("bytes, text, streams and local files are written alike", async () => {
    const path = join(scratch, "body");
    await writeFile(path, "same");
    const bodies = [
      new TextEncoder().encode("same"),
      "same",
      Readable.from([Buffer.from("sa"), Buffer.from("me")]),
      { path },
    ];
    for (const [index, body] of bodies.entries()) {
      const key = `${folder()}${index}`;
      await store.put(key, body);
      expect(await contents(key)).toBe("same");
    }
    expect(await readFile(path, "utf8"), "the file stays the caller's").toBe("same");
  });

  promise("an empty object is stored and read", async () => {
    const key = `${folder()}empty`;
    await store.put(key, "");
    expect(await store.head(key)).toMatchObject({ sizeBytes: 0 });
    expect(await contents(key)).toBe("");
  });

  promise("an explicit content type survives reading and ends with the next write", async () => {
    const key = `${folder()}clip`;
    await store.put(key, "x", { contentType: "video/webm" });
    expect(await store.head(key)).toMatchObject({ contentType: "video/webm" });
    await store.put(key, "y");
    expect(await store.head(key)).toMatchObject({ contentType: "application/octet-stream" });
  });

  promise("folders lists non-empty folders one level below, in key order, after a given one", async () => {
    const top = folder();
    for (const key of ["a/1", "a/2", "a-b/c/1", "ab/1", "file", "z/1"]) await store.put(top + key, "x");
    const below = async (after?: string) =>
      (await Array.fromAsync(store.folders(top, after === undefined ? {} : { after: top + after }))).map(
        (found) => found.slice(top.length),
      );
    expect(await below()).toEqual(["a-b/", "a/", "ab/", "z/"]);
    expect(await below("a/")).toEqual(["ab/", "z/"]);
    expect(await below("z/")).toEqual([]);
    await store.deletePrefix(`${top}ab/`);
    expect(await below("a-b/")).toEqual(["a/", "z/"]);
    expect(await Array.fromAsync(store.folders(`${top}none/`))).toEqual([]);
  });

  promise("a missing object is null for head and an error for read", async () => {
    const key = `${folder()}missing`;
    expect(await store.head(key)).toBeNull();
    await expect(store.read(key)).rejects.toThrow(ObjectNotFoundError);
    expect(await store.delete(key)).toBe(false);
  });

  promise("a reader never sees half an object", async () => {
    const key = `${folder()}master.m3u8`;
    const versions = ["a", "b"].map((letter) => letter.repeat(300_000));
    await store.put(key, versions[0] ?? "");
    const writing = (async () => {
      for (let i = 1; i < 12; i++) await store.put(key, Readable.from([versions[i % 2] ?? ""]));
    })();
    const isWriting = writing.then(() => false);
    do {
      const { object, body } = await store.read(key);
      const seen = await text(body);
      expect(seen.length).toBe(object.sizeBytes);
      expect(versions.includes(seen), "one whole version").toBe(true);
    } while (await Promise.race([isWriting, Promise.resolve(true)]));
  });

  promise("an object appears only when its stream has ended", async () => {
    const key = `${folder()}segment.m4s`;
    const writing = store.put(
      key,
      Readable.from(
        (async function* () {
          yield randomBytes(64 * 1024);
          expect(await store.head(key)).toBeNull();
          yield randomBytes(64 * 1024);
        })(),
      ),
    );
    expect(await writing).toMatchObject({ sizeBytes: 128 * 1024 });
  });

  promise("exactly one of ten conditional creators wins", async () => {
    const key = `${folder()}once`;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) => store.put(key, `writer ${i}`, { ifGenerationMatch: "0" })),
    );
    const winners = outcomes.flatMap((outcome, i) => (outcome.status === "fulfilled" ? [i] : []));
    const reasons = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    expect(winners).toHaveLength(1);
    expect(reasons.every((reason) => reason instanceof PreconditionFailedError)).toBe(true);
    expect(await contents(key)).toBe(`writer ${winners[0]}`);
  });

  promise("a stale generation cannot overwrite", async () => {
    const key = `${folder()}status.json`;
    const first = await store.put(key, "1");
    const second = await store.put(key, "2", { ifGenerationMatch: first.generation });
    expect(second.generation).not.toBe(first.generation);
    await expect(store.put(key, "stale", { ifGenerationMatch: first.generation })).rejects.toThrow(
      PreconditionFailedError,
    );
    expect(await contents(key)).toBe("2");
    await store.delete(key);
    await expect(store.put(key, "late", { ifGenerationMatch: second.generation })).rejects.toThrow(
      PreconditionFailedError,
    );
    expect(await store.head(key)).toBeNull();
  });

  promise("exactly one of ten writers that read the same generation wins", async () => {
    const key = `${folder()}counter`;
    const { generation } = await store.put(key, "start");
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) => store.put(key, `${i}`, { ifGenerationMatch: generation })),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  promise("rewriting the same bytes is a new generation", async () => {
    const key = `${folder()}same`;
    const generations = new Set<string>();
    for (let i = 0; i < 20; i++) generations.add((await store.put(key, "same")).generation);
    expect(generations.size).toBe(20);
  });

  promise("range reads are inclusive", async () => {
    const key = `${folder()}digits`;
    await store.put(key, "0123456789");
    const range = async (start?: number, end?: number) =>
      text(
        (await store.read(key, { ...(start !== undefined && { start }), ...(end !== undefined && { end }) }))
          .body,
      );
    expect(await range(2, 4)).toBe("234");
    expect(await range(0, 0)).toBe("0");
    expect(await range(7)).toBe("789");
    expect(await range(undefined, 2)).toBe("012");
    expect(await range(8, 100), "the end is capped").toBe("89");
    expect(await range(10), "a range past the end is empty").toBe("");
  });

  promise("an aborted write leaves nothing", async () => {
    const prefix = folder();
    const controller = new AbortController();
    const endless = Readable.from(
      (async function* () {
        for (let i = 0; ; i++) {
          if (i === 3) controller.abort(new Error("stopped by test"));
          yield randomBytes(MiB);
        }
      })(),
    );
    await expect(store.put(`${prefix}half`, endless, { signal: controller.signal })).rejects.toThrow();
    expect(endless.destroyed, "the source is destroyed").toBe(true);
    expect(await keysBelow(prefix)).toEqual([]);
  });

  promise("a failed body leaves the old object", async () => {
    const key = `${folder()}kept`;
    await store.put(key, "old");
    const broken = Readable.from(
      (async function* () {
        yield "new";
        throw new Error("broken pipe");
      })(),
    );
    await expect(store.put(key, broken)).rejects.toThrow("broken pipe");
    expect(await contents(key)).toBe("old");
  });

  promise("an aborted signal prevents the write", async () => {
    const prefix = folder();
    const signal = AbortSignal.abort(new Error("too late"));
    await expect(store.put(`${prefix}x`, "x", { signal })).rejects.toThrow("too late");
    expect(await keysBelow(prefix)).toEqual([]);
  });

  promise("lists in byte order of the keys, independent of folders", async () => {
    const prefix = folder();
    const keys = ["a-b", "a/c", "a/b/d", "a0", "ab", "B", "é", "a/b.m4s", "\u{1f3ac}", "\u{ffee}"].map(
      (key) => prefix + key,
    );
    for (const key of keys) await store.put(key, key);
    const inOrder = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(await keysBelow(prefix)).toEqual(inOrder);
    expect(await keysBelow(`${prefix}a/b`), "a prefix may end inside a name").toEqual([
      `${prefix}a/b.m4s`,
      `${prefix}a/b/d`,
    ]);
    expect(await keysBelow(`${prefix}nothing/`)).toEqual([]);
  });

  promise("deletePrefix does not delete siblings that share the prefix", async () => {
    const prefix = folder();
    for (const key of ["1/a", "1/b/c", "10/a", "1.txt"]) await store.put(prefix + key, key);
    expect(await store.deletePrefix(`${prefix}1/`)).toBe(2);
    expect(await keysBelow(prefix)).toEqual([`${prefix}1.txt`, `${prefix}10/a`]);
    expect(await store.deletePrefix(`${prefix}1/`)).toBe(0);
    await expect(store.deletePrefix(`${prefix}1`)).rejects.toThrow(InvalidKeyError);
  });

  promise("a deleted object is gone, and its key is available again", async () => {
    const key = `${folder()}a/b/c`;
    await store.put(key, "1");
    expect(await store.delete(key)).toBe(true);
    expect(await store.head(key)).toBeNull();
    await store.put(key, "2", { ifGenerationMatch: "0" });
    expect(await contents(key)).toBe("2");
  });

  promise("keys with unicode and spaces are returned unchanged, and their address is encoded", async () => {
    const prefix = folder();
    const key = `${prefix}source/Été à la mer #1? 100%.mp4`;
    await store.put(key, "film");
    expect(await contents(key)).toBe("film");
    expect(await keysBelow(prefix)).toEqual([key]);
    expect(store.publicUrl(key)).toMatch(
      /source\/%C3%89t%C3%A9%20%C3%A0%20la%20mer%20%231%3F%20100%25\.mp4$/,
    );
  });

  promise("refuses keys that leave the folder or that some store cannot hold", async () => {
    const bad = [
      "",
      "/a",
      "a/",
      "a//b",
      "../a",
      "a/../b",
      "./a",
      "a/.",
      "a\0b",
      "a\nb",
      "a\\b",
      ".store/lock",
      "\ud800",
      "x/".repeat(513),
      "n".repeat(256),
    ];
    for (const key of bad) {
      await expect(store.put(key, "x"), JSON.stringify(key)).rejects.toThrow(InvalidKeyError);
      await expect(store.head(key), JSON.stringify(key)).rejects.toThrow(InvalidKeyError);
    }
  });

  promise("adopt moves a file into the store; a refused file stays", async () => {
    const key = `${folder()}source/film.mp4`;
    const path = join(scratch, "adopted");
    await writeFile(path, "whole film");
    const object = await store.adopt(key, path, { ifGenerationMatch: "0" });
    expect(object).toMatchObject({ sizeBytes: 10, contentType: "video/mp4" });
    await expect(stat(path)).rejects.toThrow("ENOENT");
    expect(await contents(key)).toBe("whole film");
    await writeFile(path, "another");
    await expect(store.adopt(key, path, { ifGenerationMatch: "0" })).rejects.toThrow(PreconditionFailedError);
    expect(await readFile(path, "utf8")).toBe("another");
  });

  promise("an object on this machine can be read as a file", async () => {
    const key = `${folder()}source/film.mp4`;
    const path = store.localPath(key);
    await store.put(key, "whole film");
    expect(path === null ? "elsewhere" : await readFile(path, "utf8")).toMatch(/^whole film$|^elsewhere$/);
  });

  promise("range reads stay within one generation", async () => {
    const key = `${folder()}source/film.mp4`;
    const of = await store.put(key, "the first film");
    const { object, body } = await store.read(key, { of, start: 4, end: 8 });
    expect(object).toEqual(of);
    expect(await text(body)).toBe("first");
    await store.put(key, "another film");
    await expect(store.read(key, { of, start: 4, end: 8 })).rejects.toThrow(PreconditionFailedError);
  });

  promise("equal bytes have equal checksums", async () => {
    const [one, same, other] = await Promise.all([
      store.put(`${folder()}a`, "equal"),
      store.put(`${folder()}b`, "equal"),
      store.put(`${folder()}c`, "other"),
    ]);
    expect(one?.checksum).toBe(same?.checksum);
    if (one?.checksum !== null) expect(one?.checksum).not.toBe(other?.checksum);
  });

  promise("a 20 MB stream is written and read in constant memory", async () => {
    const key = `${folder()}large.mp4`;
    const chunk = randomBytes(MiB);
    const sent = createHash("sha256");
    const before = process.memoryUsage().arrayBuffers;
    let peak = 0;
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    // Unreferenced memory does not count as used, whenever it is collected.
    const watch = () => {
      collect();
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
    };
    await store.put(
      key,
      Readable.from(
        (function* () {
          for (let i = 0; i < 20; i++) {
            const piece = Buffer.from(chunk.map((byte) => byte ^ i));
            sent.update(piece);
            watch();
            yield piece;
          }
        })(),
      ),
    );
    const received = createHash("sha256");
    const { object, body } = await store.read(key);
    let unseen = 0;
    for await (const piece of body as AsyncIterable<Buffer>) {
      received.update(piece);
      unseen += piece.length;
      if (unseen < MiB) continue;
      unseen = 0;
      watch();
    }
    expect(object.sizeBytes).toBe(20 * MiB);
    expect(received.digest("hex")).toBe(sent.digest("hex"));
    expect((await buffer((await store.read(key, { start: 19 * MiB })).body)).length).toBe(MiB);
    expect(peak).toBeLessThan(64 * MiB);
  });
});
