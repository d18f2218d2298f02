import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { builtInTemplates } from "./built-in.ts";
import { checkData } from "./check-data.ts";
import { loadTemplate, type Template } from "./load-template.ts";
import { planScenes, spokenTexts } from "./plan-scenes.ts";
import { planTimeline } from "./plan-timeline.ts";
import { TemplateError } from "./template-error.ts";

const builtIn = await builtInTemplates();
const load = async (name: string) => await loadTemplate(builtIn.get(name) ?? name);
const quiz = await load("quiz-classic");

/** A template in a folder of its own. */
async function templateWith(
  manifest: object,
  files: Record<string, string> = { "scene.html": "<div>{{ item }}</div>" },
): Promise<Template> {
  const folder = await mkdtemp(join(tmpdir(), "reelay-template-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "sounds"));
  const whole = {
    ...{ name: "small", version: 1, title: "Small", size: [64, 36], frameRate: 10, data: {}, example: {} },
    scenes: [{ for: "items", html: "scene.html", timeline: [{ mark: "show", lasts: 500 }] }],
    ...manifest,
  };
  await writeFile(join(folder, "template.json"), JSON.stringify(whole));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return await loadTemplate(folder);
}

function issuesOf(plan: () => unknown) {
  try {
    plan();
  } catch (error) {
    if (error instanceof TemplateError) return error.issues;
    throw error;
  }
  return [];
}

const question = (text: string) => ({ question: text, options: ["a", "b"], answerIndex: 0 });

test.each([...builtIn.keys()])(
  "the example of %s makes scenes that last and texts with names of their own",
  async (name) => {
    const template = await load(name);
    const checked = checkData(template.manifest, template.manifest.example);
    if (!checked.ok) throw new Error(JSON.stringify(checked.issues));
    const scenes = planScenes(template, checked.data);
    const timeline = planTimeline(scenes, {}, template.manifest.frameRate);
    expect(timeline.scenes.every(({ frames }) => frames > template.manifest.frameRate)).toBe(true);
    const ids = spokenTexts(scenes, "en").map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  },
);

test("marks follow the lengths of speech, scenes end with whole frames, and sounds are placed in the video", () => {
  const data = { timerSeconds: 2, speakOptions: false, questions: [question("One?"), question("Two?")] };
  const checked = checkData(quiz.manifest, data);
  if (!checked.ok) throw new Error("The data is valid.");
  const scenes = planScenes(quiz, checked.data);
  const clips = { "questions-0/ask": 1500, "questions-0/reveal": 1010, "questions-1/ask": 100 };
  const timeline = planTimeline(scenes, clips, 30);
  const [first, second] = timeline.scenes;
  expect(first?.properties).toMatchObject({
    "--ask": "0ms",
    "--ask-lasts": "1800ms",
    "--options": "1800ms",
    "--options-stagger": "140ms",
    "--timer": "2800ms",
    "--timer-lasts": "2000ms",
    "--reveal": "4800ms",
    "--reveal-lasts": "1310ms",
    "--hold-ends": "7010ms",
    "--scene-lasts": "7010ms",
  });
  expect([first?.frames, second?.startFrame]).toEqual([211, 211]);
  // Without a clip, a text lasts its reading time.
  expect(second?.marks.find(({ mark }) => mark === "reveal")?.lastsMs).toBe(1800);
  expect(timeline.sounds).toMatchObject([
    { atMs: 0, clip: "questions-0/ask" },
    { atMs: 2800, file: "tick.wav" },
    { atMs: 3800, file: "tick.wav" },
    { atMs: 4800, file: "ding.wav" },
    { atMs: 4800, clip: "questions-0/reveal" },
    { atMs: 7033, clip: "questions-1/ask" },
    { atMs: 9233, file: "tick.wav" },
    { atMs: 10_233, file: "tick.wav" },
    { atMs: 11_233, file: "ding.wav" },
  ]);
});

test("a scene with a key is the same wherever it stands", () => {
  const named = { ...question("Where?"), id: "where" };
  const plan = (questions: object[]) => {
    const checked = checkData(quiz.manifest, { questions });
    return checked.ok ? planScenes(quiz, checked.data).find(({ id }) => id === "questions-where") : undefined;
  };
  const { path: first, ...alone } = plan([named]) ?? {};
  const { path: third, ...moved } = plan([question("1?"), question("2?"), named]) ?? {};
  expect([first, third]).toEqual(["/questions/0", "/questions/2"]);
  expect(moved).toEqual(alone);
  const twice = checkData(quiz.manifest, { questions: [named, named] });
  expect(issuesOf(() => twice.ok && planScenes(quiz, twice.data))).toMatchObject([
    { code: "DATA_INVALID", path: "/questions/1/id" },
  ]);
});

test("each mistake in the data is named with its path, what is expected, and what came", () => {
  const checked = checkData(quiz.manifest, {
    theme: "pink",
    qestions: [],
    questions: [
      { question: "", options: ["only one"], answerIndex: "B" },
      { question: "x".repeat(400), options: ["a", "b"], answerIndex: 7 },
    ],
  });
  expect(checked.ok ? [] : checked.issues.map(({ message }) => message)).toEqual([
    expect.stringContaining('The data: expected no field "qestions": remove or rename it'),
    expect.stringMatching(/^\/theme: expected one of "violet", .*; it is "pink"\.$/),
    '/questions/0/question: expected at least 1 characters; it is "".',
    "/questions/0/options: expected at least 2 items; it is a list of 1.",
    '/questions/0/answerIndex: expected a value of the type integer (Index of the right option, from 0); it is "B".',
    "/questions/1/question: expected at most 300 characters; it is a text of 400 characters.",
    "/questions/1/answerIndex: expected at most 3 (Index of the right option, from 0); it is 7.",
  ]);
});

test("what data contains is shown as text, and reaches neither the prototype nor a file", async () => {
  const template = await templateWith({}, { "scene.html": "<b>{{ item }}{{ item.constructor.name }}</b>" });
  const [scene] = planScenes(template, { items: ["</b><script>{{ 7 | times: 7 }}</script>"] });
  expect(scene?.html).toBe("<b>&lt;/b&gt;&lt;script&gt;{{ 7 | times: 7 }}&lt;/script&gt;</b>");
  for (const [html, code] of [
    ['{% include "/etc/passwd" %}', "TEMPLATE_INVALID"],
    ['{% render "template.json" %}', "TEMPLATE_INVALID"],
    ["{{ 'now' | date: '%s' }}", "TEMPLATE_INVALID"],
    ["{% for i in (1..100000000) %}{% for j in (1..1000) %}x{% endfor %}{% endfor %}", "TEMPLATE_TOO_COSTLY"],
  ] as const) {
    const hostile = await templateWith({}, { "scene.html": html });
    expect(issuesOf(() => planScenes(hostile, { items: ["a"] }))).toMatchObject([
      { code, path: "scene.html" },
    ]);
  }
});

test.each([
  [{ scenes: [] }, "scenes"],
  [{ size: [1920] }, "size"],
  [{ styles: ["../../etc/passwd"] }, "without a path"],
  [{ styles: ["missing.css"] }, "missing.css: is not in the template's folder"],
  [
    { scenes: [{ html: "scene.html", timeline: [{ mark: "a", sound: "bang.wav" }] }] },
    "sounds/bang.wav: is not in the template",
  ],
  [{ scenes: [{ html: "scene.html", timeline: [{ mark: "a" }, { mark: "a" }] }] }, 'two marks "a"'],
])("a template with a mistake is refused with its place: %j", async (manifest, expected) => {
  await expect(templateWith(manifest)).rejects.toThrow(expected);
});

test("a schema that is none, and data that makes no scene, are named", async () => {
  const template = await templateWith({ data: { type: "nothing" } });
  expect(issuesOf(() => checkData(template.manifest, {}))).toMatchObject([{ code: "TEMPLATE_INVALID" }]);
  expect(issuesOf(() => planScenes(template, { items: [] }))).toMatchObject([{ code: "DATA_INVALID" }]);
});
