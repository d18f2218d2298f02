import { expect, test } from "vitest";
import { InvalidInputError } from "../errors/index.ts";
import { readObject } from "./fields.ts";
import { parseRender, parseRendering, renameField } from "./parse-request.ts";
import { RestError } from "./rest-error.ts";

const code = "from manim import *\nclass GenScene(Scene): pass\n";

test("a rendering has the defaults of the interface's origin, and keeps its labels", () => {
  const labels = { file_name: "scene_5", user_id: "u1", project_name: "Circles", iteration: 3 };
  const { video, isStreamed } = parseRendering({ code, ...labels, stream: true });
  expect(isStreamed).toBe(true);
  expect(video).toMatchObject({ title: "scene_5", metadata: labels, download: { height: 2160 } });
  expect(video.source.manim).toMatchObject({ scene: "GenScene", script: code });
  const plain = parseRendering({ code, file_class: null, project_name: null, user_id: "" });
  expect(plain).toMatchObject({ isStreamed: false, video: { title: "GenScene", metadata: { user_id: "" } } });
});

test("qualities have the names of GraphQL, of Manim and of sizes, in any case", () => {
  const named = (quality: string) => parseRendering({ code, quality }).video.source.manim?.quality;
  expect(["LOW", "medium_quality", "1080p", "p", "4K", "FOUR_K"].map(named)).toEqual([
    ...["LOW", "MEDIUM", "HIGH", "PRODUCTION", "FOUR_K", "FOUR_K"],
  ]);
  const { manim } = parseRendering({ code, aspect_ratio: "9:16", renderer: "opengl", seed: 7 }).video.source;
  expect(manim).toMatchObject({ aspectRatio: "TALL", renderer: "OPENGL", seed: 7 });
});

test("the second form draws GenScene where the script has it, and the only scene otherwise", () => {
  const sceneOf = (script: string) => parseRender({ script, video_id: 12, format: "mp4" }).video;
  expect(sceneOf(code)).toMatchObject({
    title: "12",
    metadata: { video_id: 12 },
    source: { manim: { scene: "GenScene" } },
  });
  expect(sceneOf(code.replace("GenScene", "Intro")).source.manim?.scene).toBeNull();
});

test.each([
  [{}, "code: is missing. Send the text of a Manim script as a string."],
  [{ code: "  " }, 'code: is "  ". Send the text of a Manim script as a string.'],
  [{ code, aspect_ratio: "4:3" }, 'aspect_ratio: is "4:3". Use one of 16:9, 9:16, 1:1, or omit it.'],
  [{ code, aspect_ratio: null }, "aspect_ratio: is null. Use one of 16:9, 9:16, 1:1, or omit it."],
  [{ code, stream: "yes" }, 'stream: is "yes". Use true or false, or omit it.'],
  [{ code, file_class: 5 }, "file_class: is 5. Use a string, or omit it."],
  [{ code, user_id: ["u"] }, "user_id: is a list. Use a string or a number."],
  [
    { code, file_name: "x".repeat(501) },
    "file_name: has 501 characters. Use at most 500, without NUL and halves of surrogate pairs.",
  ],
  [{ code, seed: "1" }, 'seed: is "1". Use a number, or omit it.'],
])("a bad field is named with what came and what to send: %j", (body, message) => {
  expect(() => parseRendering(body)).toThrow(new RestError(400, message));
});

test("errors of createVideo have the request's own names", () => {
  const { names } = parseRendering({ code });
  const error = new InvalidInputError("SCENE_INVALID", "source.manim.scene", "source.manim.scene: is wrong.");
  expect(renameField(error, names)).toEqual(new RestError(400, "file_class: is wrong."));
});

test("a body is a JSON object with its content type", () => {
  const read = (type: string | undefined, text: string) => () => readObject(type, Buffer.from(text));
  expect(read("application/json; charset=utf-8", '{"a":1}')()).toEqual({ a: 1 });
  expect(read(undefined, "{}")).toThrow("Content-Type: is missing. Send a JSON object with the header");
  expect(read("text/plain", "{}")).toThrow('Content-Type: is "text/plain".');
  expect(read("application/json", "{")).toThrow("body: is not valid JSON (");
  expect(read("application/json", "[]")).toThrow("body: is a list.");
});
