import { constants } from "node:fs";
import { access, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { MAX_SCRIPT_BYTES } from "@reelay/contracts";
import { StartError } from "../start-error.ts";
import { type QuizSource, readQuiz } from "./read-quiz.ts";
import { type RowsSource, readRowsFile } from "./read-rows-file.ts";

/** A source named on the command line. */
export type NamedSource =
  | { kind: "file"; path: string; name: string; sizeBytes: number }
  | { kind: "script"; name: string; script: string; scene?: string }
  | QuizSource
  | RowsSource
  | { kind: "url"; url: string; name: string };

export interface Command {
  sources: NamedSource[];
  /** End when all sources are done. */
  isExiting: boolean;
  isHelp: boolean;
}

export const USAGE = `npm start [-- [--exit] [--scene NAME] [--template NAME] [--each-row] FILE-or-URL…]

Starts Reelay on this machine. With files or http(s) addresses, also renders them, showing the progress of every variant;
a system that runs already on the same data is used. Goes on running afterwards, unless --exit is given: then it ends, with 0
when every file became a video.

A file named .py is a Manim script ("npm run painters" installs what draws it). --scene names the scene of a script with several.

A file named .csv has questions, with the columns question, option1 to option4 and answer (a letter, a number or the text); all of
them become one spoken quiz video. --template names its look: quiz-classic (default) or quiz-shorts.
With --each-row each row becomes a video of its own, of any template; the names of the columns are those of the template's fields.

Environment: PORT (default 4000), REELAY_DATA_DIR (default .reelay).`;

/**
 * Parses the command line and checks every file that it names before anything starts.
 *
 * @throws {StartError} that lists all problems.
 */
export async function readCommand(args: string[], folder: string): Promise<Command> {
  const { values, positionals } = parse(args);
  const found = await Promise.all(positionals.map((name) => readSource(name, folder, values)));
  const problems = found.filter((entry) => typeof entry === "string");
  if (values.exit && positionals.length === 0) problems.push("--exit requires files to render.");
  if (problems.length > 0) throw new StartError(problems.join("\n"));
  const sources = found.filter((entry) => typeof entry !== "string");
  return { sources, isExiting: values.exit, isHelp: values.help };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        exit: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
        scene: { type: "string" },
        template: { type: "string" },
        "each-row": { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new StartError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

interface SourceOptions {
  scene?: string | undefined;
  template?: string | undefined;
  "each-row": boolean;
}

/** The source, or a sentence about why it is invalid. */
async function readSource(
  name: string,
  folder: string,
  { scene, template, "each-row": isEachRow }: SourceOptions,
): Promise<NamedSource | string> {
  if (/^https?:\/\//i.test(name)) return readUrl(name);
  const file = path.resolve(folder, name);
  try {
    const found = await stat(file);
    if (!found.isFile()) return `${name} is not a file: pass the path of a video file.`;
    await access(file, constants.R_OK);
    if (path.extname(name) === ".py") return await readScript(file, found.size, scene);
    if (path.extname(name).toLowerCase() === ".csv")
      return await (isEachRow ? readRowsFile : readQuiz)(file, template);
    return { kind: "file", path: file, name: path.basename(file), sizeBytes: found.size };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return `${name} does not exist (looked for ${file}): check the path.`;
    if (code === "EACCES") return `${name} is not readable for this user: change its permissions.`;
    return `${name} cannot be read (${code ?? String(error)}).`;
  }
}

async function readScript(
  file: string,
  sizeBytes: number,
  scene: string | undefined,
): Promise<NamedSource | string> {
  const name = path.basename(file);
  if (sizeBytes <= MAX_SCRIPT_BYTES)
    return {
      kind: "script",
      name,
      script: await readFile(file, "utf8"),
      ...(scene !== undefined && { scene }),
    };
  return `${name} has ${sizeBytes} bytes, and a script may have ${MAX_SCRIPT_BYTES}: divide it into several.`;
}

function readUrl(name: string): NamedSource | string {
  if (!URL.canParse(name)) return `${name} is not a valid URL: check its spelling.`;
  const url = new URL(name);
  return { kind: "url", url: url.href, name: lastSegment(url) || url.host };
}

function lastSegment(url: URL): string {
  const segment = url.pathname.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
