import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { LaunchOrder, Machine } from "../compute/index.ts";
import { formatMicros, toMicros } from "../prices/index.ts";
import type { LaunchPlan, LaunchTarget } from "./launch-settings.ts";

/** Between two looks at the provider's list. */
const LOOK_MS = 2_000;
/** How long a machine that is stopped may be listed. */
const GONE_SECONDS = 300;
/** Its end at the provider, after the time in which it must have started. */
const LIFE_SECONDS = 120;

/** The trial was not begun: its machine could cost more than allowed. */
class TrialTooDearError extends Error {
  override readonly name = "TrialTooDearError";
}

interface Trial {
  plan: Pick<LaunchPlan, "prefix" | "apiUrl">;
  target: LaunchTarget;
  print: (sentence: string) => void;
}

/** Most that a trial's machine costs, in micro-USD. Pure. */
function trialMicros({ offer, startTimeoutSeconds }: LaunchTarget): number {
  const seconds = Math.max(startTimeoutSeconds + LIFE_SECONDS, offer.minimumSeconds);
  return toMicros(offer.rate.slotSecond * offer.slots, seconds * 1_000);
}

/**
 * Starts a machine at a target, orders it again, finds it in the provider's list, and stops it. Its worker
 * has an invalid token, so it exits without a task. Throws `TrialTooDearError` before anything starts, and
 * `LaunchError` or an error that says which step failed; the machine is stopped in any case.
 */
export async function tryTarget(
  { plan, target, print }: Trial,
  { mostMicros }: { mostMicros: number },
  signal: AbortSignal,
): Promise<void> {
  const { backend, startTimeoutSeconds } = target;
  const micros = trialMicros(target);
  if (micros > mostMicros)
    throw new TrialTooDearError(
      `${target.name}: a trial may cost ${formatMicros(micros)} and is allowed ${formatMicros(mostMicros)}. Give a larger --most-usd, or a smaller machine.`,
    );
  const order = orderOf(plan, target);
  let ref = "";
  const own = async (): Promise<Machine[]> =>
    (await backend.list(signal, [{ name: order.name, ref }])).filter(({ name }) => name === order.name);
  const isAlive = ({ state }: Machine) => state !== "ENDED";
  try {
    ({ ref } = await backend.launch(order, signal));
    print(`${target.name}: accepted as ${ref}.`);
    const again = await backend.launch(order, signal);
    if (again.ref !== ref)
      throw new Error(`${target.name}: the repeated order started ${again.ref} as well.`);
    await until(async () => (await own()).length > 0, startTimeoutSeconds, signal);
    print(`${target.name}: the repeated order started no second machine, and the provider lists it.`);
  } finally {
    await backend.stop({ name: order.name, ref }, signal);
  }
  await until(async () => !(await own()).some(isAlive), GONE_SECONDS, signal);
  print(`${target.name}: stopped. The trial cost at most ${formatMicros(micros)}.`);
}

function orderOf({ prefix, apiUrl }: Trial["plan"], target: LaunchTarget): LaunchOrder {
  const token = `rj_${"0".repeat(43)}`;
  return {
    // No launch's ID, so that no API process takes it for a machine of its own.
    name: `${prefix}trial-${randomBytes(4).toString("hex")}`,
    environment: {
      ...target.environment,
      ...{ WORKER_MODE: "drain", WORKER_API_URL: apiUrl, WORKER_JOIN_TOKEN: token },
      ...{ WORKER_IDLE_EXIT: "5", WORKER_MAX_LIFE: String(LIFE_SECONDS) },
    },
    secretVariables: ["WORKER_JOIN_TOKEN"],
    endsWithinSeconds: target.startTimeoutSeconds + LIFE_SECONDS,
  };
}

async function until(isSo: () => Promise<boolean>, seconds: number, signal: AbortSignal): Promise<void> {
  const end = performance.now() + seconds * 1_000;
  while (!(await isSo())) {
    if (performance.now() > end)
      throw new Error(`The provider's list did not show it within ${seconds} s. Look for the machine there.`);
    await sleep(LOOK_MS, undefined, { signal });
  }
}
