import { join } from "node:path";
import { prepareKinds } from "@reelay/render-worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import { processEnvironment } from "../../render-worker/env.ts";
import { processesWith } from "../../render-worker/jail/testing/processes-with.ts";
import { ToolNotFoundError } from "../../render-worker/media/ffmpeg/index.ts";
import { findTex } from "../../render-worker/painters/find-tex.ts";
import { inspect } from "../../render-worker/testing/inspect.ts";
import { testTools } from "../../render-worker/testing/kit.ts";
import { findInstalledPainter } from "../../render-worker/testing/painter.ts";
import { keyOf } from "../../src/inputs/global-id.ts";
import { documents, eventually, type System, startSystem } from "../kit/index.ts";
import { startPainter } from "./start-painter.ts";

const installed = await findInstalledPainter();
const PATH = processEnvironment["PATH"] ?? "";
const hasTex = (await findTex(PATH)) !== null;
const isInCI = processEnvironment["CI"] === "true";

let system: System;
beforeAll(async () => {
  system = await startSystem({ workers: 0 });
});
afterAll(() => system[Symbol.asyncDispose]());

const scene = (body: string): string =>
  `class GenScene(Scene):\n    def construct(self):\n${body.trim().replaceAll(/^\s*/gm, "        ")}\n`;

async function create(script: string, more: object = {}): Promise<string> {
  const source = { manim: { script, quality: "LOW", ...more } };
  const { data } = await system.client.ask(documents.createVideo, { input: { title: "Lesson", source } });
  expect(data.createVideo.__typename).toBe("Video");
  return data.createVideo.id;
}

const WATCH = `subscription ($id: ID!) { videoProgress(id: $id) {
  id status error { code message } step { index count name } mainJob { waitReason } } }`;

const watch = (id: string, isEnd: Parameters<System["client"]["watch"]>[1]) =>
  system.client.watch(id, isEnd, null, WATCH);

test.skipIf(installed === null)(
  "a script plays while it is drawn, and every animation is seen in its order",
  async () => {
    await using _worker = await startPainter(system);
    const id = await create(
      scene(`
        title = Text("Sine", font_size=72)
        self.play(Write(title))
        self.wait(3)
        circle = Circle(color=BLUE, fill_opacity=0.5)
        self.play(FadeOut(title), Create(circle))
        self.play(Transform(circle, Square(color=RED)))
      `),
    );
    const seen = await watch(id, ({ status }) => status === "READY" || status === "FAILED");
    expect(new Set(seen.map(({ status }) => status))).toEqual(new Set(["PROCESSING", "PLAYABLE", "READY"]));
    const steps = seen.flatMap(({ step }) => (step ? [`${step.index} of ${step.count}: ${step.name}`] : []));
    expect([...new Set(steps)]).toEqual([
      "0 of 4: Write(Text('Sine'))",
      "1 of 4: Wait",
      "2 of 4: FadeOut(Text('Sine')), Create(Circle)",
      "3 of 4: Transform(Circle)",
    ]);
    const { data } = await system.client.ask(
      `query ($id: ID!) { video(id: $id) { durationMs width height frameRate playback { posterUrl storyboardUrl }
        variants { name status } source { kind script } } }`,
      { id },
    );
    const { source, playback, variants, ...video } = data.video;
    expect(video).toEqual({ durationMs: 6_000, width: 854, height: 480, frameRate: 15 });
    expect(source).toMatchObject({ kind: "MANIM", script: expect.stringContaining("GenScene") });
    expect(playback).toEqual({ posterUrl: expect.any(String), storyboardUrl: expect.any(String) });
    expect(variants.filter(({ status }: { status: string }) => status === "READY")).toHaveLength(4);
    const master = join(system.storeDirectory, `videos/${keyOf("Video", id)}/manifest/master.m3u8`);
    expect(await inspect(master)).toMatchObject({ startTime: 0 });
  },
);

test.skipIf(installed === null)("a script's own exception fails its video with the line", async () => {
  await using _worker = await startPainter(system);
  const id = await create(scene("self.play(Create(Circle()))\nself.play(Create(Cricle()))"));
  const seen = await system.client.watch(id);
  expect(seen.at(-1)).toMatchObject({
    status: "FAILED",
    error: { code: "SCRIPT_FAILED", message: expect.stringMatching(/^line 4.*NameError.*Cricle/) },
  });
});

/** Ignores signals, as its children do, one of which has left its session. */
const stubborn = `import signal, subprocess

class GenScene(Scene):
    def construct(self):
        for number in range(1, 65):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        for more in ({"start_new_session": True}, {}):
            try: subprocess.Popen(["/bin/sh", "-c", "trap '' HUP TERM INT; sleep 600 & wait; : child-of-4711"], **more)
            except OSError: pass
        self.play(Rotate(Square(), run_time=600))
`;

test.skipIf(installed === null)(
  "two seconds after a cancel nothing of a drawing is left, whatever its script started and ignores",
  // A machine that is busy with other tests may take longer to deliver the cancel.
  { retry: 2 },
  async () => {
    await using _worker = await startPainter(system);
    const id = await create(stubborn, { seed: 4_711 });
    const running = async () => [
      ...(await processesWith('"seed":4711')),
      ...(await processesWith("child-of-4711")),
      ...(await processesWith(system.directory)),
    ];
    await watch(id, ({ status }) => status === "PLAYABLE");
    expect((await running()).length).toBeGreaterThan(2);
    const { data } = await system.client.ask(`query ($id: ID!) { video(id: $id) { mainJob { id } } }`, {
      id,
    });
    await system.client.ask(documents.cancel, { id: data.video.mainJob.id });
    const gone = async () => expect(await running()).toEqual([]);
    await eventually(gone, "everything that it started is gone", { timeoutMs: 2_000 });
  },
);

/** Three plays that fill a chunk each, of which the last one can be of another colour. */
const lesson = (colour = "BLUE"): string =>
  scene(`
    dot = Dot(color=RED)
    self.play(dot.animate.shift(3 * RIGHT), run_time=4)
    self.play(Rotate(dot, about_point=ORIGIN), run_time=8)
    self.play(FadeOut(dot), Create(Square(color=${colour})), run_time=8)
  `);

test.skipIf(installed === null)(
  "a second run of a script encodes nothing, and an edited last animation only the chunk that it is in",
  async () => {
    await using _worker = await startPainter(system);
    const reused = async (script: string) => {
      const id = await create(script, { seed: 8 });
      const seen = await watch(id, ({ status }) => status === "READY" || status === "FAILED");
      expect(seen.at(-1)).toMatchObject({ status: "READY" });
      const { data } = await system.client.ask(
        `query ($id: ID!) { video(id: $id) { durationMs chunks { index startMs endMs origin } mainJob { reuse { chunks copied drawn } } } }`,
        { id },
      );
      return { id, ...data.video };
    };
    const first = await reused(lesson());
    const places = [
      { index: 0, startMs: 0, endMs: 4_000 },
      { index: 1, startMs: 4_000, endMs: 12_000 },
      { index: 2, startMs: 12_000, endMs: 20_000 },
    ];
    expect(first).toMatchObject({
      durationMs: 20_000,
      chunks: places.map((place) => ({ ...place, origin: null })),
      mainJob: { reuse: { chunks: 3, copied: 0, drawn: 3 } },
    });
    const origin = first.id;
    expect(await reused(lesson())).toMatchObject({
      chunks: places.map((place) => ({ ...place, origin })),
      mainJob: { reuse: { chunks: 3, copied: 3, drawn: 0 } },
    });
    expect(await reused(lesson("GREEN"))).toMatchObject({
      chunks: [{ origin }, { origin }, { ...places[2], origin: null }],
      mainJob: { reuse: { chunks: 3, copied: 2, drawn: 1 } },
    });
  },
);

const formula = scene(String.raw`
  formula = MathTex(r"e^{i\pi} + 1 = 0")
  self.play(FadeIn(formula))
`);
const ATTEMPTS = `query ($id: ID!) { video(id: $id) { status error { code message }
  mainJob { tasks { tries attempts { outcome workerId error { code } } } } } }`;

test.skipIf(installed === null || (!hasTex && !isInCI))(
  "of two workers, one without TeX, a script with formulas is drawn by the other and uses no try for it (skipped without TeX)",
  async () => {
    // Alone at first, so that it gets the script.
    await using without = await startPainter(system, { workerId: "no-tex", slots: 2 });
    const ids = [await create(formula, { seed: 1 })];
    await watch(ids[0] ?? "", ({ status }) => status === "FAILED");
    await using _with = await startPainter(system, { workerId: "tex" }, PATH);
    await eventually(async () => {
      const { data } = await system.client.ask(
        `{ workers(first: 10) { nodes { name kinds { name tools } } } }`,
      );
      expect(JSON.stringify(data)).toContain('"tools":["tex"]');
    }, "the worker with TeX is known");
    for (const seed of [2, 3, 4]) ids.push(await create(formula, { seed }));
    for (const id of ids.slice(1)) {
      await watch(id, ({ status }) => status === "READY" || status === "FAILED");
      const { data } = await system.client.ask(ATTEMPTS, { id });
      expect(data.video).toMatchObject({ status: "READY", error: null });
      const [task] = data.video.mainJob.tasks;
      expect(task.tries).toBe(1);
      expect(task.attempts.at(-1)).toMatchObject({ outcome: "COMPLETED", workerId: "tex" });
      for (const { workerId, error } of task.attempts.slice(0, -1))
        expect([workerId, error.code]).toEqual(["no-tex", "TEX_MISSING"]);
    }
    expect(without).toBeDefined();
    const failed = await system.client.ask(ATTEMPTS, { id: ids[0] ?? "" });
    expect(failed.data.video.error).toMatchObject({
      code: "TEX_MISSING",
      message: expect.stringContaining("MathTypst("),
    });
  },
);

test("without a painter a script waits, and the job says what is missing", async () => {
  const none = () => Promise.reject(new ToolNotFoundError("The Manim painter is not installed."));
  await using _worker = await system.startWorker({}, undefined, undefined, (options) =>
    prepareKinds({ ...options, findFfmpeg: () => testTools(), findPainter: none }),
  );
  const id = await create(scene("self.wait(1)"));
  const seen = await watch(id, ({ mainJob }) => mainJob?.waitReason != null);
  expect(seen.at(-1).mainJob.waitReason).toContain("npm run painters");
});
