import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import type { TaskPart } from "@reelay/contracts";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createNoJail } from "../../jail/no-jail.ts";
import { complaints, inspect } from "../../testing/inspect.ts";
import { joinParts } from "../../testing/join-parts.ts";
import { defaultProfile, makeClip, startWorker, temporaryDirectory, testTools } from "../../testing/kit.ts";
import { MemoryRanges } from "../../testing/memory-reader.ts";
import { runTool } from "../../testing/run-tool.ts";
import type { RenderTask } from "../../testing/to-message.ts";
import { safeInputOptions } from "../ffmpeg/allow-lists.ts";
import { locateFfmpeg } from "../ffmpeg/locate.ts";
import { words } from "../ffmpeg/words.ts";
import { createBlockReader } from "./block-reader.ts";
import { serveSource } from "./source-server.ts";

const picture = "-f lavfi -i testsrc2=s=320x180:r=25:d=4";
const audio = "-f lavfi -i sine=440:d=4";
/** So large that no buffer holds the whole. */
const codecs =
  "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 25 -b:v 12M -minrate 12M -maxrate 12M -bufsize 6M -nal-hrd cbr -c:a aac";
const clips = {
  "moov last": { file: "a.mp4", args: `${picture} ${audio} ${codecs}` },
  "moov first": { file: "b.mp4", args: `${picture} ${audio} ${codecs} -movflags +faststart` },
  Matroska: { file: "c.mkv", args: `${picture} ${audio} ${codecs}` },
  "MPEG-TS": { file: "d.ts", args: `${picture} ${audio} ${codecs}` },
} as const;

const bytes = new Map<string, Buffer>();
beforeAll(async () => {
  await using directory = await temporaryDirectory();
  for (const [name, { file, args }] of Object.entries(clips))
    bytes.set(name, await readFile(await makeClip(join(directory.path, file), words(args))));
});

/** The ffmpeg of this run and npm's, which may behave differently. */
const found = await testTools();
const shipped = await locateFfmpeg({ path: "" }).catch(() => null);
const builds = [...new Set([found.ffmpeg.path, shipped?.ffmpeg.path ?? found.ffmpeg.path])];

async function serve(source: Buffer, filename: string) {
  const ranges = new MemoryRanges(source);
  const ending = new AbortController();
  const served = { bytes: 0, failures: [] as unknown[] };
  const reader = createBlockReader(ranges, { signal: ending.signal, blockBytes: 512 * 1024 });
  const counted = {
    ...reader,
    async *read(start: number, end: number, signal: AbortSignal) {
      for await (const piece of reader.read(start, end, signal)) {
        served.bytes += piece.length;
        yield piece;
      }
    },
  };
  const server = await serveSource(counted, {
    jail: createNoJail(),
    filename,
    signal: ending.signal,
    onFailed: (error) => served.failures.push(error),
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return { url: server.url, served, ranges };
}

/** The frames that ffmpeg decodes from an address. */
async function frames(ffmpeg: string, url: string, before = ""): Promise<string> {
  const args = [...(before ? words(before) : []), ...safeInputOptions({ sourcePixels: 1e6 }, url), "-i", url];
  const result = await runTool(
    ffmpeg,
    ["-hide_banner", "-nostdin", ...args, ...words("-map 0:v -f null -progress pipe:1 -")],
    { timeoutMs: 100_000 },
  );
  return /[\s\S]*frame=(\d+)/.exec(result.stdout)?.[1] ?? result.stderr.slice(-500);
}

describe.each(builds)("%s", (ffmpeg) => {
  test.each(Object.entries(clips))(
    "the worker serves every frame of a source: %s",
    async (name, { file }) => {
      const source = bytes.get(name) ?? Buffer.of();
      const { url, ranges } = await serve(source, file);
      expect(await frames(ffmpeg, url)).toBe("100");
      const read = ranges.opened.reduce((sum, [start, end]) => sum + end - start, 0);
      expect(read).toBe(source.length);
    },
  );

  test("a seek reads only the index and the needed range", async () => {
    const clip = bytes.get("moov last") ?? Buffer.of();
    const indexAt = clip.lastIndexOf("moov") - 4;
    const free = Buffer.alloc(64 * 1024 * 1024);
    free.writeUInt32BE(free.length);
    free.write("free", 4);
    const source = Buffer.concat([clip.subarray(0, indexAt), free, clip.subarray(indexAt)]);
    const { url, ranges } = await serve(source, "a.mp4");
    expect(await frames(ffmpeg, url, "-ss 3")).toBe("25");
    const read = ranges.opened.reduce((sum, [start, end]) => sum + end - start, 0);
    // Buffers of a few sockets, however late their reader is.
    expect(read).toBeLessThan(32 * 1024 * 1024);
  });

  test("connections that break midway lose no frame", async () => {
    const source = bytes.get("moov last") ?? Buffer.of();
    const { url } = await serve(source, "a.mp4");
    const breaking = await startBreakingProxy(Number(new URL(url).port), 900_000);
    expect(await frames(ffmpeg, url.replace(/:\d+/, `:${breaking.port}`))).toBe("100");
    expect(breaking.broken()).toBeGreaterThan(2);
  });

  test.each([
    ["HLS", "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nURL\n#EXT-X-ENDLIST\n"],
    ["concat", "ffconcat version 1.0\nfile 'URL'\n"],
    [
      "DASH",
      '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT4S" profiles="urn:mpeg:dash:profile:isoff-live:2011"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>URL</BaseURL></Representation></AdaptationSet></Period></MPD>',
    ],
    ["SDP", "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\na=control:URL\n"],
  ])("a playlist disguised as a video fetches nothing from other hosts: %s", async (_kind, text) => {
    let asked = 0;
    const elsewhere = createServer((_request, response) => {
      asked += 1;
      response.end(bytes.get("MPEG-TS"));
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void elsewhere.close());
    const target = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/segment.ts`;
    for (const filename of ["film.mp4", "film.m3u8", "film.mpd", "film.ffconcat", "film.sdp"]) {
      const { url } = await serve(Buffer.from(text.replaceAll("URL", target)), filename);
      expect(await frames(ffmpeg, url)).not.toMatch(/^\d+$/);
    }
    expect(asked).toBe(0);
  });
});

test("the worker's proxy settings do not apply to ffmpeg's requests to the worker", async () => {
  const { url } = await serve(bytes.get("moov last") ?? Buffer.of(), "a.mp4");
  let asked = 0;
  const proxy = createServer((_request, response) => {
    asked += 1;
    response.writeHead(502).end();
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void proxy.close());
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  for (const ffmpeg of builds) {
    const script = `http_proxy=${address} exec "$0" "$@"`;
    const args = [
      ffmpeg,
      "-v",
      "error",
      ...safeInputOptions({ sourcePixels: 1e6 }, url),
      "-i",
      url,
      ...words("-f null -"),
    ];
    const result = await runTool("/bin/sh", ["-c", script, ...args], { timeoutMs: 100_000 });
    expect([result.code, result.stderr]).toEqual([0, ""]);
  }
  expect(asked).toBe(0);
});

describe("a remote store", () => {
  test("serves a render without a copy on the worker's disk", async () => {
    await using system = await startWorker();
    system.store.isElsewhere = true;
    const task = await system.request(await clipFile("moov last"));
    expect(await system.end(task)).toMatchObject({ type: "task.completed.v1" });
    const playlist = (await system.store.keys()).find((key) => key.endsWith("180p/index.m3u8")) ?? "";
    expect(await inspect(system.store.path(playlist))).toMatchObject({ frames: 100 });
    const read = await system.metrics.metrics();
    const count = Number(/^reelay_worker_source_read_bytes_total (\d+)/m.exec(read)?.[1]);
    // Each byte once, plus a few looks at single frames.
    const size = bytes.get("moov last")?.length ?? 0;
    expect(count).toBeGreaterThanOrEqual(size);
    expect(count).toBeLessThan(size * 1.05);
  });

  test("serves each part of a long video what it needs, and the parts equal the whole", async () => {
    await using system = await startWorker();
    system.store.isElsewhere = true;
    const clip = await clipFile("moov last");
    const profile = { ...defaultProfile, rungs: defaultProfile.rungs.slice(0, 1) };
    const make = async (part: TaskPart, ladder?: RenderTask["ladder"]) => {
      const task = await system.request(clip, { profile, part, ...(ladder && { ladder }) });
      const end = await system.end(task);
      expect(end).toMatchObject({ type: "task.completed.v1" });
      return end.result;
    };
    const head = await make({ kind: "HEAD", wholeUpToMs: 1_000, headMs: 2_000 });
    const ladder = head.variants.filter(({ status }) => status === "RENDERING");
    const chunk = await make({ kind: "CHUNK", startMs: 2_000, endMs: null }, ladder);
    const audio = await make({ kind: "AUDIO", startMs: 2_000 });
    const parts = [head, chunk, audio].flatMap((state) => state.parts ?? []);
    for (const name of ["144p", "audio"]) {
      const made = parts.filter(({ rendition }) => rendition === name);
      const joined = await joinParts(system.store, made, name);
      expect(await complaints(joined)).toBe("");
      if (name === "144p") expect(await inspect(joined)).toMatchObject({ frames: 100 });
    }
  });

  test("that fails permanently midway fails the attempt, and never shortens the video", async () => {
    await using system = await startWorker();
    system.store.isElsewhere = true;
    system.store.beforeRead = (_key, start) => {
      if (start >= 2 * 1024 * 1024) throw new Error("bucket on fire");
    };
    const task = await system.request(await clipFile("moov first"));
    expect(await system.end(task)).toMatchObject({
      type: "task.failed.v1",
      outcome: "FAILED",
      error: { code: "STORE_UNAVAILABLE", scope: "STORAGE", retriable: true },
    });
  });
});

async function clipFile(name: keyof typeof clips): Promise<string> {
  const directory = await temporaryDirectory();
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const path = join(directory.path, clips[name].file);
  await writeFile(path, bytes.get(name) ?? "");
  return path;
}

/** Forwards requests, and breaks every connection after this many bytes of the response. */
async function startBreakingProxy(port: number, afterBytes: number) {
  let broken = 0;
  const proxy = createTcpServer((client) => {
    const upstream = connect(port, "127.0.0.1");
    let passed = 0;
    for (const socket of [client, upstream]) socket.on("error", () => undefined);
    client.pipe(upstream);
    upstream.on("data", (chunk) => {
      passed += chunk.length;
      client.write(chunk.subarray(0, Math.max(0, chunk.length - Math.max(0, passed - afterBytes))));
      if (passed < afterBytes) return;
      broken += 1;
      client.end();
      upstream.destroy();
    });
    upstream.on("end", () => client.end());
    client.on("close", () => upstream.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void proxy.close());
  return { port: (proxy.address() as AddressInfo).port, broken: () => broken };
}
