import type { FunctionCall, ModalClient } from "modal";
import { z } from "zod";
import {
  type BackendDeps,
  type ComputeBackend,
  defineBackend,
  type Machine,
  secretsOf,
} from "../../compute-backend.ts";
import { openModalApi } from "../../modal/index.ts";
import { createRememberedOrders } from "../../remembered-orders.ts";
import { Settings } from "./settings.ts";

/** Modal's client says so: the call has no result yet, or will have none. */
const running = new Set(["FunctionCallGetTimeoutError", "TimeoutError"]);
const failed = new Set(["RemoteError", "FunctionTimeoutError", "InternalFailure", "ExecutionError"]);

/**
 * Starts workers as calls of a deployed function on Modal, at a third of a sandbox's price. Modal's
 * client does not list calls: those are found whose IDs are in the rows of launches.
 */
export const modalFunction = defineBackend("MODAL_FUNCTION", Settings, openModalFunction, {
  lists: "KNOWN",
});

function openModalFunction(settings: Settings, { prefix, secret }: BackendDeps): ComputeBackend {
  const { app, function: functionName } = settings;
  const api = openModalApi(settings, { secret });
  const started = createRememberedOrders();
  const openFunction = (client: ModalClient) => client.functions.fromName(app, functionName);

  /** Null: Modal has forgotten the call, or never had it. */
  async function find(client: ModalClient, ref: string): Promise<FunctionCall | null> {
    return await client.functionCalls.fromId(ref).catch((error: unknown) => {
      if (isNotFound(error)) return null;
      throw error;
    });
  }

  async function read(client: ModalClient, { name, ref }: Pick<Machine, "name" | "ref">): Promise<Machine[]> {
    const call = await find(client, ref);
    if (call === null) return [];
    try {
      const exitCode = z.int().safeParse(await call.get({ timeoutMs: 0 })).data ?? null;
      return [{ name, ref, state: "ENDED", exitCode }];
    } catch (error) {
      const kind = error instanceof Error ? error.name : "";
      // Modal does not say whether it waits for a container.
      if (running.has(kind)) return [{ name, ref, state: "RUNNING", exitCode: null }];
      if (failed.has(kind)) return [{ name, ref, state: "ENDED", exitCode: null }];
      if (isNotFound(error)) return [];
      throw error;
    }
  }

  return {
    async launch(order, signal) {
      const { name, environment, endsWithinSeconds } = order;
      const known = started.get(name);
      if (known !== undefined && !signal.aborted) return { ref: known };
      const spawn = async (client: ModalClient) =>
        await (await openFunction(client)).spawn([name, environment, endsWithinSeconds]);
      const { functionCallId } = await api.ask(`Function ${app}/${functionName}`, spawn, signal, {
        hidden: secretsOf(order),
      });
      started.set(name, functionCallId);
      return { ref: functionCallId };
    },
    async list(signal, known) {
      const own = known.filter(({ name }) => name.startsWith(prefix));
      const readAll = async (client: ModalClient) => {
        const machines: Machine[] = [];
        for (const each of own) machines.push(...(await read(client, each)));
        return machines;
      };
      return await api.ask("Function calls", readAll, signal);
    },
    async stop({ ref }, signal) {
      // The function ends its worker in order; Modal's end of the container would not.
      const cancel = async (client: ModalClient) => await (await find(client, ref))?.cancel();
      await api.ask(`Function call ${ref}`, cancel, signal);
    },
    async check(signal) {
      await api.ask(`Function ${app}/${functionName}`, openFunction, signal);
    },
    [Symbol.asyncDispose]: () => api.close(),
  };
}

/** `NOT_FOUND` of gRPC, or Modal's own error. */
const isNotFound = (error: unknown): boolean =>
  error instanceof Error && (error.name === "NotFoundError" || (error as { code?: unknown }).code === 5);
