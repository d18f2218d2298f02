/**
 * Scripts of all kinds from the mutation to the stream: examples of Manim's own documentation, and others.
 * Required in CI, elsewhere skipped without Manim.
 */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { processEnvironment } from "../../render-worker/env.ts";
import { findTex } from "../../render-worker/painters/find-tex.ts";
import { inspect } from "../../render-worker/testing/inspect.ts";
import { testTools } from "../../render-worker/testing/kit.ts";
import { findInstalledPainter } from "../../render-worker/testing/painter.ts";
import { runTool } from "../../render-worker/testing/run-tool.ts";
import { documents, type System, startSystem } from "../kit/index.ts";
import { findGallery } from "./gallery-example.ts";
import { startPainter } from "./start-painter.ts";

const installed = await findInstalledPainter();
const PATH = processEnvironment["PATH"] ?? "";
const hasTex = (await findTex(PATH)) !== null;
const isInCI = processEnvironment["CI"] === "true";
const example = installed && (await findGallery(installed.program.path));

const resources = new AsyncDisposableStack();
let system: System;
beforeAll(async () => {
  system = resources.use(await startSystem({ workers: 0 }));
  if (installed !== null) resources.use(await startPainter(system, {}, PATH));
});
afterAll(() => resources.disposeAsync());

const WATCH = `subscription ($id: ID!) { videoProgress(id: $id) {
  id status progress durationMs width height error { code message line } step { index count name } } }`;

interface Watched {
  status: string;
  progress: number;
  durationMs: number | null;
  width: number;
  height: number;
  error: { code: string; message: string; line: number | null } | null;
  step: { index: number; count: number; name: string } | null;
}

/** Every state until the end. */
async function draw(
  script: string,
  more: object = {},
): Promise<{ id: string; states: Watched[]; end: Watched }> {
  const source = { manim: { script, quality: "LOW", ...more } };
  const input = { title: "Example", source, profile: "draft" };
  const { data } = await system.client.ask(documents.createVideo, { input });
  expect(data.createVideo).toMatchObject({ __typename: "Video" });
  const { id } = data.createVideo;
  const states: Watched[] = await system.client.watch(id, undefined, null, WATCH);
  const end = states.at(-1);
  if (end === undefined) throw new Error("The subscription is empty.");
  return { id, states, end };
}

/** The names of all steps, each of which was seen, in the order of their indexes. */
function stepsOf(states: readonly Watched[]): string[] {
  const steps = states.flatMap(({ step }) => step ?? []);
  const indexes = steps.map(({ index }) => index);
  expect(indexes).toEqual(indexes.toSorted((a, b) => a - b));
  const names = [...new Map(steps.map(({ index, name }) => [index, name]))];
  expect(names.map(([index]) => index)).toEqual(names.map((_name, at) => at));
  return names.map(([, name]) => name);
}

interface Stream {
  playlist: string;
  /** As a player adds it up. */
  lengthMs: number;
}

/** The largest variant. */
async function streamOf(id: string): Promise<Stream> {
  const { data } = await system.client.ask(
    "query ($id: ID!) { video(id: $id) { playback { hlsUrl } variants { height status } } }",
    { id },
  );
  const ready: { height: number; status: string }[] = data.video.variants;
  const height = Math.max(...ready.filter(({ status }) => status === "READY").map((one) => one.height));
  const { pathname } = new URL(data.video.playback.hlsUrl);
  const master = join(system.storeDirectory, decodeURIComponent(pathname.replace(/^\/media\//, "")));
  const lines = (await readFile(master, "utf8")).split("\n");
  const at = lines.findIndex((line) => line.includes(`x${height},`) || line.endsWith(`x${height}`));
  const playlist = join(dirname(master), lines[at + 1] ?? "");
  const durations = (await readFile(playlist, "utf8")).matchAll(/^#EXTINF:([\d.]+)/gm);
  const seconds = durations.reduce((sum, [, length]) => sum + Number(length), 0);
  return { playlist, lengthMs: Math.round(seconds * 1_000) };
}

/** Whether something is lighter than the background, in any frame. */
async function isLit({ playlist }: Stream): Promise<boolean> {
  const { ffmpeg } = await testTools();
  const args = [
    "-v",
    "error",
    "-i",
    playlist,
    "-vf",
    "scale=64:64",
    "-fps_mode",
    "passthrough",
    "-f",
    "rawvideo",
    "-pix_fmt",
    "gray",
    "pipe:1",
  ];
  const { stdout } = await runTool(ffmpeg.path, args, { timeoutMs: 60_000, encoding: "latin1" });
  return Buffer.from(stdout, "latin1").some((light) => light > 60);
}

const inTwoShots = Array.from({ length: 2 }, () => "Animate(ScreenRectangle)");
const turns = Array.from({ length: 3 }, () => "Rotating(VGroup of 2 submobjects)");
/** Lengths as `manim -ql` makes them. */
const gallery: [file: string, scene: string, durationMs: number, steps: string[]][] = [
  ["animation/composition.py", "LaggedStartExample", 4_000, ["LaggedStart(Group)"]],
  ["animation/changing.py", "TracedPathExample", 4_000, ["Animate(VGroup of 2 submobjects)"]],
  ["animation/rotation.py", "RotatingDifferentAxis", 5_067, [...turns, "Wait"]],
  ["animation/speedmodifier.py", "SpeedModifierExample", 3_267, ["ChangeSpeed(Group)"]],
  [
    ...(["scene/moving_camera_scene.py", "ChangingCameraWidthAndRestore", 2_267] as const),
    ["Animate(ScreenRectangle)", "Wait", "Restore(ScreenRectangle)"],
  ],
  [
    ...(["scene/moving_camera_scene.py", "MovingCameraOnGraph", 4_000] as const),
    [...inTwoShots, "Restore(ScreenRectangle)", "Wait"],
  ],
  ["scene/zoomed_scene.py", "UseZoomedScene", 3_000, ["Wait", "Wait", "Animate(Dot)"]],
  ["mobject/text/typst_mobject.py", "TypstExample", 1_000, ["Write(Typst('$ integral_a^b f(x) dif x $'))"]],
];

async function drawExample(...[file, scene, durationMs, steps]: (typeof gallery)[number]): Promise<void> {
  const { id, states, end } = await draw((await example?.(file, scene)) ?? "", { scene });
  expect(end).toMatchObject({ status: "READY", error: null, width: 854, height: 480 });
  expect(end.durationMs).toBeCloseTo(durationMs, -1);
  expect(stepsOf(states)).toEqual(steps);
  expect(new Set(states.flatMap(({ step }) => step?.count ?? []))).toEqual(new Set([steps.length]));
  const stream = await streamOf(id);
  expect(stream.lengthMs).toBeCloseTo(durationMs, -1);
  expect(await isLit(stream)).toBe(true);
}

test.skipIf(example === null).each(gallery)(
  "the example %s: %s is drawn with its length and its steps",
  drawExample,
);

test.skipIf(example === null || (!hasTex && !isInCI))(
  "an example with formulas in TeX is drawn with its length and its steps (skipped without TeX)",
  async () => {
    const morph = "TransformMatchingTex(Group)";
    const steps = ["Wait", morph, "Wait", morph, "Wait"];
    await drawExample("animation/transform_matching_parts.py", "MatchingEquationParts", 3_400, steps);
  },
);

test.skipIf(example === null)("a surface in three dimensions is drawn by OpenGL", async () => {
  const script = `class Saddle(ThreeDScene):
    def construct(self):
        self.set_camera_orientation(phi=70 * DEGREES, theta=-60 * DEGREES)
        saddle = Surface(lambda u, v: [u, v, u * v / 2], u_range=[-2, 2], v_range=[-2, 2], resolution=12)
        self.play(Create(saddle))
        self.move_camera(theta=-20 * DEGREES)
`;
  const { id, states, end } = await draw(script, { renderer: "OPENGL" });
  expect(end).toMatchObject({ status: "READY", error: null, durationMs: 2_000 });
  expect(stepsOf(states)).toHaveLength(2);
  expect(await isLit(await streamOf(id))).toBe(true);
});

test.skipIf(example === null)(
  "a portrait with a sound is as long as its frames, and is heard when it was added",
  async () => {
    const script = `import wave

with wave.open("beep.wav", "wb") as file:
    file.setparams((1, 2, 8_000, 0, "NONE", ""))
    file.writeframes(b"\\x00\\x40\\x00\\xc0" * 2_000)

class Beep(Scene):
    def construct(self):
        self.wait()
        self.add_sound("beep.wav")
        self.play(Create(Circle(color=WHITE)))
        self.wait()
`;
    const { id, states, end } = await draw(script, { aspectRatio: "TALL" });
    expect(end).toMatchObject({ status: "READY", error: null, durationMs: 3_000, width: 480, height: 854 });
    expect(stepsOf(states)).toEqual(["Wait", "Create(Circle)", "Wait"]);
    const stream = await streamOf(id);
    expect(stream.lengthMs).toBe(3_000);
    expect(await inspect(stream.playlist)).toMatchObject({ startTime: 0 });
    const { ffmpeg } = await testTools();
    const { data } = await system.client.ask("query ($id: ID!) { video(id: $id) { playback { hlsUrl } } }", {
      id,
    });
    const args = [
      "-v",
      "error",
      "-i",
      data.video.playback.hlsUrl,
      "-map",
      "0:a:0",
      "-ac",
      "1",
      "-ar",
      "8000",
    ];
    const { stdout } = await runTool(ffmpeg.path, [...args, "-f", "s16le", "pipe:1"], {
      ...{ timeoutMs: 60_000, encoding: "latin1" },
    });
    const samples = Buffer.from(stdout, "latin1");
    const loudest = (fromS: number, toS: number): number => {
      let peak = 0;
      for (let at = fromS * 8_000; at < toS * 8_000; at += 1)
        peak = Math.max(peak, Math.abs(samples.readInt16LE(at * 2)));
      return peak;
    };
    expect(loudest(0, 0.9)).toBeLessThan(500);
    expect(loudest(1.1, 1.4)).toBeGreaterThan(3_000);
    expect(loudest(1.6, 2.9)).toBeLessThan(500);
  },
);

test.skipIf(example === null)(
  "a script that plays more than it counted is drawn to its end, with the length of what was drawn",
  async () => {
    const script = `from pathlib import Path

class Longer(Scene):
    def construct(self):
        for _ in range(4 if Path("counted").exists() else 2):
            self.play(Create(Square()))
        Path("counted").touch()
`;
    const { id, states, end } = await draw(script);
    expect(end).toMatchObject({ status: "READY", error: null });
    expect(stepsOf(states)).toEqual(Array.from({ length: 4 }, () => "Create(Square)"));
    const fractions = states.map(({ progress }) => progress);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect((await streamOf(id)).lengthMs).toBe(4_000);
    expect(end.durationMs).toBe(4_000);
  },
);

/** Fails in the fifth of eight animations, in the drawing or already while they are counted. */
const faulty = (isCounted: boolean): string => `from pathlib import Path

class Fifth(Scene):
    def construct(self):
        is_faulty = ${isCounted ? "True" : 'Path("counted").exists()'}
        Path("counted").touch()
        for index in range(8):
            self.play(Create(Circle(radius=1 / (4 - index) if is_faulty else 1)))
`;

test.skipIf(example === null)(
  "a script that fails in its fifth animation fails its video with the line and the number",
  async () => {
    const error = {
      code: "SCRIPT_FAILED",
      line: 8,
      message: "line 8, column 44: After 4 animations: ZeroDivisionError: division by zero",
    };
    const [counted, drawn] = [await draw(faulty(true)), await draw(faulty(false))];
    expect(counted.end).toMatchObject({ status: "FAILED", step: null, error });
    expect(drawn.end).toMatchObject({ status: "FAILED", step: { index: 3, count: 8 }, error });
    expect(stepsOf(drawn.states)).toEqual(Array.from({ length: 4 }, () => "Create(Circle)"));
  },
);
