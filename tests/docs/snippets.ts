/** What the pages show as code. */
import { globSync, readFileSync } from "node:fs";
import path from "node:path";

export const ROOT = path.resolve(import.meta.dirname, "../..");

/** Pages by their path from the root: `docs/how-to/cms-forms.md`. */
export const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  ...globSync("docs/**/*.md", { cwd: ROOT }).sort(),
  ...["client", "upload", "player"].map((name) => `packages/${name}/README.md`),
];

export interface Snippet {
  page: string;
  /** Where it begins, counted from 1. */
  line: number;
  /**
   * What stands behind the fence: `sh`, `graphql`, …; blocks that are no code have none, and are not here.
   */
  language: string;
  code: string;
  /** The heading that it stands under. */
  section: string;
}

export function readSnippets(page: string): Snippet[] {
  const text = readFileSync(path.join(ROOT, page), "utf8");
  return [...text.matchAll(/^ *```(\w+)\n([\s\S]*?)^ *```$/gm)].map(
    ({ 1: language = "", 2: code = "", index }) => {
      const before = text.slice(0, index);
      const section =
        before
          .match(/^#+ .*$/gm)
          ?.at(-1)
          ?.replace(/^#+ /, "") ?? "";
      return { page, line: before.split("\n").length, language, code, section };
    },
  );
}

/** `docs/how-to/cms-forms.md:12` */
export const placeOf = ({ page, line }: Snippet): string => `${page}:${line}`;

export const allSnippets = (): Snippet[] => PAGES.flatMap(readSnippets);
