import {
  createJail,
  type FfmpegTools,
  findTools as find,
  type Jail,
  type JailOptions,
  JailUnavailableError,
  type LocateOptions,
  logJail,
  ToolNotFoundError,
} from "@reelay/render-worker";
import type { Logger } from "pino";
import { StartError } from "./start-error.ts";

/**
 * The programs of this machine, and the jail that they run in.
 *
 * @throws {StartError} when no usable ffmpeg is on this machine, or no jail as strong as was asked for.
 */
export async function findPrograms(
  options: { tools: LocateOptions; jail: JailOptions },
  log: Logger,
): Promise<{ tools: FfmpegTools; jail: Jail }> {
  try {
    const jail = await createJail(options.jail);
    logJail(log, jail);
    return { tools: await find(options.tools, { jail }), jail };
  } catch (error) {
    if (error instanceof ToolNotFoundError || error instanceof JailUnavailableError)
      throw new StartError(error.message, { cause: error });
    throw error;
  }
}
