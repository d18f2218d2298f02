import { ReelayError } from "./errors.ts";

/** The result of a mutation: the value or an expected failure, distinguished by `ok`. */
export type Result<TName extends string, TValue, TFailure> =
  | ({ ok: true } & Record<TName, TValue>)
  | { ok: false; error: TFailure };

/** Any member of a result union that implements `Error`. */
export interface Failure {
  __typename: string;
  code: string;
  message: string;
}

/**
 * The value, with failures as exceptions: `unwrap(await client.createVideo(input)).video`.
 *
 * @throws ReelayError with the failure's code.
 */
export function unwrap<TResult extends { ok: true } | { ok: false; error: Failure }>(
  result: TResult,
): Extract<TResult, { ok: true }> {
  if (result.ok) return result as Extract<TResult, { ok: true }>;
  throw new ReelayError(result.error.code, result.error.message, { cause: result.error });
}
