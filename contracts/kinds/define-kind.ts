import { z } from "zod";

/** A kind's own parameters on the wire and in `Task.params`. `version` grows when their meaning changes. */
export const KindParams = z.looseObject({ version: z.int32().positive() });
export type KindParams = z.infer<typeof KindParams>;

/** A kind's result, or the detail of its progress. */
export const KindData = z.looseObject({});
export type KindData = z.infer<typeof KindData>;

/** What a task needs from its worker. */
export const Requirements = z.object({
  /** The program that runs the kind, as in `Offer.kinds`. */
  runtime: z.string().min(1).max(100),
  /** Memory of a worker that fits the task. Absent: no attempt has run out of memory. */
  memoryBytes: z.int().nonnegative().optional(),
});
export type Requirements = z.infer<typeof Requirements>;

/**
 * A kind of task: its parameters, result and requirements. The API plans and settles it in
 * `src/kinds/<kind>`; the worker runs it in `render-worker/kinds/<kind>`.
 */
export interface KindDefinition<
  Name extends string = string,
  Params extends z.ZodObject = z.ZodObject,
  Result extends z.ZodObject = z.ZodObject,
  Produces extends "VARIANTS" | "ASSET" = "VARIANTS" | "ASSET",
> {
  name: Name;
  /** `VARIANTS`: renditions that viewers play and that settle the video. `ASSET`: one object beside them. */
  produces: Produces;
  params: Params;
  result: Result;
  /** Detail of the progress. Absent: the fraction only. */
  detail?: z.ZodObject;
  requires: Pick<Requirements, "runtime">;
}

export const defineKind = <
  const Name extends string,
  Params extends z.ZodObject,
  Result extends z.ZodObject,
  const Produces extends "VARIANTS" | "ASSET",
>(
  kind: KindDefinition<Name, Params, Result, Produces>,
): KindDefinition<Name, Params, Result, Produces> => kind;
