import { expect, test } from "vitest";
import { blankDraft, titleOf, toCorrection, toSource, withQuestions } from "./draft.ts";

const template = { name: "quiz-classic", version: 2 };

test("only what was chosen is sent; the rest has the API's defaults", () => {
  const data = { title: "Planets" };
  expect(toSource({ ...blankDraft, data }, template)).toEqual({
    ...{ template: "quiz-classic", version: 2, data },
  });
  const chosen = {
    voice: "slt",
    rate: 1.2,
    height: 720,
    music: "m1",
    background: "video:v1",
    materials: ["m2"],
  };
  expect(toSource({ ...blankDraft, data, ...chosen }, template)).toEqual({
    ...{ template: "quiz-classic", version: 2, data, height: 720, music: "m1", materials: ["m2"] },
    background: { video: "v1" },
    voice: { name: "slt", rate: 1.2 },
  });
  expect(toSource({ ...blankDraft, rate: 0.8 }, template).voice).toEqual({ rate: 0.8 });
});

test("a correction names all settings, so that what was removed does not stay as published", () => {
  expect(toCorrection(blankDraft, { name: "quiz-classic", width: 1920, height: 1080 })).toEqual({
    ...{ template: "quiz-classic", data: {}, voice: { rate: 1 }, height: 1080, music: null, materials: [] },
    background: null,
  });
  const chosen = { ...blankDraft, voice: "NONE", height: 360, music: "m1", materials: ["m2"] };
  expect(toCorrection(chosen, { name: "quiz-shorts", width: 1080, height: 1920 })).toMatchObject({
    ...{ voice: { name: "NONE", rate: 1 }, height: 360, music: "m1", materials: ["m2"] },
  });
});

test("a video is named by its user, else by its data, else by its template", () => {
  expect(titleOf({ ...blankDraft, title: " Mine ", data: { title: "Data" } }, "Quiz")).toBe("Mine");
  expect(titleOf({ ...blankDraft, data: { title: "Data" } }, "Quiz")).toBe("Data");
  expect(titleOf(blankDraft, "Quiz")).toBe("Quiz");
});

test("imported questions replace the example's texts, and keep what was chosen or written", () => {
  const example = { title: "The Solar System", subtitle: "Three questions", theme: "ocean", questions: [{}] };
  const places = { field: "questions", names: new Set(["title", "language", "questions"]), example };
  const imported = { topic: "History", language: "de", questions: [{ question: "Wer?" }] };
  expect(withQuestions({ ...example, timerSeconds: 9, theme: "forest" }, imported, places)).toEqual({
    ...{ title: "History", theme: "forest", timerSeconds: 9, language: "de" },
    questions: imported.questions,
  });
  expect(withQuestions({ title: "My quiz" }, imported, places)).toMatchObject({ title: "My quiz" });
});
