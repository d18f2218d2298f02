/** Keeps the names of kinds in their own folders, so that a new kind changes nothing else. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { kindDefinitions } from "@reelay/contracts";
import { expect, test } from "vitest";
import { kinds } from "../src/kinds/index.ts";

const NAMES = [...new Set([...Object.keys(kindDefinitions), ...Object.keys(kinds)])];

/** Tables that list every kind. A new kind adds a line to each. */
const REGISTRIES = new Set([
  "contracts/kinds/index.ts",
  "src/kinds/registry.ts",
  "src/kinds/asset-kinds.ts",
  "src/database/job-kinds.ts",
  "render-worker/kinds/index.ts",
  // What GraphQL and the console show.
  "schema/types/assets.ts",
  "schema/types/enums.ts",
  "web/src/format/words.ts",
]);

/** Here DOWNLOAD is the purpose of a playback token, not a kind. */
const PURPOSES =
  /^(src\/(playback-access|media|cms|rest)\/|packages\/client\/src\/playback\/|schema\/types\/video\.ts$)/;

const isSource = (file: string): boolean =>
  /^(contracts|src|schema|render-worker|packages|embedded|web\/src)\/.*\.tsx?$/.test(file) &&
  !/\.(test|contract)\.|\/testing\/|generated|contract-kit/.test(file);

/** The kind whose own folder or file this is. */
const ownerOf = (file: string): string | undefined =>
  /(?:^|\/)kinds\/([a-z]+)(?:\/|\.ts$)/.exec(file)?.[1]?.toUpperCase();

/** Names of kinds in the code of a file, comments left out. */
function namesIn(text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, "").replaceAll(/`[A-Z]+`/g, "");
  return NAMES.filter((name) => new RegExp(`(?<![\\w.-])${name}(?![\\w-])`).test(code));
}

test("a kind is named only in its own folder and in the registries", () => {
  const files = execFileSync("git", ["ls-files"], { encoding: "utf8" })
    .split("\n")
    .filter((file) => isSource(file) && existsSync(file));
  expect(files.length).toBeGreaterThan(500);
  const misplaced = files
    .filter((file) => !REGISTRIES.has(file) && !PURPOSES.test(file))
    .flatMap((file) =>
      namesIn(readFileSync(file, "utf8"))
        .filter((name) => name !== ownerOf(file))
        .map((name) => `${file}: ${name}`),
    );
  expect(misplaced, "Use what the kind's definition or its traits say instead of its name").toEqual([]);
});

test("a name in code is found, but not one in a comment", () => {
  expect(namesIn(`if (kind === "POSTER") return;`)).toEqual(["POSTER"]);
  expect(namesIn("sql`kind = 'TRANSCODE'`")).toEqual(["TRANSCODE"]);
  expect(namesIn("// A POSTER is small.\n/** `REPAIR` too. */")).toEqual([]);
});
