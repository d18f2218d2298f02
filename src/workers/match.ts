/**
 * Matches the requirements of tasks against the offers of workers. The dispatcher, the choice of a pool and
 * the reason that users see for a wait all follow from it. Pure.
 */
import { jailLevels, type Offer, type Requirements } from "@reelay/contracts";
import type { Pool, WorkerRealm } from "../../prisma/generated/enums.ts";

/** What a task needs. */
export interface Need {
  pool: Pool;
  /** The kind on the wire. */
  kind: string;
  requirements: Requirements;
  /** How long nine of ten tasks like it took, in milliseconds. Default: any time is enough. */
  expectedMs?: number | undefined;
  /** Whose machines may receive it. Default: any. */
  realms?: readonly WorkerRealm[] | undefined;
}

/** Live workers with equal offers. */
export interface OfferGroup {
  offer: Offer;
  workers: number;
  /** Whose machines they are. Default: OWN. */
  realm?: WorkerRealm | undefined;
  /** Milliseconds until the last one's machine ends. Default: none ends. */
  remainingMs?: number | undefined;
}

/** Live workers that pull tasks of a pool. */
export const inPool = (groups: readonly OfferGroup[], pool: Pool): OfferGroup[] =>
  groups.filter(({ offer }) => offer.pools.some((name) => name.toUpperCase() === pool));

/** An offer without a figure may have enough. */
export const mayHaveMemory = ({ memoryBytes }: Offer, bytes: number): boolean =>
  memoryBytes === undefined || memoryBytes >= bytes;

/** Codecs that its encoders make, on devices only if `onDevices`. Undefined: the offer does not tell. */
function codecsOf({ capabilities }: Offer, onDevices: boolean): string[] | undefined {
  const encoders = capabilities?.encoders.filter(({ device }) => !onDevices || device !== null);
  return encoders?.map(({ codec }) => codec);
}

function hasEncoder(offer: Offer, { gpu, codecs = [] }: Requirements): boolean {
  const made = codecsOf(offer, gpu === "REQUIRED");
  return made === undefined || codecs.length === 0 || codecs.some((codec) => made.includes(codec));
}

/** Of the kind's programs. */
const jailOf = ({ jail, kinds }: Offer, kind: string): Offer["jail"] =>
  kinds.find(({ name }) => name === kind)?.jail ?? jail;

const hasTools = ({ kinds }: Offer, kind: string, tools: readonly string[] = []): boolean =>
  kinds.some(
    ({ name, tools: offered = [] }) => name === kind && tools.every((tool) => offered.includes(tool)),
  );

const hasJail = (jail: Offer["jail"], level: Requirements["jail"]): boolean =>
  level === undefined || jail === undefined || jailLevels.indexOf(jail.level) >= jailLevels.indexOf(level);

/** An offer with too many voices to list may have it. */
const hasVoice = ({ voices }: Offer, voice: Requirements["voice"]): boolean =>
  voice === undefined || voices === null || (voices?.some(({ id }) => id === voice) ?? false);

/** What a worker can lack, in the order of the checks. */
const checks = {
  REALM: ({ realm = "OWN" }, { realms }) => realms === undefined || realms.includes(realm),
  RUNTIME: ({ offer }, { requirements: { runtime } }) => offer.kinds.some((kind) => kind.runtime === runtime),
  KIND: ({ offer }, { kind }) => offer.kinds.some(({ name }) => name === kind),
  TOOLS: ({ offer }, { kind, requirements: { tools } }) => hasTools(offer, kind, tools),
  ENCODER: ({ offer }, { requirements }) => hasEncoder(offer, requirements),
  MEMORY: ({ offer }, { requirements }) => mayHaveMemory(offer, requirements.memoryBytes ?? 0),
  JAIL: ({ offer }, { kind, requirements }) => hasJail(jailOf(offer, kind), requirements.jail),
  VOICE: ({ offer }, { requirements }) => hasVoice(offer, requirements.voice),
  TIME: ({ remainingMs }, { expectedMs = 0 }) => remainingMs === undefined || remainingMs >= expectedMs,
} as const satisfies Record<string, (group: OfferGroup, need: Need) => boolean>;

type Lack = keyof typeof checks;
const lacks = Object.keys(checks) as Lack[];

/** The first requirement that workers do not meet; null if they meet all. */
const firstLack = (need: Need, group: OfferGroup): Lack | null =>
  lacks.find((lack) => !checks[lack](group, need)) ?? null;

/** Why no live worker can do a task, in a sentence; null if one can. */
export function explainMismatch(need: Need, groups: readonly OfferGroup[]): string | null {
  const pool = inPool(groups, need.pool);
  if (pool.length === 0) return explainAbsence(need, groups);
  const judged = new Set(pool.map((group) => firstLack(need, group)));
  if (judged.has(null)) return null;
  // The workers that meet most of the requirements show what is missing.
  const nearest = lacks.findLast((lack) => judged.has(lack));
  return nearest === undefined ? null : sentences[nearest](need, pool);
}

const explainAbsence = ({ pool, requirements: { gpu } }: Need, groups: readonly OfferGroup[]): string =>
  gpu === "REQUIRED" && groups.length > 0
    ? `Needs a GPU; ${online(groups, "have", "has")} none.`
    : `No worker of the pool ${pool} is online; start one with \`npm run worker\`.`;

export const gib = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;

const LISTED_VOICES = 20;

const listed = (words: readonly string[]): string => [...new Set(words)].toSorted().join(", ");

const offersOf = (groups: readonly OfferGroup[]): Offer[] => groups.map(({ offer }) => offer);

const count = (groups: readonly OfferGroup[]): number =>
  groups.reduce((sum, { workers }) => sum + workers, 0);

/** `the worker online offers`, `the 3 workers online offer`. */
const online = (groups: readonly OfferGroup[], plural = "offer", singular = "offers"): string =>
  count(groups) === 1 ? `the worker online ${singular}` : `the ${count(groups)} workers online ${plural}`;

/** How a worker gets a runtime or a tool that is not part of every installation. */
const remedies: Readonly<Record<string, string>> = {
  manim: "Run `npm run painters` on a worker's machine, then restart the worker.",
  tex: "Install TeX on a worker's machine (`npm run doctor` names the packages) and restart the worker, or write the formulas for Typst (`MathTypst`).",
  template: "Run `npm run doctor` on a worker's machine, and workers of this release.",
};

const sentences: Record<Lack, (need: Need, groups: readonly OfferGroup[]) => string> = {
  REALM: ({ realms = [] }, groups) =>
    `The workspace allows machines of the realm ${listed(realms)} only; ${online(groups, "are", "is")} ${listed(groups.map(({ realm = "OWN" }) => realm))}. \`updateWorkspace(input: { workerRealms })\` changes that.`,
  RUNTIME: ({ kind, requirements: { runtime } }, groups) => {
    const offered = listed(offersOf(groups).flatMap(({ kinds }) => kinds.map((each) => each.runtime)));
    const refusal = offersOf(groups)
      .flatMap(({ refused = [] }) => refused)
      .find(({ name }) => name === kind);
    const remedy = refusal?.reason ?? remedies[runtime];
    const sentence = `Needs the runtime ${runtime}; ${online(groups)} ${offered || "none"}.`;
    return remedy === undefined ? sentence : `${sentence} ${remedy}`;
  },
  KIND: ({ kind }) => `No worker online offers the kind ${kind}.`,
  TOOLS: ({ kind, requirements: { tools = [] } }, groups) => {
    const offered = offersOf(groups).flatMap(({ kinds }) =>
      kinds.filter(({ name }) => name === kind).flatMap((each) => each.tools ?? []),
    );
    const missing = tools.filter((tool) => !offered.includes(tool));
    const toolRemedies = (missing.length > 0 ? missing : tools).flatMap((tool) => remedies[tool] ?? []);
    return [
      `Needs a worker with ${listed(tools)}; ${online(groups)} ${listed(offered) || "none"}.`,
      ...toolRemedies,
    ].join(" ");
  },
  ENCODER: ({ requirements: { gpu, codecs = [] } }, groups) => {
    const encoders = listed(offersOf(groups).flatMap((offer) => offer.encoders));
    const needed = `${gpu === "REQUIRED" ? "a GPU encoder" : "an encoder"} for ${listed(codecs)}`;
    return `Needs ${needed}; ${online(groups)} ${encoders ? `${encoders} only` : "none"}.`;
  },
  MEMORY: ({ requirements: { memoryBytes = 0 } }, groups) => {
    const largest = Math.max(...offersOf(groups).map((offer) => offer.memoryBytes ?? 0));
    return `Needs a worker with ${gib(memoryBytes)} of memory; the largest one online has ${gib(largest)}.`;
  },
  JAIL: ({ kind, requirements: { jail } }, groups) => {
    const levels = new Set(offersOf(groups).map((offer) => jailOf(offer, kind)?.level));
    const strongest = jailLevels.findLast((level) => levels.has(level)) ?? "NONE";
    return `Needs a worker with the jail level ${jail}; the strongest jail online is ${strongest}. \`npm run doctor\` on a worker's machine shows why.`;
  },
  VOICE: ({ requirements: { voice } }, groups) => {
    const offered = offersOf(groups).flatMap(({ voices }) => (voices ?? []).map(({ id }) => id));
    const shown = [...new Set(offered)].slice(0, LISTED_VOICES);
    return `Needs the voice ${voice}; ${online(groups)} ${shown.join(", ") || "none"}. Start a worker that has it (SPEECH), or correct the video's voice.`;
  },
  TIME: ({ expectedMs = 0 }, groups) =>
    `Takes about ${Math.ceil(expectedMs / 1_000)} s; ${online(groups, "end", "ends")} before that.`,
};

/**
 * The pool of a new task. `GPU` if it requires one; if it prefers one and a worker's devices encode all its
 * codecs; or if all live workers are of that pool. Workers of the pool `GPU` usually pull tasks for `CPU` as
 * well.
 */
export function choosePool({ gpu, codecs = [] }: Requirements, groups: readonly OfferGroup[]): Pool {
  if (gpu === "REQUIRED") return "GPU";
  const withGpu = inPool(groups, "GPU");
  if (withGpu.length === 0) return "CPU";
  const encodesAll = withGpu.some(({ offer }) =>
    codecs.every((codec) => codecsOf(offer, true)?.includes(codec) ?? false),
  );
  return (gpu === "PREFERRED" && encodesAll) || inPool(groups, "CPU").length === 0 ? "GPU" : "CPU";
}
