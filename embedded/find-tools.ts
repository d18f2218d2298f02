import {
  type FfmpegTools,
  findTools as find,
  type LocateOptions,
  ToolNotFoundError,
} from "@reelay/render-worker";
import { StartError } from "./start-error.ts";

/** @throws {StartError} when no usable ffmpeg is on this machine. */
export async function findTools(options: LocateOptions): Promise<FfmpegTools> {
  try {
    return await find(options);
  } catch (error) {
    if (error instanceof ToolNotFoundError) throw new StartError(error.message, { cause: error });
    throw error;
  }
}
