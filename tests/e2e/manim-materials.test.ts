/** Materials in a drawing by Manim. Required in CI, elsewhere skipped without it. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { crc32, deflateSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testTools } from "../../render-worker/testing/kit.ts";
import { findInstalledPainter } from "../../render-worker/testing/painter.ts";
import { keyOf } from "../../src/inputs/global-id.ts";
import { documents, type System, startSystem } from "../kit/index.ts";
import { startPainter } from "./start-painter.ts";

const run = promisify(execFile);
const installed = await findInstalledPainter();

let system: System;
beforeAll(async () => {
  system = await startSystem({ workers: 0 });
});
afterAll(() => system[Symbol.asyncDispose]());

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A picture of one pixel. */
function pixel(red: number, green: number, blue: number): Buffer {
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]);
  const row = deflateSync(Buffer.from([0, red, green, blue]));
  const chunks = [pngChunk("IHDR", header), pngChunk("IDAT", row), pngChunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...chunks]);
}

/** A tone of 440 Hz in WAV: one channel, 16 bits, 8 kHz. */
function tone(seconds: number): Buffer {
  const samples = Buffer.alloc(seconds * 16_000);
  for (let at = 0; at < samples.length / 2; at += 1) {
    samples.writeInt16LE(Math.round(16_000 * Math.sin((2 * Math.PI * 440 * at) / 8_000)), at * 2);
  }
  const header = Buffer.alloc(44);
  header.write("RIFF\0\0\0\0WAVEfmt ", 0, "latin1");
  header.writeUInt32LE(36 + samples.length, 4);
  header.writeUInt32LE(16, 16);
  for (const [offset, value] of [
    [20, 1],
    [22, 1],
    [32, 2],
    [34, 16],
  ] as const)
    header.writeUInt16LE(value, offset);
  header.writeUInt32LE(8_000, 24);
  header.writeUInt32LE(16_000, 28);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}

/** A font of this machine, with a family name of the same length that no other has. */
async function ownFont(): Promise<{ family: string; bytes: Buffer }> {
  const { stdout } = await run("fc-match", ["-f", "%{file}\t%{family[0]}", "serif:fontformat=TrueType"]);
  const [path = "", own = ""] = stdout.split("\t");
  const family = `Own ${own}`.slice(0, own.length);
  let bytes = await readFile(path);
  for (const encoding of ["utf16le", "latin1"] as const) {
    const [before, after] = [own, family].map((name) => {
      const encoded = Buffer.from(name, encoding);
      // The names in a font are big-endian.
      return (encoding === "utf16le" ? encoded.swap16() : encoded).toString("latin1");
    });
    bytes = Buffer.from(bytes.toString("latin1").replaceAll(before ?? "", after ?? ""), "latin1");
  }
  return { family, bytes };
}

/** Creates a material and sends its bytes by tus. */
async function upload(filename: string, bytes: Buffer): Promise<string> {
  const { data } = await system.client.ask(
    `mutation ($input: CreateMaterialInput!) { createMaterial(input: $input) { ... on Material { id upload { url protocol } } } }`,
    { input: { upload: { filename, sizeBytes: bytes.length } } },
  );
  const { id, upload } = data.createMaterial;
  expect(upload.protocol).toBe("TUS");
  const { status } = await fetch(upload.url, {
    method: "PATCH",
    headers: {
      ...{ "tus-resumable": "1.0.0", "upload-offset": "0" },
      "content-type": "application/offset+octet-stream",
    },
    body: new Uint8Array(bytes),
  });
  expect(status).toBe(204);
  return id;
}

const isEnd = ({ status }: { status: string }) => status === "READY" || status === "FAILED";

test.skipIf(installed === null)("a script uses a picture, a sound and a font by their names", async () => {
  await using _worker = await startPainter(system);
  const { family, bytes } = await ownFont();
  const materials = [
    await upload("red.png", pixel(255, 0, 0)),
    await upload("ding.wav", tone(1)),
    await upload("own.ttf", bytes),
  ];
  const { data: listed } = await system.client.ask("{ materials { nodes { filename kind status } } }");
  expect(listed.materials.nodes).toEqual([
    { filename: "own.ttf", kind: "FONT", status: "READY" },
    { filename: "ding.wav", kind: "AUDIO", status: "READY" },
    { filename: "red.png", kind: "IMAGE", status: "READY" },
  ]);
  const script = `import manimpango
class GenScene(Scene):
    def construct(self):
        assert ${JSON.stringify(family)} in manimpango.list_fonts()
        self.add(ImageMobject("red.png").stretch_to_fit_width(20).stretch_to_fit_height(10))
        self.add_sound("ding.wav", time_offset=1)
        self.add(Text("Own", font=${JSON.stringify(family)}).to_corner(UL))
        self.wait(2)
`;
  const source = { manim: { script, quality: "LOW", materials } };
  const { data } = await system.client.ask(documents.createVideo, { input: { title: "Lesson", source } });
  const { id } = data.createVideo;
  const seen = await system.client.watch(id, isEnd);
  expect(seen.at(-1)).toMatchObject({ status: "READY", error: null });

  const master = join(system.storeDirectory, `videos/${keyOf("Video", id)}/manifest/master.m3u8`);
  const { ffmpeg } = await testTools();
  const decode = async (...args: string[]) =>
    (await run(ffmpeg.path, ["-v", "error", "-i", master, ...args, "pipe:1"], { encoding: "buffer" })).stdout;
  const frame = await decode(
    "-map",
    "0:v:0",
    "-frames:v",
    "1",
    "-vf",
    "crop=8:8,scale=1:1",
    "-f",
    "rawvideo",
    "-pix_fmt",
    "rgb24",
  );
  expect(frame[0]).toBeGreaterThan(200);
  expect(Math.max(frame[1] ?? 255, frame[2] ?? 255)).toBeLessThan(60);
  const samples = await decode("-map", "0:a:0", "-ac", "1", "-ar", "8000", "-f", "s16le");
  const loudest = (fromS: number, toS: number) => {
    let peak = 0;
    for (let at = fromS * 8_000; at < toS * 8_000; at += 1)
      peak = Math.max(peak, Math.abs(samples.readInt16LE(at * 2)));
    return peak;
  };
  expect(loudest(0, 0.9)).toBeLessThan(500);
  expect(loudest(1.1, 1.9)).toBeGreaterThan(10_000);

  const task = await system.db.task.findFirstOrThrow({ include: { attempts: true } });
  const attemptId = task.attempts[0]?.id;
  const manifest = join(
    system.storeDirectory,
    `videos/${keyOf("Video", id)}/attempts/${attemptId}/manifest.json`,
  );
  expect(JSON.parse(await readFile(manifest, "utf8")).source).toMatchObject({
    hash: expect.stringMatching(/^sha256:/),
    settings: {
      materials: [
        { filename: "red.png" },
        { filename: "ding.wav" },
        { filename: "own.ttf", sha256: expect.any(String) },
      ],
    },
  });
  const address = `${system.client.url}/media/materials/${keyOf("Material", materials[0] ?? "")}/red.png`;
  expect((await fetch(address)).status).toBe(404);
});
