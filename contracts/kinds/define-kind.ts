import { z } from "zod";

/** A kind's own parameters on the wire and in `Task.params`. `version` grows when their meaning changes. */
export const KindParams = z.looseObject({ version: z.int32().positive() });
export type KindParams = z.infer<typeof KindParams>;

/** A kind's own result, and the detail of its progress. */
export const KindData = z.looseObject({});
export type KindData = z.infer<typeof KindData>;

/** What a task needs from the worker that does it. */
export const Requirements = z.object({
  /** The program that the kind runs on, as workers name it in `Offer.kinds`. */
  runtime: z.string().min(1).max(100),
  /** Memory of a worker on which the task fits. Absent: no attempt has run short of it. */
  memoryBytes: z.int().nonnegative().optional(),
});
export type Requirements = z.infer<typeof Requirements>;

/**
 * A kind of task: what it takes, what it returns and what it needs. The API plans and settles it in
 * `src/kinds/<kind>`, the worker runs it in `render-worker/kinds/<kind>`.
 */
export interface KindDefinition<
  Name extends string = string,
  Params extends z.ZodObject = z.ZodObject,
  Result extends z.ZodObject = z.ZodObject,
  Produces extends "VARIANTS" | "ASSET" = "VARIANTS" | "ASSET",
> {
  name: Name;
  /** `VARIANTS`: renditions that viewers play, which settle the video. `ASSET`: one object beside them. */
  produces: Produces;
  params: Params;
  result: Result;
  /** The detail of its progress. Absent: its progress is a fraction only. */
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
