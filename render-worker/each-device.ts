import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { promisify } from "node:util";
import { type Environment, exitCodes, supervise } from "@reelay/process";

const TIMEOUT_MS = 15_000;

/** A worker for one GPU of this machine. */
interface DeviceWorker {
  /** For people. */
  name: string;
  environment: Environment;
}

/**
 * One worker for each GPU that `nvidia-smi --query-gpu=uuid,name --format=csv,noheader` lists. Each sees only
 * its own device, by its UUID, which unlike the index is the same in every process. Workers, ports and names
 * do not collide, and the processors are divided among their slots by the system. A join token works once, so
 * that each worker gets one of those that `WORKER_JOIN_TOKEN` lists. Pure.
 */
export function planDeviceWorkers(listing: string, environment: Environment): DeviceWorker[] {
  const devices = [...listing.matchAll(/^(GPU-[\w-]+), (\S.*)$/gm)];
  const { WORKER_ID: id, METRICS_PORT: port, WORKER_JOIN_TOKEN: tokens } = environment;
  const joins = listTokens(tokens);
  return devices.map(([, uuid = "", name = ""], index) => ({
    name: `The worker on ${name.trimEnd()} (${uuid})`,
    environment: {
      ...environment,
      CUDA_VISIBLE_DEVICES: uuid,
      ...(id && { WORKER_ID: `${id}-gpu${index}` }),
      ...(tokens && { WORKER_JOIN_TOKEN: joins[index] }),
      // 0 chooses a free one for each.
      ...(port && Number(port) > 0 && { METRICS_PORT: String(Number(port) + index) }),
    },
  }));
}

/** The command line precedes the environment, in which each worker has its own token. Pure. */
const withoutTokens = (args: readonly string[]): string[] =>
  args.filter((argument, index) => !/^--join(?:=|$)/.test(argument) && args[index - 1] !== "--join");

const listTokens = (tokens: string | undefined): string[] =>
  (tokens ?? "").split(",").flatMap((token) => token.trim() || []);

/**
 * Runs this program once for each NVIDIA GPU, restarts those that crash, and forwards stop signals. Resolves
 * when all have ended, with the first exit code that is not 0, or with `UNABLE` if there is no GPU.
 */
export async function runEachDevice(environment: Environment): Promise<number> {
  const args = ["--query-gpu=uuid,name", "--format=csv,noheader"];
  const options = { timeout: TIMEOUT_MS, env: { ...environment } };
  const listing = await promisify(execFile)("nvidia-smi", args, options).then(
    ({ stdout }) => stdout,
    () => "",
  );
  const workers = planDeviceWorkers(listing, environment);
  const print = (sentence: string) => void process.stderr.write(`${sentence}\n`);
  if (workers.length === 0) {
    print(
      "No NVIDIA GPU was found: `nvidia-smi --query-gpu=uuid,name --format=csv,noheader` lists none. Install the driver, or leave out --each-device.",
    );
    return exitCodes.UNABLE;
  }
  const joins = listTokens(environment["WORKER_JOIN_TOKEN"]).length;
  if (joins > 0 && joins < workers.length) {
    print(
      `${workers.length} GPUs were found, and ${joins} join tokens: each worker needs one, because a token works once. Create ${workers.length - joins} more with createJoinToken, and list all of them, separated by commas.`,
    );
    return exitCodes.UNABLE;
  }
  print(`Starting ${workers.length} workers for ${availableParallelism()} processors, one for each GPU.`);
  const program = withoutTokens(process.argv.slice(1).filter((argument) => argument !== "--each-device"));
  const ended = await Promise.all(
    workers.map((worker) =>
      supervise({ args: [...process.execArgv, ...program], print, ...worker }).then(({ code }) => code ?? 1),
    ),
  );
  return ended.find((code) => code !== exitCodes.DONE) ?? exitCodes.DONE;
}
