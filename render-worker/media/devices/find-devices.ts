import { readdir } from "node:fs/promises";
import type { Program, ProgramResult } from "../../programs/index.ts";
import { words } from "../ffmpeg/index.ts";
import type { KnownDevice } from "./device-table.ts";

export interface FindDevicesOptions {
  ffmpeg: Program;
  /** Lists GPUs if ffmpeg does not. Default: none. */
  nvidiaSmi?: Program;
  /** Default: the current platform. */
  platform?: NodeJS.Platform;
  /** Folder of the kernel's render nodes. */
  renderNodes?: string;
  signal?: AbortSignal;
}

const TIMEOUT_MS = 15_000;

/**
 * Lists the machine's devices; trials show what works on them. Asks ffmpeg where possible, so that the
 * numbers match its own.
 */
export async function findDevices(options: FindDevicesOptions): Promise<KnownDevice[]> {
  const { platform = process.platform } = options;
  if (platform === "darwin") return [{ id: "0", kind: "VIDEOTOOLBOX", name: "VideoToolbox" }];
  const [cuda, nodes] = await Promise.all([findCuda(options), findRenderNodes(options)]);
  return [...cuda, ...nodes];
}

async function findCuda(options: FindDevicesOptions): Promise<KnownDevice[]> {
  const { ffmpeg, nvidiaSmi } = options;
  // NVENC lists all CUDA devices in ffmpeg's order, including those without an encoder.
  const line =
    "-hide_banner -nostdin -v info -f lavfi -i nullsrc -frames:v 1 -c:v h264_nvenc -gpu list -f null -";
  const listed = parseCudaList((await ask(ffmpeg, words(line), options)).stderr);
  if (listed.length > 0) return listed;
  // Its library may be missing in containers that may compute but not encode.
  const query = words("--query-gpu=index,name --format=csv,noheader");
  return nvidiaSmi === undefined ? [] : parseNvidiaSmi((await ask(nvidiaSmi, query, options)).stdout);
}

async function findRenderNodes(options: FindDevicesOptions): Promise<KnownDevice[]> {
  const folder = options.renderNodes ?? "/dev/dri";
  const files = await readdir(folder).catch(() => []);
  const paths = files.filter((file) => /^renderD\d+$/.test(file)).map((file) => `${folder}/${file}`);
  const found = await Promise.all(
    paths.toSorted().map(async (id): Promise<KnownDevice[]> => {
      const line = `-hide_banner -nostdin -v verbose -init_hw_device vaapi=gpu:${id} -f lavfi -i nullsrc -frames:v 1 -f null -`;
      const name = parseVaapiDriver((await ask(options.ffmpeg, words(line), options)).stderr) ?? id;
      return [
        { id, kind: "QSV", name },
        { id, kind: "VAAPI", name },
      ];
    }),
  );
  return found.flat();
}

/** `[h264_nvenc @ …] [ GPU #0 - < NVIDIA L4 > has Compute SM 8.9 ]` */
export const parseCudaList = (text: string): KnownDevice[] =>
  [...text.matchAll(/\[ GPU #(\d+) - < ([^<>\n]+) > has Compute SM/g)].map(([, id = "", name = ""]) => ({
    id,
    kind: "CUDA",
    name,
  }));

/** `0, NVIDIA H100 80GB HBM3` */
export const parseNvidiaSmi = (text: string): KnownDevice[] =>
  [...text.matchAll(/^(\d+), (\S.*)$/gm)].map(([, id = "", name = ""]) => ({
    id,
    kind: "CUDA",
    name: name.trimEnd(),
  }));

/** `VAAPI driver: Intel iHD driver for Intel(R) Gen Graphics - 23.1.1 ().` */
export function parseVaapiDriver(text: string): string | null {
  const driver = /VAAPI driver: (.+)/.exec(text)?.[1];
  if (driver === undefined) return null;
  return driver
    .replace(/\.$/, "")
    .replace(/ \([^()]*\)$/, "")
    .replace(/ - [\d.]+$/, "");
}

/** A missing tool returns no lines. */
const ask = (
  program: Program,
  args: readonly string[],
  { signal }: FindDevicesOptions,
): Promise<Pick<ProgramResult, "stdout" | "stderr">> =>
  program.run(args, { timeoutMs: TIMEOUT_MS, ...(signal && { signal }) }).catch((error: unknown) => {
    signal?.throwIfAborted();
    void error;
    return { stdout: "", stderr: "" };
  });
