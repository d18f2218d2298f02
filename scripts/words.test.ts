/**
 * Keeps the worst of our old language from coming back: un-English words and comments wider than the page.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** Word or phrase, and what to write instead. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/\b(is|are|was|were|been) told\b/i, "receives, is notified, is asked to"],
  [/\bheard of\b/i, "received, reported"],
  [/\bnobody\b/i, "no caller, no worker, or leave it out"],
  [/\bsomebody\b/i, "a user, a process, or leave it out"],
  [/\bwho(so)?ever\b/i, "the caller that, the process that"],
  [/\banew\b/i, "again"],
  [/\bin vain\b/i, "unsuccessfully"],
  [/\bin peace\b/i, "undisturbed"],
  [/\buntilTold\b/, "waitForSignal"],
];

/** Lines that need a word: each with its reason. */
const ALLOWED: readonly { file: string; text: RegExp; reason: string }[] = [
  { file: "embedded/postgres/run-as.ts", text: /nobody/i, reason: "the name of a system user" },
  { file: "scripts/words.test.ts", text: /./, reason: "the list of words itself" },
];

const MAX_WIDTH = 110;
const GENERATED = /(^|\/)(generated|documents\.ts$|generated\.ts$)/;
const COMMENT = /^\s*(\/\/|\/?\*|\{\/\*)/;
/** A directive or an address has to stay on one line. */
const UNBREAKABLE = /oxlint-disable|biome-ignore|https?:\/\/|@ts-/;

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  encoding: "utf8",
  maxBuffer: 64 * 1024 * 1024,
})
  .split("\n")
  .filter((file) => /\.(ts|tsx|mjs)$/.test(file) && !GENERATED.test(file));

const linesOf = (file: string) => readFileSync(file, "utf8").split("\n");

test("the sources use none of the words that read as translated", () => {
  const found = files.flatMap((file) =>
    linesOf(file).flatMap((line, index) =>
      WORDS.filter(([word]) => word.test(line))
        .filter(() => !ALLOWED.some((one) => one.file === file && one.text.test(line)))
        .map(([word, instead]) => `${file}:${index + 1}: ${word.source}; write: ${instead}`),
    ),
  );
  expect(found).toEqual([]);
});

test(`comments have at most ${MAX_WIDTH} columns`, () => {
  const wide = files.flatMap((file) =>
    linesOf(file).flatMap((line, index) =>
      line.length > MAX_WIDTH && COMMENT.test(line) && !UNBREAKABLE.test(line)
        ? [`${file}:${index + 1}`]
        : [],
    ),
  );
  expect(wide).toEqual([]);
});
