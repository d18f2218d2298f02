import type { Offer } from "@reelay/contracts";
import type { PreparedKind } from "../attempt/index.ts";
import { type FfmpegTools, ToolNotFoundError } from "../media/ffmpeg/index.ts";
import { FfmpegRuntime, type RuntimeOptions } from "./ffmpeg/index.ts";
import type { KindHost, WorkerKind } from "./kind.ts";

export interface PrepareOptions extends RuntimeOptions {
  /** Rejects with a `ToolNotFoundError`. */
  findFfmpeg: () => Promise<FfmpegTools>;
}

/** The kinds that a worker supports. Disposing releases what they share. */
export interface PreparedKinds extends AsyncDisposable {
  /** Undefined if this worker does not support the kind. */
  get(name: string): PreparedKind | undefined;
  /** Combined offer of all kinds. */
  offer(): Pick<Offer, "kinds" | "encoders" | "capabilities">;
}

export async function prepareAll(
  kinds: Readonly<Record<string, WorkerKind>>,
  { findFfmpeg, ...options }: PrepareOptions,
): Promise<PreparedKinds> {
  let runtime: Promise<FfmpegRuntime> | undefined;
  const host: KindHost = {
    ffmpeg: () => (runtime ??= findFfmpeg().then((tools) => FfmpegRuntime.create(tools, options))),
  };
  const prepared = new Map<string, PreparedKind>();
  const refused = new Map<string, string>();
  for (const [name, kind] of Object.entries(kinds)) {
    try {
      prepared.set(name, await kind.prepare(host));
    } catch (error) {
      if (!(error instanceof ToolNotFoundError)) throw error;
      refused.set(name, error.message);
    }
  }
  if (prepared.size === 0) throw new ToolNotFoundError([...new Set(refused.values())].join(" "));
  for (const [kind, reason] of refused) options.log.warn({ kind, reason }, "kind.not-supported");
  return {
    get: (name) => prepared.get(name),
    offer: () => {
      const offers = [...prepared].map(([name, kind]) => ({ name, offer: kind.offer() }));
      const capabilities = offers.find(({ offer }) => offer.capabilities)?.offer.capabilities;
      return {
        kinds: offers.map(({ name, offer }) => ({ name, runtime: offer.runtime, version: offer.version })),
        encoders: offers.flatMap(({ offer }) => offer.encoders ?? []),
        ...(capabilities && { capabilities }),
      };
    },
    async [Symbol.asyncDispose]() {
      await (await runtime)?.[Symbol.asyncDispose]();
    },
  };
}
