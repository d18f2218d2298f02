import { expect, test } from "vitest";
import { writeCaptions } from "../index.ts";
import { planCues } from "./plan-cues.ts";

/** Words that take 250 ms each, and 50 ms between them. */
const spoken = (text: string, atMs = 0) => ({
  atMs,
  words: text
    .split(" ")
    .map((word, index) => ({ text: word, startMs: index * 300, endMs: index * 300 + 250 })),
});

test("a caption begins with its first word and is WebVTT, with its markup escaped", () => {
  expect(writeCaptions([spoken("Is 3 < 5 & why?", 3_599_500)])).toBe(
    "WEBVTT\n\n00:59:59.500 --> 01:00:01.650\nIs 3 &lt; 5 &amp; why?\n",
  );
  expect(writeCaptions([])).toBeNull();
  expect(writeCaptions([{ atMs: 0, words: [] }])).toBeNull();
});

test("sentences get captions of their own, and none lasts into the next one", () => {
  const cues = planCues([spoken("Yes. It is the capital of France!"), spoken("Next question?", 2_500)]);
  expect(cues).toEqual([
    { startMs: 0, endMs: 300, lines: ["Yes."] },
    { startMs: 300, endMs: 2_450, lines: ["It is the capital of France!"] },
    { startMs: 2_500, endMs: 3_500, lines: ["Next question?"] },
  ]);
});

test("a long sentence is divided at its punctuation, into two even lines of at most 42 columns", () => {
  const [first, second] = planCues([
    spoken(
      "When the first people walked on the moon in the summer of 1969, hundreds of millions of viewers watched them live",
    ),
  ]);
  expect(first?.lines).toEqual(["When the first people walked on", "the moon in the summer of 1969,"]);
  expect(second?.lines).toEqual(["hundreds of millions of", "viewers watched them live"]);
  expect(second?.startMs).toBe(13 * 300);
});

test("no line is longer than 42 columns, unless a single word is, and no word is lost", () => {
  const text = `${"Lorem ipsum dolor sit amet ".repeat(40)}${"x".repeat(60)} end`;
  const cues = planCues([spoken(text)]);
  expect(cues.flatMap(({ lines }) => lines).join(" ")).toBe(text);
  for (const { lines } of cues) {
    expect(lines.length).toBeLessThanOrEqual(2);
    for (const line of lines) expect(line.length <= 42 || !line.includes(" ")).toBe(true);
  }
  expect(
    cues.every(({ startMs, endMs }, index) => endMs > startMs && endMs <= (cues[index + 1]?.startMs ?? 1e9)),
  ).toBe(true);
});

test("a silence ends a caption", () => {
  const words = [
    { text: "Paris", startMs: 0, endMs: 400 },
    { text: "London", startMs: 2_000, endMs: 2_400 },
  ];
  expect(planCues([{ atMs: 0, words }]).map(({ lines }) => lines)).toEqual([["Paris"], ["London"]]);
});

test("scripts without blanks are joined without them and have half as many characters in a line", () => {
  const words = [
    "日本",
    "の",
    "首都",
    "は",
    "どこ",
    "です",
    "か？",
    "東京",
    "は",
    "1868",
    "年",
    "から",
    "です。",
  ];
  const [first, second] = planCues([spoken(words.join(" "))]);
  expect(first?.lines).toEqual(["日本の首都はどこですか？"]);
  expect(second?.lines).toEqual(["東京は 1868 年からです。"]);
  const long = planCues([spoken(Array.from({ length: 40 }, () => "首都").join(" "))]);
  expect(long[0]?.lines.every((line) => line.length <= 21)).toBe(true);
  expect(planCues([spoken("대한민국의 수도는 어디입니까?")])[0]?.lines).toEqual([
    "대한민국의 수도는 어디입니까?",
  ]);
});
