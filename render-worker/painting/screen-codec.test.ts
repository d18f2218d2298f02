import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { words } from "../media/ffmpeg/words.ts";
import { temporaryDirectory, testTools } from "../testing/kit.ts";
import { runTool } from "../testing/run-tool.ts";
import { AlphaPacketWriter } from "./alpha-codec.ts";
import { toFilm } from "./film.ts";
import { KEPT_PACKETS } from "./packets.ts";
import { PacketWriter } from "./screen-codec.ts";

/** Wider than the longest skip and run of a packet with alpha. */
const size = { width: 533, height: 21 };

/** A rectangle and its pixels, as in a record `RECT`. */
function changeOf(place: readonly [number, number, number, number], pixels: Buffer): Buffer {
  const header = Buffer.alloc(16);
  for (const [index, value] of place.entries()) header.writeUInt32LE(value, index * 4);
  return Buffer.concat([header, pixels]);
}

test.each([
  { name: "opaque", hasAlpha: false },
  { name: "transparent", hasAlpha: true },
])("what ffmpeg decodes of $name pictures has the pixels that were painted", async ({ hasAlpha }) => {
  await using directory = await temporaryDirectory();
  let seed = 11;
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  // Few colours have runs.
  let level = 256;
  const colours = (count: number) =>
    Buffer.from(
      Array.from({ length: count * 4 }, (_one, index) =>
        index % 4 === 3 && !hasAlpha ? 255 : random(level),
      ),
    );
  const shown = colours(size.width * size.height);
  const expected: Buffer[] = [];
  async function* frames() {
    const packets = new (hasAlpha ? AlphaPacketWriter : PacketWriter)(size);
    for (let index = 0; index < 30; index += 1) {
      level = index % 3 === 0 ? 2 : 256;
      let change: Buffer | null = null;
      if (index % 10 === 0) shown.set(colours(size.width * size.height));
      else {
        const [x, y] = [random(size.width), random(size.height)];
        const [width, height] = [1 + random(size.width - x), 1 + random(size.height - y)];
        const pixels = colours(width * height);
        for (let row = 0; row < height; row += 1)
          pixels.copy(shown, ((y + row) * size.width + x) * 4, row * width * 4, (row + 1) * width * 4);
        change = changeOf([x, y, width, height], pixels);
      }
      expected.push(Buffer.from(shown));
      yield { packet: packets.change({ pixels: shown, change }), repeats: 1 };
    }
  }
  const fail = (error: unknown) => {
    throw error;
  };
  const film = join(directory.path, "film.mkv");
  await writeFile(film, toFilm(frames(), { ...size, frameRate: 10, hasAlpha }, fail));
  const { ffmpeg } = await testTools();
  const decoded = join(directory.path, "decoded");
  const options = words("-fps_mode passthrough -pix_fmt rgba -f rawvideo");
  await runTool(ffmpeg.path, ["-v", "error", "-i", film, ...options, decoded]);
  expect((await readFile(decoded)).equals(Buffer.concat(expected))).toBe(true);
});

test("packets stay while a few more are written", () => {
  const packets = new PacketWriter(size);
  const pixels = Buffer.alloc(size.width * size.height * 4, 7);
  const first = packets.whole({ pixels });
  const before = Buffer.from(first);
  const other = Buffer.alloc(pixels.length, 9);
  for (let written = 0; written < KEPT_PACKETS; written += 1) packets.whole({ pixels: other });
  expect(first.equals(before)).toBe(true);
});
