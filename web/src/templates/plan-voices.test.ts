import { expect, test } from "vitest";
import { languagesOf, languageToShow, voiceOptions } from "./plan-voices.ts";

const voice = (name: string, language: string) => ({ name, title: name, language, engine: "piper" });
const voices = [voice("amy", "en-GB"), voice("joe", "en-US"), voice("eva", "de-DE"), voice("x", "zz_1")];

test("voices are listed by language, that of the data first, whatever its region", () => {
  expect(languagesOf(voices).map(({ value }) => value)).toEqual(["en", "de", "zz_1"]);
  expect(["en-AU", "de", "fr", ""].map((one) => languageToShow(voices, one))).toEqual(["en", "de", "", ""]);
  const options = voiceOptions(voices, { language: "en", chosen: "" });
  expect(options.map(({ value }) => value)).toEqual(["", "NONE", "amy", "joe"]);
  expect(options.at(-1)?.text).toBe("joe · en-US · piper");
});

test("a chosen voice of another language, or that no worker offers now, stays a choice", () => {
  const chosen = voiceOptions(voices, { language: "de", chosen: "amy" });
  expect(chosen.map(({ value }) => value)).toEqual(["", "NONE", "amy", "eva"]);
  expect(voiceOptions(voices, { language: "", chosen: "old" })).toContainEqual({
    value: "old",
    text: "old (not offered now)",
  });
});
