import { z } from "zod";
import { videoCodecs } from "../profile.ts";
import { jailLevels } from "../states.ts";

/** Parameters of a task, as its kind defines them. `version` grows when their meaning changes. */
export const KindParams = z.looseObject({ version: z.int32().positive() });
export type KindParams = z.infer<typeof KindParams>;

/** A value that the database keeps, without fields of its own. */
export const versionOnly = z.object({ version: z.literal(1) });

/** A kind's result, or the detail of its progress. */
export const KindData = z.looseObject({});
export type KindData = z.infer<typeof KindData>;

/** A program beside the runtime that only some tasks of a kind need, e.g. `tex`. */
export const toolName = z.string().regex(/^[a-z0-9]{1,32}$/);
export const MAX_TOOLS = 8;

/** What a task needs from the worker that does it, on the wire and in `Task.requirements`. */
export const Requirements = z.object({
  version: z.literal(1),
  /** The program that the kind runs on, as workers name it in `Offer.kinds`. */
  runtime: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  /**
   * `REQUIRED`: only workers of the pool `gpu`. `PREFERRED`: a worker of that pool if its devices encode all
   * `codecs`, else any worker. Absent: any worker.
   */
  gpu: z.enum(["REQUIRED", "PREFERRED"]).optional(),
  /** Codecs that the task encodes. The worker needs an encoder for at least one and leaves out the others. */
  codecs: z.array(z.enum(videoCodecs)).optional(),
  /** Memory of a worker on which the task fits. Absent: no attempt has run short of it. */
  memoryBytes: z.int().nonnegative().optional(),
  /**
   * Further programs that the task needs, as workers name them in `OfferedKind.tools`. Such tasks have a
   * queue of their own. Absent: none.
   */
  tools: z.array(toolName).min(1).max(MAX_TOOLS).optional(),
  /** The weakest jail that the task accepts. Absent: any. */
  jail: z.enum(jailLevels).optional(),
  /** Id of a voice that the worker has to offer (`Offer.voices`). Absent: any. */
  voice: z.string().max(100).optional(),
});
export type Requirements = z.infer<typeof Requirements>;

/**
 * A kind of task: its parameters, result and requirements. The API plans and settles it in
 * `src/kinds/<kind>`; the worker runs it in `render-worker/kinds/<kind>`.
 */
export interface KindDefinition {
  name: string;
  /** `VARIANTS`: renditions that viewers play and that settle the video. `ASSET`: one object beside them. */
  produces: "VARIANTS" | "ASSET";
  /** `Task.params`: what is decided when a task is planned. */
  taskParams: z.ZodObject;
  /** The parameters in its message: those of the task, and what follows from the video when it is sent. */
  params: z.ZodObject;
  result: z.ZodObject;
  /** With `ASSET`: what the video keeps of the result, with the object's key. */
  asset?: z.ZodObject;
  /** Detail of the progress. Absent: the fraction only. */
  detail?: z.ZodObject;
  /** Its sources can be checked without making a video (`source.check-requested.v1`). Default false. */
  isCheckable?: boolean;
  /**
   * Its first tasks may be express tasks (`TaskRequested.isExpress`): they are short, or return what is not.
   * Default false.
   */
  hasExpress?: boolean;
  /** Its requirements besides those that follow from the profile and from earlier attempts. */
  requires: Pick<Requirements, "runtime" | "gpu" | "jail">;
  /**
   * Tools that some of its tasks need, each with the code of the error of a task that did not find it: the
   * API then gives the task to a worker that has it. Default: none.
   */
  tools?: Readonly<Record<string, string>>;
  /** Requirements that follow from the settings of the source (`Source.params`). Default: none. Pure. */
  requiresFor?: (settings: unknown) => Pick<Requirements, "voice">;
}

/** Keeps the types of the schemas. */
export const defineKind = <const Kind extends KindDefinition>(kind: Kind): Kind => kind;
