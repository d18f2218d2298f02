/**
 * Cloud Run's worker pools and services as machines: one resource with one instance for each order. Cloud Run
 * starts a container that has exited again, so a machine runs until its resource is deleted.
 */
import { z } from "zod";
import {
  type BackendDeps,
  type ComputeBackend,
  type LaunchOrder,
  type Machine,
  secretsOf,
} from "../compute-backend.ts";
import { LaunchError } from "../launch-error.ts";
import { type CloudRunSettings, Operation, watchCreation } from "./cloud-run.ts";
import { openGoogleApi } from "./google-api.ts";
import { assertOwn, isOwn } from "./labels.ts";

/** Largest page of a list. */
const PAGE = "100";
/** Longest name of a pool or service; a launch's ID has 36 characters of it. */
const MOST_NAME = 49;
const ID_LENGTH = 36;

interface StandingKind {
  kind: string;
  /** For errors: `worker pool`. */
  noun: string;
  collection: "workerPools" | "services";
  /** Parameter of the query that names a new one. */
  idParameter: string;
  bodyOf: (order: LaunchOrder, settings: CloudRunSettings) => object;
}

const Resource = z.object({
  name: z.string(),
  labels: z.record(z.string(), z.string()).default({}),
  terminalCondition: z.object({ state: z.string().default("") }).optional(),
  deleteTime: z.string().optional(),
});
type Resource = z.infer<typeof Resource>;

/** A resource as the machine that it is. Pure. */
function machineOf({ name: ref, terminalCondition, deleteTime }: Resource): Machine {
  const condition = terminalCondition?.state ?? "";
  const hasEnded = deleteTime !== undefined || condition === "CONDITION_FAILED";
  return {
    ...{ name: ref.slice(ref.lastIndexOf("/") + 1), ref, exitCode: null },
    state: hasEnded ? "ENDED" : condition === "CONDITION_SUCCEEDED" ? "RUNNING" : "STARTING",
  };
}

export function openStandingMachines(
  { kind, noun, collection, idParameter, bodyOf }: StandingKind,
  settings: CloudRunSettings,
  { prefix, log }: BackendDeps,
): ComputeBackend {
  const room = MOST_NAME - ID_LENGTH - 1;
  if (prefix.length - 1 > room)
    throw new LaunchError(
      "INVALID_REQUEST",
      `${kind}: the installation ${prefix.slice(0, -1)} has a long name`,
      {
        remedy: `A ${noun}'s name has at most ${MOST_NAME} characters: use an \`installation\` of at most ${room}.`,
      },
    );
  const google = openGoogleApi(kind, "https://run.googleapis.com", settings);
  const all = `/v2/projects/${settings.project}/locations/${settings.region}/${collection}`;

  /** Undefined: one of this name exists. */
  const create = (order: LaunchOrder, query: Readonly<Record<string, string>>, signal: AbortSignal) =>
    google.ask(
      {
        ...{ method: "POST", path: all, query: { [idParameter]: order.name, ...query } },
        ...{ body: bodyOf(order, settings), secrets: secretsOf(order) },
      },
      Operation,
      signal,
      [409],
    );

  async function remove(name: string, signal: AbortSignal): Promise<void> {
    await google.ask({ method: "DELETE", path: `${all}/${name}` }, z.unknown(), signal, [404]);
  }

  async function readOwn(signal: AbortSignal): Promise<Resource[]> {
    const query = { pageSize: PAGE };
    const found = await google.list({ path: all, query, items: collection }, Resource, signal);
    return found.filter((each) => isOwn(each) && machineOf(each).name.startsWith(prefix));
  }

  return {
    async launch(order, signal) {
      const operation = await create(order, {}, signal);
      const what = `The ${noun} ${order.name}`;
      if (operation === undefined) {
        const path = `${all}/${order.name}`;
        const found = await google.ask({ method: "GET", path }, Resource, signal, [404]);
        if (found === undefined)
          throw new LaunchError("UNAVAILABLE", `${what} was deleted while it was created`);
        assertOwn(what, found);
      } else {
        const removeIt = () => remove(order.name, signal);
        await watchCreation(google, { what: `${kind}: ${what}`, operation }, removeIt, signal);
      }
      return { ref: `${all.slice("/v2/".length)}/${order.name}` };
    },
    async list(signal) {
      const found = await readOwn(signal);
      for (const each of found.filter(({ deleteTime }) => deleteTime === undefined)) {
        const { name, state } = machineOf(each);
        // A resource that cannot start is tried again and again.
        if (state === "ENDED")
          await remove(name, signal).catch((error: unknown) =>
            log.warn({ err: error, machine: name }, "launch.machine-not-removed"),
          );
      }
      return found.map(machineOf);
    },
    async stop({ name }, signal) {
      await remove(name, signal);
    },
    async check(signal) {
      const order = { name: `${prefix}check`, environment: {}, secretVariables: [], endsWithinSeconds: 60 };
      await create(order, { validateOnly: "true" }, signal);
      await readOwn(signal);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
