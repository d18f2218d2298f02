import { expect, test } from "vitest";
import { isTemplate, readTemplateFiles } from "./template-files.ts";

const entry = (path: string, text = "x") => ({ path, file: new File([text], path) });

test("a folder's files lose the folder and what systems added to it", () => {
  const dropped = ["quiz/template.json", "quiz/sounds/tick.wav", "quiz/.DS_Store", "quiz/Thumbs.db"].map(
    (path) => entry(path),
  );
  expect(isTemplate(dropped)).toBe(true);
  expect(readTemplateFiles(dropped)).toMatchObject({
    files: [{ path: "template.json" }, { path: "sounds/tick.wav" }],
  });
  expect(readTemplateFiles([entry("template.json")])).toMatchObject({ files: [{ path: "template.json" }] });
});

test("a ZIP file is sent as it is; other files are no template", () => {
  expect([[entry("quiz.ZIP")], [entry("quiz.csv")], [entry("a/b/template.json")]].map(isTemplate)).toEqual([
    true,
    false,
    false,
  ]);
  expect(readTemplateFiles([entry("quiz.zip")])).toMatchObject({ archive: { name: "quiz.zip" } });
});

test("files that are no template, or too many, are refused with what to do", () => {
  expect(() => readTemplateFiles([entry("quiz/scene.html")])).toThrow("the folder that contains it");
  expect(() => readTemplateFiles([entry("quiz/template.json"), entry("clip.mp4")])).toThrow("clip.mp4");
  const many = Array.from({ length: 100 }, (_, index) => entry(`quiz/${index}.html`));
  expect(() => readTemplateFiles([entry("quiz/template.json"), ...many])).toThrow("at most 100");
  const large = { path: "quiz.zip", file: { size: 20_000_001 } as File };
  expect(() => readTemplateFiles([large])).toThrow("at most 20000000");
});
