import {
  createJail,
  findTools,
  type Jail,
  JailUnavailableError,
  logJail,
  type PreparedKinds,
  prepareKinds,
  ToolNotFoundError,
  versionWarnings,
  type WorkerEnv,
} from "@reelay/render-worker";
import type { Logger } from "pino";
import { StartError } from "./start-error.ts";

/**
 * What a worker on this machine can do, and the jail of its programs.
 *
 * @throws {StartError} when no usable ffmpeg is on this machine, or no jail as strong as was asked for.
 */
export async function prepareWorker(
  env: WorkerEnv,
  log: Logger,
): Promise<{ kinds: PreparedKinds; jail: Jail }> {
  try {
    const jail = await createJail(env.jail);
    logJail(log, jail);
    const findFfmpeg = async () => {
      const tools = await findTools(env.tools, { jail });
      for (const warning of versionWarnings(tools)) log.warn({ warning }, "ffmpeg.outdated");
      return tools;
    };
    return { kinds: await prepareKinds({ config: env.worker, jail, log, findFfmpeg }), jail };
  } catch (error) {
    if (error instanceof ToolNotFoundError || error instanceof JailUnavailableError)
      throw new StartError(error.message, { cause: error });
    throw error;
  }
}
