import { createHash } from "node:crypto";
import { glob, readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import type { Jail } from "../../jail/index.ts";
import { ToolNotFoundError } from "../../media/ffmpeg/index.ts";
import { confine, isExecutable, type Program, pythonFiles } from "../../programs/index.ts";
import type { Voice } from "../speaker.ts";

/** The environment that `npm run painters` creates in a clone. */
const environment = resolve(import.meta.dirname, "../../../.cache/painters/piper");
const sources = import.meta.dirname;

/** A voice of Piper. */
export interface PiperVoice extends Voice {
  /** Path of its ONNX file. */
  model: string;
}

/** Piper, ready to run. */
export interface InstalledPiper {
  /** Changes with Piper and with its voices. */
  version: string;
  /** The default of each language comes first. */
  voices: readonly PiperVoice[];
  /** Python, with read access to Piper and its voices. */
  program: Program;
  args: readonly string[];
}

export interface PiperOptions {
  /** Python with Piper, from `PIPER_PYTHON`. Default: the environment of `npm run painters`. */
  piperPython?: string | undefined;
  /** Folder with more voices, from `PIPER_VOICES`. */
  piperVoices?: string | undefined;
}

/** What a voice's file of settings says about it. */
const Settings = z.object({
  dataset: z.string().optional(),
  audio: z.object({ quality: z.string().optional() }).optional(),
  language: z
    .object({
      code: z.string(),
      name_english: z.string().optional(),
      country_english: z.string().optional(),
    })
    .optional(),
  espeak: z.object({ voice: z.string() }),
});

/** Piper's and the program's. */
const PIPER_VERSION = "1.8.0-1";

/** Finds Piper and its voices. Throws a `ToolNotFoundError` that says what is missing. */
export async function findPiper(
  jail: Jail,
  { piperPython, piperVoices }: PiperOptions = {},
): Promise<InstalledPiper> {
  const python = piperPython ?? join(environment, "bin/python");
  if (!(await isExecutable(python)))
    throw new ToolNotFoundError(
      piperPython === undefined
        ? `Piper is not installed. Run "npm run painters", or set PIPER_PYTHON to a Python with piper-tts.`
        : `PIPER_PYTHON is "${piperPython}", which is no program. Set it to a Python with piper-tts, or unset it and run "npm run painters".`,
    );
  const folders = [join(environment, "voices"), ...(piperVoices === undefined ? [] : [resolve(piperVoices)])];
  const found = (await Promise.all(folders.map(voicesIn))).flat();
  const voices = found.map(({ voice }) => voice);
  const files = createHash("sha256").update(found.map(({ files }) => files).join("\n"));
  if (voices.length === 0)
    throw new ToolNotFoundError(
      `Piper has no voices: ${folders.join(" and ")} have no pair of files NAME.onnx and NAME.onnx.json. Run "npm run painters", or put voices into the folder PIPER_VOICES.`,
    );
  const readable = [sources, ...(await pythonFiles(python)), ...folders];
  return {
    ...{ version: `${PIPER_VERSION}-${files.digest("hex").slice(0, 8)}`, voices },
    program: confine(jail, python, { readable }),
    args: ["-I", "-B", join(sources, "piper.py")],
  };
}

interface FoundVoice {
  voice: PiperVoice;
  /** Changes with its files. */
  files: string;
}

async function voicesIn(folder: string): Promise<FoundVoice[]> {
  const found = await Array.fromAsync(glob("*.onnx", { cwd: folder }));
  return await Promise.all(found.sort().map((file) => readVoice(join(folder, file))));
}

async function readVoice(model: string): Promise<FoundVoice> {
  const file = `${model}.json`;
  try {
    const text = await readFile(file, "utf8");
    const { dataset, audio, language, espeak } = Settings.parse(JSON.parse(text));
    const code = (language?.code ?? espeak.voice).replace("_", "-");
    const id = basename(model, ".onnx");
    const where = language?.country_english ? ` (${language.country_english})` : "";
    const spoken = language?.name_english ? `${language.name_english}${where}` : code;
    const name = [dataset ?? id, spoken, audio?.quality].filter((one) => one !== undefined).join(", ");
    const voice = { id, name, language: new Intl.Locale(code).toString(), engine: "piper", model };
    const { size, mtimeMs } = await stat(model);
    return { voice, files: [id, size, mtimeMs, text].join(" ") };
  } catch (error) {
    throw new ToolNotFoundError(
      `The voice ${model} has no valid settings in ${file}: ${(error as Error).message} Download both files of the voice, or remove it.`,
    );
  }
}
