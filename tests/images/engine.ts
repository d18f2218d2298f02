/** Podman with storage, networks and settings of its own: a trial leaves the machine's as they are. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../kit/eventually.ts";
import { run } from "./run.ts";

export interface Engine extends AsyncDisposable {
  podman(this: void, ...args: string[]): Promise<string>;
  /** Docker Compose 2 with the repository's docker-compose.yml, unmodified. */
  compose(this: void, ...args: string[]): Promise<string>;
}

/**
 * What some kernels refuse a container: limits that are higher than those of its starter. Compose passes on
 * what its file says, so the trial adds them there.
 */
const ulimits = { nofile: { soft: 1024, hard: 4096 }, nproc: { soft: 4096, hard: 4096 } };

/** @param folder is kept: images in it are not built twice */
export async function startEngine(
  folder: string,
  { composeProgram, services, root }: { composeProgram: string; services: readonly string[]; root: string },
): Promise<Engine> {
  mkdirSync(folder, { recursive: true });
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const socket = join(folder, "podman.sock");
  rmSync(socket, { force: true });
  const env = {
    ...process.env,
    CONTAINERS_CONF: file(
      "containers.conf",
      `[containers]\ndefault_ulimits=["nofile=1024:4096","nproc=4096:4096"]\n[engine]\ncgroup_manager="cgroupfs"\nruntime="runc"\nevents_logger="file"\n[network]\nnetwork_config_dir=${JSON.stringify(join(folder, "networks"))}\n`,
    ),
    CONTAINERS_STORAGE_CONF: file(
      "storage.conf",
      `[storage]\ndriver="overlay"\nrunroot=${JSON.stringify(join(folder, "run"))}\ngraphroot=${JSON.stringify(join(folder, "storage"))}\n`,
    ),
    // Base images are made here: `node` means the one of that name.
    CONTAINERS_REGISTRIES_CONF: file(
      "registries.conf",
      `unqualified-search-registries=["docker.io"]\nshort-name-mode="permissive"\n`,
    ),
    DOCKER_HOST: `unix://${socket}`,
  };
  const limits = file(
    "limits.json",
    JSON.stringify({ services: Object.fromEntries(services.map((name) => [name, { ulimits }])) }),
  );
  const podman = (...args: string[]) => run("podman", args, { env });
  const compose = (...args: string[]) =>
    run(composeProgram, ["-f", join(root, "docker-compose.yml"), "-f", limits, ...args], { env });

  const service = spawn("podman", ["system", "service", "--time=0", env.DOCKER_HOST], {
    env,
    stdio: "ignore",
  });
  const exited = once(service, "exit");
  await eventually(() => existsSync(socket), "Podman's API socket is there");
  const health = new AbortController();
  const checked = checkHealth(podman, health.signal);
  return {
    podman,
    compose,
    [Symbol.asyncDispose]: async () => {
      await compose("--profile", "*", "down", "--volumes", "--timeout", "5").catch(() => undefined);
      health.abort();
      await checked;
      service.kill();
      await exited;
    },
  };
}

/** Podman leaves health checks to systemd's timers, which not every machine has. */
async function checkHealth(podman: Engine["podman"], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const ids = await podman("ps", "--quiet").catch(() => "");
    // Its result is in the container's state; it may have ended meanwhile.
    for (const id of ids.split("\n").filter(Boolean))
      await podman("healthcheck", "run", id).catch(() => undefined);
    await new Promise((resolve) => {
      setTimeout(resolve, 1_000);
    });
  }
}
