import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** Options of an example, such as its quality, are lines of their own. */
const OPTION = /^:\w+:/;

/** Reads examples of Manim's documentation, which is in the installed package. */
export async function findGallery(python: string): Promise<(file: string, scene: string) => Promise<string>> {
  const find = "import importlib.util as u; print(u.find_spec('manim').submodule_search_locations[0])";
  const { stdout } = await promisify(execFile)(python, ["-c", find]);
  return async (file, scene) => {
    const lines = (await readFile(join(stdout.trim(), file), "utf8")).split("\n");
    const at = lines.findIndex((line) => line.trim() === `.. manim:: ${scene}`);
    if (at === -1) throw new Error(`${file} has no example ${scene}.`);
    const outer = indentOf(lines[at] ?? "");
    const end = lines.findIndex((line, index) => index > at && line.trim() !== "" && indentOf(line) <= outer);
    const body = lines.slice(at + 1, end === -1 ? undefined : end);
    const inner = Math.min(...body.filter((line) => line.trim() !== "").map(indentOf));
    const text = body.map((line) => line.slice(inner)).filter((line) => !OPTION.test(line));
    return `${text.join("\n").trim()}\n`;
  };
}

const indentOf = (line: string): number => line.length - line.trimStart().length;
