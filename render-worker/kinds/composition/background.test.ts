import { createHash, randomUUID } from "node:crypto";
import { readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type BackgroundClip,
  type CheckedSource,
  type CompositionSettings,
  objectKeys,
  type RenditionPart,
} from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { words } from "../../media/ffmpeg/words.ts";
import { builtInTemplate } from "../../testing/built-in-template.ts";
import { defaultProfile, makeClip, startWorker, temporaryDirectory, testTools } from "../../testing/kit.ts";
import { startOrigin } from "../../testing/origin.ts";
import { runTool } from "../../testing/run-tool.ts";
import type { RenderTask } from "../../testing/to-message.ts";

let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
let worker: Awaited<ReturnType<typeof startWorker>>;
beforeAll(async () => {
  folder = await temporaryDirectory();
  worker = await startWorker({
    sourceCacheBytes: 0,
    fetch: { timeoutMs: 1e5, idleTimeoutMs: 5_000, allowPrivate: ["127.0.0.1"] },
  });
});
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const size = { width: 640, height: 360, frameRate: 10 };
const profile = { ...defaultProfile, rungs: defaultProfile.rungs.filter(({ name }) => name === "360p") };
const quizOf = (...questions: string[]) => ({
  ...{ timerSeconds: 2, speakOptions: false },
  questions: questions.map((question) => ({ question, options: ["Jupiter", "Saturn"], answerIndex: 0 })),
});

type MaterialClip = Extract<BackgroundClip, { origin: "MATERIAL" }>;

/** A material of the store. */
async function store(path: string, filename: string): Promise<MaterialClip> {
  const materialId = randomUUID();
  const key = objectKeys.materialFile(materialId, filename);
  await worker.store.put(key, { path });
  const sha256 = createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
  return { origin: "MATERIAL", materialId, key, filename, sizeBytes: (await stat(path)).size, sha256 };
}

const clipOf = async (name: string, options: string): Promise<MaterialClip> =>
  await store(await makeClip(join(folder.path, name), words(options)), name);

/** A pattern that moves as a whole. */
const moving = (seconds: number, rest = "") =>
  `-f lavfi -i testsrc2=s=640x360:r=25:d=${seconds},scroll=h=0.02 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 50 ${rest} -movflags +faststart`;

async function settingsOf(more: Partial<CompositionSettings>): Promise<CompositionSettings> {
  return {
    ...{ version: 1, template: await builtInTemplate("quiz-classic") },
    ...{ ...size, language: "en", voice: { name: null, rate: 1 } },
    ...more,
  };
}

async function render(data: object, settings: Partial<CompositionSettings>, more: Partial<RenderTask> = {}) {
  const path = join(folder.path, "data.json");
  await writeFile(path, JSON.stringify(data));
  const composition = await settingsOf(settings);
  const task = await worker.request(path, { kind: "COMPOSITION", composition, profile, ...more });
  const end = await worker.end(task);
  const parts = (end.result?.parts ?? []).toSorted((a, b) => a.startMs - b.startMs);
  return { task, end, parts };
}

/** Frames of a finished chunk as RGB. */
async function framesOf({ initKey, segments }: RenditionPart): Promise<Buffer[]> {
  const film = join(folder.path, `${randomUUID()}.mp4`);
  const bytes = await Promise.all(
    [initKey, ...segments.map(({ key }) => key)].map((key) => readFile(worker.store.path(key))),
  );
  await writeFile(film, Buffer.concat(bytes));
  const raw = `${film}.rgb`;
  const { ffmpeg } = await testTools();
  await runTool(ffmpeg.path, [
    "-v",
    "error",
    "-i",
    film,
    ...words("-fps_mode passthrough -pix_fmt rgb24 -f rawvideo"),
    raw,
  ]);
  const all = await readFile(raw);
  const length = size.width * size.height * 3;
  return Array.from({ length: all.length / length }, (_, index) =>
    all.subarray(index * length, (index + 1) * length),
  );
}

/** Mean difference of two frames in a rectangle, 0 to 255. */
function difference(
  a: Buffer,
  b: Buffer,
  { x, y, width, height }: Record<"x" | "y" | "width" | "height", number>,
): number {
  let sum = 0;
  for (let row = y; row < y + height; row += 1)
    for (let at = (row * size.width + x) * 3; at < (row * size.width + x + width) * 3; at += 1)
      sum += Math.abs((a[at] ?? 0) - (b[at] ?? 0));
  return sum / (width * height * 3);
}

/** Above the question, between its letters, and beside the options. */
const outside = { x: 0, y: 4, width: 90, height: 340 };

async function bytesRead(): Promise<number> {
  const text = await worker.metrics.metrics();
  return Number(/^reelay_worker_source_read_bytes_total (\d+)/m.exec(text)?.[1] ?? 0);
}

test("a clip moves behind pictures that can be read, and the video has its sound and a poster", async () => {
  const background = await clipOf("moving.mp4", moving(40));
  const over = await render(quizOf("Which planet is the largest?"), { background });
  expect(over.end).not.toHaveProperty("error");
  expect(over.end.result).toMatchObject({
    audio: { playlist: { isComplete: true } },
    posterKey: expect.any(String),
  });
  const plain = await render(quizOf("Which planet is the largest?"), {});
  const [frames, opaque] = await Promise.all(
    [over, plain].map(({ parts }) => framesOf(parts[0] as RenditionPart)),
  );
  expect(frames?.length).toBe(over.parts[0]?.drawn?.frames);
  const [first, later] = [frames?.[45], frames?.[50]];
  if (!first || !later || !opaque) throw new Error("The video is too short.");
  expect(difference(first, later, outside)).toBeGreaterThan(5);
  // The box of an option is opaque, with its text.
  const option = { x: 40, y: 250, width: 200, height: 46 };
  expect(Math.min(...opaque.map((frame) => difference(first, frame, option)))).toBeLessThan(3);
  expect(difference(first, later, option)).toBeLessThan(3);
  // White letters, as bright as without a clip.
  const brightest = (frame: Buffer) =>
    frame
      .subarray(90 * size.width * 3, 120 * size.width * 3)
      .toSorted()
      .at(-300);
  expect(brightest(first)).toBeGreaterThan(245);
}, 90_000);

test("a chunk is copied wherever the same clip is behind it; another question or clip changes its own chunk only", async () => {
  const background = await clipOf("short.mp4", moving(3));
  const long = "Which of the planets of our solar system is the largest one, with more moons than most?";
  const one = await render(quizOf(long, "Which planet is a giant, and has a red spot that is a storm?"), {
    background,
  });
  expect(one.end).not.toHaveProperty("error");
  expect(one.parts).toHaveLength(2);
  // A clip of 3 s is repeated.
  const frames = await framesOf(one.parts[1] as RenditionPart);
  const [early, late] = [frames.at(-12), frames.at(-2)];
  expect(early && late && difference(early, late, outside)).toBeGreaterThan(2);
  const known = one.parts;
  const copied = (parts: readonly RenditionPart[]) =>
    parts.map(({ drawn }) => drawn?.copiedFrom !== undefined);
  const edited = await render(
    quizOf(long, "Which planet has a ring that can be seen with a small telescope?"),
    { background },
    { known },
  );
  expect(copied(edited.parts)).toEqual([true, false]);
  const other = await clipOf("other.mp4", moving(4));
  const elsewhere = await render(
    quizOf(long, "Which planet is a giant, and has a red spot that is a storm?"),
    { background: other },
    { known },
  );
  expect(copied(elsewhere.parts)).toEqual([false, false]);
}, 120_000);

test("of a clip that is far longer than the video only a part is read", async () => {
  const rest = "-b:v 16M -minrate 16M -maxrate 16M -bufsize 8M -nal-hrd cbr";
  const background = await clipOf("long.mp4", moving(60, rest));
  expect(background.sizeBytes).toBeGreaterThan(100e6);
  worker.store.isElsewhere = true;
  try {
    const before = await bytesRead();
    const { end } = await render(quizOf("Which planet is the largest?"), { background });
    expect(end).not.toHaveProperty("error");
    const read = (await bytesRead()) - before;
    // 14 MB are shown; sockets buffer and the reader prefetches some more.
    expect(read).toBeGreaterThan(10e6);
    expect(read).toBeLessThan(40e6);
  } finally {
    worker.store.isElsewhere = false;
  }
}, 120_000);

/** The report of a check with a still. */
async function check(background: BackgroundClip) {
  const settings = await settingsOf({ background });
  const checkId = randomUUID();
  await worker.messaging.control({
    ...{ type: "source.check-requested.v1", checkId, kind: "COMPOSITION" },
    ...{ script: JSON.stringify(quizOf("Which planet is the largest?", "Which one is red?")), settings },
    requestedAt: new Date().toISOString(),
    stills: { scenes: null, mark: null, width: size.width, height: size.height },
  });
  const report = worker.messaging.published.find((one) => "checkId" in one && one.checkId === checkId);
  return { checkId, checked: (report as { checked: CheckedSource } | undefined)?.checked };
}

test("a still shows a frame of the clip", async () => {
  const { checkId, checked } = await check(
    await clipOf("blue.mp4", "-f lavfi -i color=0x2040ff:s=320x240:r=25:d=3 -pix_fmt yuv420p"),
  );
  expect(checked?.issues).toEqual([]);
  const still = worker.store.path(objectKeys.still(checkId, checked?.stills?.[0]?.secret ?? "", 0));
  const raw = join(folder.path, "still.rgb");
  const { ffmpeg } = await testTools();
  await runTool(ffmpeg.path, ["-v", "error", "-y", "-i", still, ...words("-pix_fmt rgb24 -f rawvideo"), raw]);
  const pixels = await readFile(raw);
  const at = (size.width * 200 + 5) * 3;
  const [red = 0, , blue = 0] = pixels.subarray(at, at + 3);
  expect(blue - red).toBeGreaterThan(40);
  // Each still has its own picture.
  const [first, second] = await Promise.all(
    (checked?.stills ?? []).map(({ secret, scene }) =>
      readFile(worker.store.path(objectKeys.still(checkId, secret, scene))),
    ),
  );
  expect(first && second && first.equals(second)).toBe(false);
}, 60_000);

const damaged = async (name: string, from: string, change: (path: string) => Promise<void>) => {
  const path = await makeClip(join(folder.path, name), words(from));
  await change(path);
  return await store(path, name);
};
const nothing = async () => undefined;

/** Turns the picture a quarter clockwise, as phones do: in the header of its track. */
async function turn(path: string): Promise<void> {
  const bytes = await readFile(path);
  const matrix = bytes.indexOf("tkhd") + 44;
  [0, 1 << 16, 0, -1 << 16, 0, 0].forEach((value, at) => bytes.writeInt32BE(value, matrix + at * 4));
  await writeFile(path, bytes);
}

const still = (source: string, rest = "-pix_fmt yuv420p") =>
  `-f lavfi -i ${source} -c:v libx264 -preset ultrafast -g 10 ${rest}`;

test.each([
  [
    "turned by a phone",
    () => damaged("turned.mp4", still("color=red:s=320x360:r=25:d=2,pad=640:360:0:0:blue"), turn),
  ],
  [
    "of an odd size, with other pixels and full colour",
    () =>
      damaged(
        "odd.mkv",
        still("color=red:s=321x91:r=24000/1001:d=2,pad=321:181:0:0:blue,setsar=4/3", "-pix_fmt yuv444p"),
        nothing,
      ),
  ],
  [
    "in HDR",
    () =>
      damaged(
        "hdr.mp4",
        still(
          "color=red:s=640x180:r=25:d=2,pad=640:360:0:0:blue",
          "-pix_fmt yuv420p10le -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc",
        ),
        nothing,
      ),
  ],
  [
    "upright, with a frame rate that varies",
    () =>
      damaged(
        "upright.webm",
        "-f lavfi -i color=red:s=180x160:r=25:d=2,pad=180:320:0:0:blue,select=not(mod(n\\,3)) -fps_mode vfr -c:v libvpx -pix_fmt yuv420p -b:v 300k",
        nothing,
      ),
  ],
])(
  "a clip %s covers the frame upright",
  async (_what, make) => {
    const { end, parts } = await render(quizOf("Which planet is the largest?"), { background: await make() });
    expect(end).not.toHaveProperty("error");
    const frame = (await framesOf(parts[0] as RenditionPart))[30];
    const balanceAt = (y: number) => {
      const [red = 0, , blue = 0] = frame?.subarray((y * size.width + 5) * 3) ?? [];
      return red - blue;
    };
    // Red is above, blue below.
    expect(balanceAt(30)).toBeGreaterThan(balanceAt(330) + 60);
  },
  90_000,
);

const clipAt = (url: string): BackgroundClip => ({ origin: "URL", url, filename: "clip.mp4" });
const shortClip = async () =>
  await readFile(await makeClip(join(folder.path, `${randomUUID()}.mp4`), words(moving(2))));

test.each([
  ["BACKGROUND_URL_HTTP_ERROR", 403, /URL of the background "clip.mp4" returns 403.*signed URL/],
  ["BACKGROUND_URL_NOT_FOUND", 404, /returns 404.*Check the address/],
  ["BACKGROUND_URL_NO_RANGES", 200, /range requests, or upload it/],
])(
  "a clip whose address answers %s is refused with a remedy (%i)",
  async (code, status, message) => {
    await using origin = await startOrigin(await shortClip());
    if (status === 200) origin.takesRanges = false;
    else
      origin.answer = (_request, response) => {
        response.writeHead(status).end();
        return true;
      };
    const { checked } = await check(clipAt(origin.url));
    expect(checked?.issues).toMatchObject([
      { severity: "ERROR", code, message: expect.stringMatching(message) },
    ]);
    const { end } = await render(quizOf("Which planet is the largest?"), { background: clipAt(origin.url) });
    expect(end).toMatchObject({ error: { code, retriable: false } });
    // Nothing is read whole.
    expect(new Set(origin.asked)).toEqual(new Set(["bytes=0-0"]));
  },
  60_000,
);

test("an address of the private network is refused, and one that is no video", async () => {
  await using origin = await startOrigin(Buffer.from("<html>Sign in</html>".repeat(200)));
  const privately = origin.url.replace("127.0.0.1", "127.0.0.2");
  expect((await check(clipAt(privately))).checked?.issues).toMatchObject([
    { code: "BACKGROUND_URL_REFUSED", message: expect.stringContaining("FETCH_ALLOW_PRIVATE") },
  ]);
  expect((await check(clipAt(origin.url))).checked?.issues).toMatchObject([
    { code: "BACKGROUND_NOT_A_VIDEO", message: expect.stringContaining("clip.mp4") },
  ]);
}, 60_000);

test("a clip that vanishes, or is replaced, while it is read fails the video with the clip's error", async () => {
  const rest = "-b:v 16M -minrate 16M -maxrate 16M -bufsize 8M -nal-hrd cbr";
  const bytes = await readFile(await makeClip(join(folder.path, "vanishing.mp4"), words(moving(40, rest))));
  const quiz = quizOf("Which planet is the largest?");
  // After the probe, which reads some blocks.
  const isLate = (origin: { asked: string[] }) => origin.asked.length > 8;
  await using gone = await startOrigin(bytes);
  gone.answer = (_request, response) => {
    if (isLate(gone)) response.writeHead(404).end();
    return isLate(gone);
  };
  expect((await render(quiz, { background: clipAt(gone.url) })).end).toMatchObject({
    error: { code: "BACKGROUND_URL_NOT_FOUND", retriable: false, scope: "INPUT" },
  });
  await using replaced = await startOrigin(bytes);
  replaced.answer = () => {
    if (isLate(replaced)) replaced.etag = '"two"';
    return false;
  };
  expect((await render(quiz, { background: clipAt(replaced.url) })).end).toMatchObject({
    error: { code: "BACKGROUND_URL_CHANGED", retriable: true },
  });
}, 120_000);

test("an address that breaks now and then is read on", async () => {
  await using origin = await startOrigin(await shortClip());
  let count = 0;
  origin.answer = (_request, response) => {
    count += 1;
    if (count % 2 === 0) response.writeHead(503).end();
    return count % 2 === 0;
  };
  const { end } = await render(quizOf("Which planet is the largest?"), { background: clipAt(origin.url) });
  expect(end).not.toHaveProperty("error");
}, 60_000);

test.each([
  ["BACKGROUND_TRUNCATED", () => damaged("cut.mp4", moving(4), (path) => truncate(path, 60_000))],
  ["BACKGROUND_HAS_NO_VIDEO", () => damaged("audio.mp4", "-f lavfi -i sine=440:d=2 -c:a aac", nothing)],
  [
    "BACKGROUND_NOT_A_VIDEO",
    () =>
      damaged("list.mp4", moving(1), (path) => writeFile(path, "#EXTM3U\n#EXTINF:9,\nfile:///etc/passwd\n")),
  ],
  [
    "BACKGROUND_TOO_MANY_PIXELS",
    () =>
      damaged(
        "bomb.mp4",
        "-f lavfi -i color=s=16000x8000:r=1:d=1 -c:v mjpeg -pix_fmt yuvj420p -frames:v 1",
        nothing,
      ),
  ],
  ["BACKGROUND_TOO_LONG", () => damaged("long-lasting.mp4", still("color=red:s=64x64:r=1:d=15000"), nothing)],
  [
    "BACKGROUND_MISSING",
    async () => {
      const clip = await clipOf("gone.mp4", moving(1));
      await worker.store.delete(clip.key);
      return clip;
    },
  ],
  ["BACKGROUND_DAMAGED", async () => ({ ...(await clipOf("other-size.mp4", moving(1))), sizeBytes: 77 })],
])(
  "a clip that cannot be used is %s, in a check and in a video",
  async (code, make) => {
    const background = await make();
    const { checked } = await check(background);
    expect(checked?.issues).toMatchObject([
      { severity: "ERROR", code, message: expect.stringContaining(background.filename) },
    ]);
    const { end } = await render(quizOf("Which planet is the largest?"), { background });
    expect(end).toMatchObject({ error: { code, retriable: false } });
  },
  60_000,
);
