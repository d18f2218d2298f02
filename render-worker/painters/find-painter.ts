import { access, constants } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createNoJail, type Jail } from "../jail/index.ts";
import { ToolNotFoundError } from "../media/ffmpeg/index.ts";
import { confine, isExecutable, type Program, pythonFiles } from "../programs/index.ts";
import { examinePainter } from "./examine.ts";
import { findTex, TEX_PACKAGES } from "./find-tex.ts";

/** The environment that `npm run painters` creates in a clone. Images set `MANIM_PYTHON`. */
const installedPython = resolve(import.meta.dirname, "../../.cache/painters/manim/bin/python");
/** The painter's sources: beside this file, and in an image beside the worker's. */
const sources = join(import.meta.dirname, "manim");

/** The jail does not hold what would run in it. */
export class UnsafeKindError extends Error {
  readonly code = "KIND_UNSAFE";
}

/** Where EGL finds its drivers, for the OpenGL renderer. */
const drivers = ["/usr/share/glvnd", "/etc/glvnd", "/usr/share/drirc.d"];

export interface FindPainterOptions {
  /** Python with Manim, from `MANIM_PYTHON`. Default: the environment of `npm run painters`. */
  manimPython?: string | undefined;
  /** The system's PATH, to find TeX. Default: scripts get no TeX. */
  path?: string;
}

export interface InstalledPainter {
  /** E.g. `0.22.0`. */
  version: string;
  /** Jail of its program: the strongest that held. Its reason says why it is not a stronger one. */
  jail: Pick<Jail, "level" | "reason">;
  /** Why scripts get no TeX; null if they do. */
  texReason: string | null;
  /** Python, with read access to everything that the painter consists of. */
  program: Program;
  /** Arguments of Python. The job, in JSON, follows them. */
  args: readonly string[];
}

/**
 * Finds the Manim painter, and has it examine itself in the first of these jails that holds it: its version,
 * and whether TeX makes a formula, since installed programs may lack packages or files that the jail shows.
 * Rejects with a `ToolNotFoundError` if the painter is not installed, or does not run in any of them, and
 * with an `UnsafeKindError` if it finds a way out of each.
 *
 * @param jails strongest first; default: none, for what runs no script of a stranger
 */
export async function findPainter(
  options: FindPainterOptions,
  jails: Iterable<Jail> | AsyncIterable<Jail> = [createNoJail()],
): Promise<InstalledPainter> {
  const python = options.manimPython ?? installedPython;
  if (!(await isExecutable(python))) throw new ToolNotFoundError(explainMissing(options));
  const args = ["-I", "-B", join(sources, "painter.py")];
  const own = await readableFiles(python);
  const tex = options.path === undefined ? null : await findTex(options.path);
  const refusals: string[] = [];
  let failure: string | null = null;
  let hasEscaped = false;
  for await (const jail of jails) {
    const plain = confine(jail, python, { readable: own });
    const withTex = confine(jail, python, { readable: [...own, ...(tex?.readable ?? [])] });
    const isConfined = jail.level !== "NONE";
    const examined = await examinePainter(withTex, args, { hasTex: tex !== null, isConfined });
    if (!examined.ok) {
      failure ??= examined.reason;
      refusals.push(`in the jail ${jail.level}, the painter does not run (${examined.reason})`);
      continue;
    }
    const { version, texFailure, escapes } = examined.found;
    if (escapes.length > 0) {
      hasEscaped = true;
      refusals.push(`in the jail ${jail.level} of this worker, a script could ${escapes.join(", ")}`);
      continue;
    }
    const texReason =
      tex === null ? `TeX is not installed (${TEX_PACKAGES}).` : texFailure && explainTex(texFailure);
    const reason = [...refusals, ...(jail.reason === null ? [] : [jail.reason])].join("; ") || null;
    return {
      ...{ version, texReason, args, program: texReason === null ? withTex : plain },
      jail: { level: jail.level, reason: reason?.slice(0, MAX_REASON) ?? null },
    };
  }
  // A jail that a script can leave is the graver finding.
  if (hasEscaped) throw new UnsafeKindError(`Scripts would not be confined: ${refusals.join("; ")}.`);
  throw new ToolNotFoundError(
    `The Manim painter (${python}) does not run: ${failure ?? "no jail is available"}. Run "npm run painters" to install it again, or set MANIM_PYTHON to a Python with manim.`,
  );
}

/** Of an offer. */
const MAX_REASON = 2_000;

const explainTex = (failure: string): string =>
  `TeX is installed, but made no formula (${failure}). It needs the packages ${TEX_PACKAGES}.`;

const explainMissing = ({ manimPython }: FindPainterOptions): string =>
  manimPython === undefined
    ? `The Manim painter is not installed. Run "npm run painters", or set MANIM_PYTHON to a Python with manim.`
    : `MANIM_PYTHON is "${manimPython}", which is no program. Set it to a Python with manim, or unset it and run "npm run painters".`;

const isReadable = (path: string): Promise<boolean> =>
  access(path, constants.R_OK).then(
    () => true,
    () => false,
  );

/** The painter, its environment, and OpenGL's drivers. */
async function readableFiles(python: string): Promise<string[]> {
  const found = await Promise.all(drivers.map(async (path) => ((await isReadable(path)) ? [path] : [])));
  return [sources, ...(await pythonFiles(python)), ...found.flat()];
}
