import { setTimeout as sleep } from "node:timers/promises";
import type { App, ModalClient, Sandbox } from "modal";
import {
  type BackendDeps,
  type ComputeBackend,
  defineBackend,
  type Machine,
  secretsOf,
} from "../../compute-backend.ts";
import { openModalApi } from "../../modal/index.ts";
import { installationTags, nameOf, sandboxOf } from "./sandbox.ts";
import { Settings } from "./settings.ts";

/** Starts workers as sandboxes on Modal, through Modal's own client. A sandbox ends with its worker. */
export const modalSandbox = defineBackend("MODAL_SANDBOX", Settings, openModalSandbox);

/** Between two looks for a sandbox that Modal's client still waits for. */
const LOOK_MS = 2_000;
/** Modal converts an image at its first use. */
const LAUNCH_SECONDS = 300;

function openModalSandbox(settings: Settings, { prefix, secret }: BackendDeps): ComputeBackend {
  const { app: appName } = settings;
  const api = openModalApi(settings, { secret });
  const openApp = (client: ModalClient): Promise<App> =>
    client.apps.fromName(appName, { createIfMissing: true });

  /** Null: no such sandbox runs, or, with `includeTerminated`, ran lately; Modal forgets those with a GPU. */
  async function find(
    client: ModalClient,
    name: string,
    options: { includeTerminated?: boolean } = {},
  ): Promise<Sandbox | null> {
    return await client.sandboxes.fromName(appName, name, options).catch((error: unknown) => {
      if (error instanceof Error && error.name === "NotFoundError") return null;
      throw error;
    });
  }

  return {
    async launch(order, signal) {
      const { name } = order;
      const start = async (client: ModalClient): Promise<Sandbox> => {
        const app = await openApp(client);
        const known = await find(client, name, { includeTerminated: true });
        if (known !== null) return known;
        const { registrySecret } = settings;
        const registry = registrySecret && (await client.secrets.fromName(registrySecret));
        // The worker's command stands for itself, whatever the image's entrypoint is.
        const image = client.images
          .fromRegistry(settings.image, registry || undefined)
          .dockerfileCommands(["ENTRYPOINT []"]);
        const created = client.sandboxes
          .create(app, image, sandboxOf(order, settings, prefix))
          .catch(async (error: unknown) => {
            const isThere = error instanceof Error && error.name === "AlreadyExistsError";
            const existing = isThere ? await find(client, name) : null;
            if (existing === null) throw error;
            return existing;
          });
        // Modal's client waits until a sandbox with a GPU is placed. Accepted is enough.
        const isSettled = created.then(
          () => true,
          () => true,
        );
        for (;;) {
          if (await Promise.race([isSettled, sleep(LOOK_MS, false)])) return await created;
          const accepted = signal.aborted ? null : await find(client, name);
          if (accepted !== null) return accepted;
        }
      };
      const { sandboxId } = await api.ask(`Sandbox ${name}`, start, signal, {
        ...{ hidden: secretsOf(order), seconds: LAUNCH_SECONDS },
      });
      return { ref: sandboxId };
    },
    async list(signal) {
      const read = async (client: ModalClient): Promise<Machine[]> => {
        const { appId } = await openApp(client);
        const machines: Machine[] = [];
        for await (const sandbox of client.sandboxes.list({ appId, tags: installationTags(prefix) })) {
          const name = nameOf(await sandbox.getTags());
          // Modal lists those that have not ended, and does not say whether they have started.
          if (name?.startsWith(prefix))
            machines.push({ name, ref: sandbox.sandboxId, state: "RUNNING", exitCode: null });
        }
        return machines;
      };
      return await api.ask("Sandboxes", read, signal);
    },
    async stop({ name }, signal) {
      const end = async (client: ModalClient) => await (await find(client, name))?.terminate();
      await api.ask(`Sandbox ${name}`, end, signal);
    },
    async check(signal) {
      await api.ask("Sandboxes", openApp, signal);
    },
    [Symbol.asyncDispose]: () => api.close(),
  };
}
