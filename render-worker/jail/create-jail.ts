import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import type { JailLevel } from "@reelay/contracts";
import { createBubblewrapJail } from "./bubblewrap/bubblewrap-jail.ts";
import { ControlGroups } from "./cgroups/index.ts";
import { findProgram } from "./find-program.ts";
import type { Jail } from "./jail.ts";
import { JailUsers } from "./jail-users.ts";
import { createLandlockJail } from "./landlock/landlock-jail.ts";
import { abiWith } from "./landlock/plan-rules.ts";
import { createNoJail } from "./no-jail.ts";
import { barrierTo } from "./reachable.ts";
import { type Architecture, isFilterable, syscallNumbers } from "./seccomp/index.ts";
import { testJail } from "./self-test.ts";

/**
 * The operator's choice. `auto`: the strongest that works. `required`: `FULL`. `limited`: at least `LIMITED`.
 * `off`: no jail.
 */
export const sandboxes = ["auto", "required", "limited", "off"] as const;
export type Sandbox = (typeof sandboxes)[number];

export interface JailOptions {
  sandbox: Sandbox;
  /**
   * Whether sources may have rare formats (`SOURCE_DECODERS=all`), which requires the `FULL` jail. Default
   * false.
   */
  opensRareFormats?: boolean;
  /** The system's PATH. */
  path: string;
  /** Folders that programs must reach: temporary files, the local store. */
  folders?: readonly string[];
  /** No stronger level is tried. Default: `FULL`. */
  strongest?: JailLevel;
  /** Default: that of this process. */
  platform?: string;
  architecture?: string;
}

/** The requested jail is not available here. */
export class JailUnavailableError extends Error {
  readonly code = "JAIL_UNAVAILABLE";
}

type Tried = { jail: Jail } | { refused: string };

/**
 * Creates the strongest jail that passes a trial on this machine. Throws `JailUnavailableError` if that is
 * less than requested.
 */
export async function createJail(options: JailOptions): Promise<Jail> {
  const jail = await chooseJail(options);
  if (!options.opensRareFormats || jail.level === "FULL") return jail;
  throw new JailUnavailableError(
    `SOURCE_DECODERS is "all", which needs a FULL jail, and this machine has ${jail.level}: ${jail.reason}. Install what is missing, or set SOURCE_DECODERS=common.`,
  );
}

/**
 * The worker's jail, then the weaker ones that pass their trial and that the operator allows, strongest
 * first: for programs with a trial of their own. Each is built when it is asked for.
 */
export async function* jailsFrom(jail: Jail, options: JailOptions): AsyncGenerator<Jail> {
  yield jail;
  if (jail.level !== "FULL") return;
  const weaker = await createJail({ ...options, strongest: "LIMITED", opensRareFormats: false }).catch(
    (error: unknown) => {
      if (error instanceof JailUnavailableError) return null;
      throw error;
    },
  );
  if (weaker?.level === "LIMITED") yield weaker;
}

async function chooseJail(options: JailOptions): Promise<Jail> {
  const { sandbox, platform = process.platform, architecture = process.arch, strongest = "FULL" } = options;
  if (sandbox === "off") return createNoJail("SANDBOX is off");
  if (platform !== "linux" || !isFilterable(architecture))
    return asRequested(
      createNoJail(
        `no jail is available for ${platform} on ${architecture}, only for Linux on x64 and arm64`,
      ),
      sandbox,
    );
  const perl = await findProgram("perl", options.path);
  if (!perl) return asRequested(createNoJail("Perl is not installed (apt-get install perl-base)"), sandbox);
  const full: Tried =
    strongest === "FULL"
      ? await tryBubblewrap(options, perl, architecture)
      : { refused: `nothing stronger than ${strongest} was requested` };
  if ("jail" in full) return full.jail;
  if (sandbox === "required") return asRequested(createNoJail(full.refused), sandbox);
  const limited = await tryLandlock(options, perl, architecture, full.refused);
  if ("jail" in limited) return limited.jail;
  return asRequested(createNoJail(`${full.refused}; ${limited.refused}`), sandbox);
}

const least: Record<Sandbox, JailLevel> = { auto: "NONE", off: "NONE", limited: "LIMITED", required: "FULL" };
const strength: Record<JailLevel, number> = { NONE: 0, LIMITED: 1, FULL: 2 };

function asRequested(jail: Jail, sandbox: Sandbox): Jail {
  if (strength[jail.level] >= strength[least[sandbox]]) return jail;
  throw new JailUnavailableError(
    `SANDBOX is "${sandbox}", which needs a ${least[sandbox]} jail, and this machine has ${jail.level}: ${jail.reason}. Install what is missing, or allow less with SANDBOX=auto.`,
  );
}

async function tryBubblewrap(
  { path, folders = [] }: JailOptions,
  perl: string,
  architecture: Architecture,
): Promise<Tried> {
  const bubblewrap = await findProgram("bwrap", path);
  if (!bubblewrap) return { refused: "bubblewrap is not installed (apt-get install bubblewrap)" };
  const help = await promisify(execFile)(bubblewrap, ["--help"]).catch(() => null);
  if (!help) return { refused: `${bubblewrap} does not run` };
  const options = `${help.stdout}${help.stderr}`;
  const features = {
    disablesUserNamespaces: options.includes("--disable-userns"),
  };
  const users = new JailUsers(isRoot(), () => Promise.resolve());
  const groups = await ControlGroups.ofThisProcess();
  const jail = await createBubblewrapJail({ architecture, bubblewrap, perl, features, users, groups });
  const isHidden = isRoot() && (await firstBarrier([import.meta.dirname, ...folders])) !== null;
  const failure = await testJail(jail, { perl, architecture, isHidden });
  return failure === null ? { jail } : { refused: `bubblewrap does not work here: ${failure}` };
}

async function tryLandlock(
  options: JailOptions,
  perl: string,
  architecture: Architecture,
  reason: string,
): Promise<Tried> {
  const abi = await readLandlockAbi(perl, architecture);
  if (abi < abiWith.network)
    return {
      refused:
        abi === 0
          ? "the kernel has no Landlock"
          : `the kernel's Landlock is version ${abi}, and only version ${abiWith.network} (Linux 6.7) restricts the network`,
    };
  const users = new JailUsers(isRoot(), (identity) => endProcessesOf(perl, identity));
  const barrier = isRoot() ? await firstBarrier([import.meta.dirname, ...(options.folders ?? [])]) : null;
  if (barrier !== null)
    return {
      refused: `the worker is root, and other users cannot enter ${barrier}, which programs must reach: run the worker as a user of its own, or move it and its data elsewhere`,
    };
  const groups = await ControlGroups.ofThisProcess();
  const jail = await createLandlockJail({ architecture, perl, abi, users, groups, reason });
  const failure = await testJail(jail, { perl, architecture, isHidden: false });
  return failure === null ? { jail } : { refused: `Landlock does not work here: ${failure}` };
}

const isRoot = (): boolean => process.getuid?.() === 0;

async function firstBarrier(folders: readonly string[]): Promise<string | null> {
  for (const folder of folders) {
    const barrier = await barrierTo(`${folder}/file`, NO_USER);
    if (barrier !== null) return barrier;
  }
  return null;
}

/** An id that no user has. */
const NO_USER = -1;

/** The kernel's version of Landlock; 0 if it has none, or it is disabled. */
async function readLandlockAbi(perl: string, architecture: Architecture): Promise<number> {
  const { landlock_create_ruleset: number } = syscallNumbers[architecture];
  const { stdout } = await promisify(execFile)(perl, ["-e", `print syscall(${number}, 0, 0, 1)`], {
    env: {},
  });
  return Math.max(0, Number(stdout));
}

/** Kills all processes of a user in one system call, so that none escapes by forking. */
async function endProcessesOf(perl: string, identity: { uid: number; gid: number }): Promise<void> {
  const child = spawn(perl, ["-e", "kill KILL => -1"], { ...identity, env: {}, stdio: "ignore" });
  await once(child, "close");
}
