import type { Offer } from "@reelay/contracts";
import type { PreparedKind } from "../attempt/index.ts";
import { type FfmpegTools, ToolNotFoundError } from "../media/ffmpeg/index.ts";
import {
  findTemplatePainter as findTemplates,
  type InstalledPainter,
  type TemplatePainter,
  UnsafeKindError,
} from "../painters/index.ts";
import { findSpeech } from "../speech/index.ts";
import { FfmpegRuntime, type RuntimeOptions } from "./ffmpeg/index.ts";
import type { KindHost, WorkerKind } from "./kind.ts";

export interface PrepareOptions extends RuntimeOptions {
  /** Rejects with a `ToolNotFoundError`. */
  findFfmpeg: () => Promise<FfmpegTools>;
  /** Rejects with a `ToolNotFoundError` or an `UnsafeKindError`. */
  findPainter: () => Promise<InstalledPainter>;
  /** Rejects with a `ToolNotFoundError` or an `UnsafeKindError`. Default: the one that npm installs. */
  findTemplatePainter?: () => Promise<TemplatePainter>;
}

/** The kinds that a worker supports. Disposing releases what they share. */
export interface PreparedKinds extends AsyncDisposable {
  /** Undefined if this worker does not support the kind. */
  get(name: string): PreparedKind | undefined;
  /** Combined offer of all kinds. */
  offer(): Pick<Offer, "kinds" | "refused" | "encoders" | "capabilities" | "voices">;
}

export async function prepareAll(
  kinds: Readonly<Record<string, WorkerKind>>,
  { findFfmpeg, findPainter, findTemplatePainter, ...options }: PrepareOptions,
): Promise<PreparedKinds> {
  let runtime: Promise<FfmpegRuntime> | undefined;
  const host: KindHost = {
    ffmpeg: () => (runtime ??= findFfmpeg().then((tools) => FfmpegRuntime.create(tools, options))),
    painter: findPainter,
    templatePainter: findTemplatePainter ?? (() => findTemplates(options.jail)),
    speech: () => findSpeech(options.jail, options.config.speech),
  };
  const prepared = new Map<string, PreparedKind>();
  const missing = new Map<string, string>();
  const refused: { name: string; reason: string }[] = [];
  const wanted = options.config.kinds;
  const chosen = Object.entries(kinds).filter(([name]) => wanted?.includes(name) ?? true);
  // Each starts programs to examine them, and waits for these most of the time.
  const results = await Promise.allSettled(chosen.map(([, kind]) => kind.prepare(host)));
  for (const [index, [name]] of chosen.entries()) {
    const result = results[index];
    if (result?.status === "fulfilled" && result.value) prepared.set(name, result.value);
    else if (result?.status === "rejected") {
      const error: unknown = result.reason;
      if (error instanceof ToolNotFoundError) missing.set(name, error.message);
      else if (error instanceof UnsafeKindError) refused.push({ name, reason: error.message });
      else throw error;
    }
  }
  const reasons = [...missing.values(), ...refused.map(({ reason }) => reason)];
  if (prepared.size === 0) throw new ToolNotFoundError([...new Set(reasons)].join(" "));
  for (const { name, reason } of refused) options.log.error({ kind: name, reason }, "kind.refused");
  for (const [kind, reason] of missing) {
    if (kinds[kind]?.isOptional) options.log.info({ kind, reason }, "kind.not-supported");
    else options.log.warn({ kind, reason }, "kind.not-supported");
  }
  return {
    get: (name) => prepared.get(name),
    offer: () => {
      const offers = [...prepared].map(([name, kind]) => ({ name, offer: kind.offer() }));
      const capabilities = offers.find(({ offer }) => offer.capabilities)?.offer.capabilities;
      const voices = offers.find(({ offer }) => offer.voices !== undefined)?.offer.voices;
      return {
        kinds: offers.map(({ name, offer: { runtime: program, version, tools, jail } }) => ({
          ...{ name, runtime: program, version },
          ...(tools && tools.length > 0 && { tools }),
          ...(jail && { jail: { level: jail.level, reason: jail.reason } }),
        })),
        ...(refused.length > 0 && { refused }),
        encoders: offers.flatMap(({ offer }) => offer.encoders ?? []),
        ...(capabilities && { capabilities }),
        ...(voices !== undefined && { voices: voices && [...voices] }),
      };
    },
    async [Symbol.asyncDispose]() {
      await (await runtime)?.[Symbol.asyncDispose]();
    },
  };
}
