import { z } from "zod";
import type { LaunchOrder, Machine } from "../../compute-backend.ts";

/** Seconds that a prediction may take: older ones need not be listed. */
const MOST_SECONDS = 86_400;
/** What clocks may differ, and a listing may be late. */
const SLACK_SECONDS = 3_600;

/** `Cancel-After` of an order: Replicate ends it then, counted from its creation. Pure. */
export const cancelAfter = ({ endsWithinSeconds }: LaunchOrder): string =>
  `${Math.min(endsWithinSeconds, MOST_SECONDS)}s`;

/** `created_after` of the oldest prediction that may still run. Pure. */
export const oldestAlive = (now: Date): string =>
  new Date(now.getTime() - (MOST_SECONDS + SLACK_SECONDS) * 1_000).toISOString();

/** Input of the model in `deploy/`, which hides the variables: they are a `Secret` there. Pure. */
export const inputOf = ({ name, environment }: LaunchOrder): object => ({
  name,
  environment: JSON.stringify(environment),
});

/** The fields of a prediction that are read. Replicate removes inputs an hour after the end. */
export const Prediction = z.object({
  id: z.string().min(1).max(200),
  status: z.string(),
  /** Of any model of the account. */
  input: z.unknown().optional(),
  output: z.unknown().optional(),
});
export type Prediction = z.infer<typeof Prediction>;

const OwnInput = z.object({ name: z.string() });

export const PredictionPage = z.object({ next: z.string().nullish(), results: z.array(Prediction) });

const alive: Readonly<Record<string, "STARTING" | "RUNNING">> = {
  starting: "STARTING",
  processing: "RUNNING",
};

/** A prediction as the machine that it is; none of another model has such a name. Pure. */
export function machinesOf({ id, status, input, output }: Prediction, prefix: string): Machine[] {
  const name = OwnInput.safeParse(input).data?.name;
  if (name === undefined || !name.startsWith(prefix)) return [];
  const exitCode = z.int().safeParse(output).data ?? null;
  return [{ name, ref: id, state: alive[status] ?? "ENDED", exitCode }];
}
