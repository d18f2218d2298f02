import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { createNoJail } from "../jail/no-jail.ts";
import { words } from "../media/ffmpeg/words.ts";
import { confine } from "../programs/index.ts";
import { temporaryDirectory, testTools } from "../testing/kit.ts";
import { runTool } from "../testing/run-tool.ts";
import { toFilm, toSoundtrack } from "./film.ts";
import { type PainterJob, Painting, type PaintingLimits } from "./painting.ts";
import { beginning, colour, done, event, frame, hello, rectangle, samples, step } from "./testing/records.ts";
import { filmFrames, wholeFilm } from "./testing/whole-film.ts";

const PIXELS = 64 * 36;
const job: PainterJob = {
  ...{ version: 1, mode: "DRAW", script: "/scene.py", scene: null, width: 64, height: 36 },
  ...{ frameRate: 10, renderer: "CAIRO", seed: 0 },
};

interface PaintOptions {
  after?: string;
  limits?: Partial<PaintingLimits>;
  onStep?: () => void;
}

/** Starts a painter that writes these bytes, then runs some JavaScript. */
async function paint(bytes: Buffer, { after = "", limits = {}, onStep = () => {} }: PaintOptions = {}) {
  const directory = await temporaryDirectory();
  const file = join(directory.path, "records");
  await writeFile(file, bytes);
  const code = `process.stdout.write(require("fs").readFileSync(${JSON.stringify(file)}), () => { ${after} })`;
  const painting = new Painting({
    program: confine(createNoJail(), process.execPath),
    args: ["-e", code],
    ...{ env: {}, cwd: directory.path, job },
    limits: { cpuSeconds: 20, memoryBytes: 2 ** 32, silenceMs: 10_000, durationMs: 60_000, ...limits },
    signal: new AbortController().signal,
    log: pino({ level: "silent" }),
    onStep,
  });
  onTestFinished(async () => {
    await painting[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
  });
  return { painting, directory };
}

/** The error that ends a drawing. */
async function failureOf(bytes: Buffer, options: PaintOptions = {}): Promise<unknown> {
  const { painting } = await paint(bytes, options);
  try {
    const counts = await painting.count();
    let failure: unknown;
    await buffer(wholeFilm(painting, counts, (error) => (failure = error)));
    return failure;
  } catch (error) {
    return error;
  }
}

test("frames become video with their times, a held frame is sent once and lasts to its end", async () => {
  const [red, blue] = [colour(255, 0, 0, PIXELS), colour(0, 0, 255, PIXELS / 2)];
  const { painting, directory } = await paint(
    Buffer.concat([
      beginning({ frames: 35, hasAudio: true }),
      ...[
        step(0),
        samples(Buffer.alloc(4 * 48_000)),
        frame(red),
        frame(red, 3),
        rectangle({ x: 0, y: 0, width: 64, height: 18 }, blue, 31),
        done(1, 35),
      ],
    ]),
  );
  const counts = await painting.count();
  expect(counts).toMatchObject({ counted: { frames: 35, durationMs: 3_500 }, picture: { frameRate: 10 } });
  const fail = (error: unknown) => {
    throw error;
  };
  const samplesSent: Buffer[] = [];
  const frames = filmFrames(painting.draw(counts), counts, (samples) => samplesSent.push(samples));
  const film = toFilm(frames, counts.picture, fail);
  await writeFile(join(directory.path, "film.mkv"), film);
  async function* soundOf() {
    yield* samplesSent;
  }
  await writeFile(join(directory.path, "sound.mkv"), toSoundtrack(soundOf(), fail));
  const { ffmpeg, ffprobe } = await testTools();
  const shown = "stream=codec_name,width,height,pix_fmt,channels,sample_rate,duration_ts:packet=pts_time";
  const probe = async (file: string) => {
    const args = words(`-v error -show_entries ${shown} -of json ${join(directory.path, file)}`);
    return JSON.parse((await runTool(ffprobe.path, args)).stdout);
  };
  const { streams, packets } = await probe("film.mkv");
  expect(streams).toMatchObject([{ codec_name: "vmnc", width: 64, height: 36, pix_fmt: "bgr0" }]);
  const times = packets.map((one: { pts_time: string }) => Number(one.pts_time));
  expect(times).toEqual([0, 0.1, 0.4, 3.4]);
  const decoded = join(directory.path, "decoded");
  await runTool(ffmpeg.path, [
    ...words(
      `-v error -i ${join(directory.path, "film.mkv")} -fps_mode passthrough -pix_fmt rgba -f rawvideo`,
    ),
    decoded,
  ]);
  const redAndBlue = Buffer.concat([blue, red.subarray(blue.length)]);
  expect((await readFile(decoded)).equals(Buffer.concat([red, red, redAndBlue, redAndBlue]))).toBe(true);
  expect(await probe("sound.mkv")).toMatchObject({
    streams: [{ codec_name: "pcm_s16le", channels: 2, sample_rate: "48000" }],
    packets: [{ pts_time: "0.000000" }],
  });
});

test("the step follows the animations, and its fraction their frames", async () => {
  const red = colour(255, 0, 0, PIXELS);
  const seen: unknown[] = [];
  const { painting } = await paint(
    Buffer.concat([
      beginning({ animations: 2 }),
      ...[step(0, 4, "Create(Circle)"), frame(red, 3), step(1, 6), frame(red, 9), done()],
    ]),
    { onStep: () => seen.push(painting.step) },
  );
  const counts = await painting.count();
  await buffer(wholeFilm(painting, counts, (error) => seen.push(error)));
  expect(seen).toEqual([
    { index: 0, count: 2, name: "Create(Circle)", fraction: 0 },
    { index: 1, count: 2, name: "Wait", fraction: 0 },
  ]);
  // It drew more than it planned.
  expect(painting.step).toEqual({ index: 1, count: 2, name: "Wait", fraction: 0.99 });
});

const failed = (fields: object) =>
  event({
    type: "failed",
    message: "name 'Cricle' is not defined",
    line: 5,
    column: 9,
    traceback: null,
    ...fields,
  });

test.each([
  [
    "its script fails",
    Buffer.concat([hello, failed({ code: "SCRIPT_FAILED" })]),
    {
      ...{ code: "SCRIPT_FAILED", message: "line 5, column 9: name 'Cricle' is not defined" },
      ...{ scope: "INPUT", line: 5, column: 9 },
    },
  ],
  [
    "its script fails between frames",
    Buffer.concat([
      beginning(),
      frame(colour(0, 0, 0, PIXELS)),
      failed({ code: "SCRIPT_FAILED", line: null }),
    ]),
    { code: "SCRIPT_FAILED", message: "name 'Cricle' is not defined", retriable: false },
  ],
  [
    "its installation is broken",
    Buffer.concat([hello, failed({ code: "PAINTER_BROKEN" })]),
    { code: "PAINTER_BROKEN", scope: "WORKER", retriable: true },
  ],
  ["it does not speak", Buffer.of(), { code: "PAINTER_BROKEN", retriable: true }],
  ["it draws nothing", Buffer.concat([beginning(), done(0, 0)]), { code: "SCRIPT_EMPTY", retriable: false }],
  ["it stops before the end", beginning(), { code: "SCRIPT_FAILED", retriable: false }],
  [
    "it writes something else",
    Buffer.concat([hello, Buffer.from("Hello, world")]),
    { code: "PAINTER_PROTOCOL" },
  ],
  [
    "it goes on after the end",
    Buffer.concat([beginning(), frame(colour(0, 0, 0, PIXELS)), done(), frame(colour(0, 0, 0, PIXELS))]),
    { code: "PAINTER_PROTOCOL" },
  ],
  [
    "its script is out of memory",
    Buffer.concat([beginning(), failed({ code: "SCRIPT_MEMORY" })]),
    {
      code: "SCRIPT_MEMORY",
      message: expect.stringMatching(/^line 5, column 9: The script needs more than 4096 MiB of memory/),
    },
  ],
  [
    "its timeline is counted as days",
    beginning({ frames: 10_000_000 }),
    { code: "SCRIPT_OUTPUT", message: expect.stringContaining("has 1000000 s, which is longer than 60 s") },
  ],
  [
    "its timeline is too long",
    Buffer.concat([beginning(), frame(colour(0, 0, 0, PIXELS), 700), done()]),
    { code: "SCRIPT_OUTPUT", retriable: false },
  ],
])("a painter ends with an error that says why: %s", async (_why, bytes, reported) => {
  expect(await failureOf(bytes)).toMatchObject({ reported });
});

test("a painter that is silent is stopped", async () => {
  const silent = { after: "setInterval(() => {}, 1_000)", limits: { silenceMs: 300 } };
  expect(await failureOf(beginning(), silent)).toMatchObject({
    reported: { code: "SCRIPT_TIME", message: expect.stringContaining("drew nothing for 0.3 s") },
  });
});

test("a painter that is stopped reports the line of its script, and the worker the limit", async () => {
  const report = failed({ code: "SCRIPT_TIME", line: 7, column: 3 }).toString("base64");
  const after = `process.on("SIGTERM", () => process.stdout.write(Buffer.from("${report}", "base64"), () => process.exit())); setInterval(() => {}, 1_000)`;
  expect(await failureOf(beginning(), { after, limits: { silenceMs: 300 } })).toMatchObject({
    reported: {
      ...{ code: "SCRIPT_TIME", line: 7, column: 3 },
      message: expect.stringMatching(/^line 7, column 3: The script drew nothing for 0.3 s/),
    },
  });
  const flood = `${after}; process.stderr.write("x".repeat(5 * 2 ** 20))`;
  expect(await failureOf(beginning(), { after: flood })).toMatchObject({
    reported: { code: "SCRIPT_OUTPUT", line: 7, message: expect.stringContaining("to its log") },
  });
});

test("a painter that sends a frame now and then, and does nothing in between, is stopped", async () => {
  const slow = frame(colour(0, 0, 0, PIXELS)).toString("base64");
  const after = `setInterval(() => process.stdout.write(Buffer.from("${slow}", "base64")), 300)`;
  expect(await failureOf(beginning(), { after, limits: { cpuSeconds: 0.3 } })).toMatchObject({
    reported: {
      ...{ code: "SCRIPT_TIME", scope: "INPUT", retriable: false },
      message: expect.stringContaining("was not drawn within 3 s"),
    },
  });
});

// Only Linux measures processes.
test.skipIf(process.platform !== "linux")(
  "a painter shares its CPU time with the processes that it starts",
  async () => {
    const loop = JSON.stringify(["-e", "for (;;);"]);
    const after = `for (const _ of [1, 2, 3]) require("child_process").spawn(process.execPath, ${loop}); setInterval(() => {}, 1_000)`;
    const limits = { cpuSeconds: 2, silenceMs: 60_000 };
    expect(await failureOf(beginning(), { after, limits })).toMatchObject({
      reported: { code: "SCRIPT_TIME", message: expect.stringContaining("more than 2 s of CPU time") },
    });
  },
);

test("a painter that floods its log is stopped, and the end of the log is kept", async () => {
  // Of one character: the last read may end anywhere.
  const after = `for (;;) require("fs").writeSync(2, "f".repeat(60_000))`;
  const failure = await failureOf(beginning(), { after });
  expect(failure).toMatchObject({
    reported: { code: "SCRIPT_OUTPUT", message: expect.stringContaining("more than 4 MiB to its log") },
  });
  expect(failure).toMatchObject({ reported: { logTail: expect.stringMatching(/f{6}$/) } });
});

test("a painter that is not read is not silent: it waits for the encoder", async () => {
  const many = Array.from({ length: 300 }, () => frame(colour(1, 2, 3, PIXELS)));
  const { painting } = await paint(Buffer.concat([beginning({ frames: 300 }), ...many, done(1, 300)]), {
    limits: { silenceMs: 2_000 },
  });
  const counts = await painting.count();
  let failure: unknown;
  const frames = wholeFilm(painting, counts, (error) => (failure = error));
  await new Promise((resolve) => setTimeout(resolve, 4_500));
  await buffer(frames);
  expect(failure).toBeUndefined();
});

test("a painter that writes on after its failure is stopped", async () => {
  const black = frame(colour(0, 0, 0, PIXELS));
  const many = Array.from({ length: 300 }, () => black);
  const failure = failed({ code: "SCRIPT_FAILED" });
  const { painting } = await paint(Buffer.concat([beginning(), black, failure, ...many]), {
    after: "setInterval(() => {}, 1_000)",
  });
  const counts = await painting.count();
  await buffer(wholeFilm(painting, counts, () => undefined));
  await painting[Symbol.asyncDispose]();
});
