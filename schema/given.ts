/**
 * Input as a client sent it. GraphQL omits absent fields; it never sets them to `undefined`, as the builder's
 * types suggest.
 */
export type Given<T> = T extends Date | ((...args: never[]) => unknown)
  ? T
  : T extends object
    ? { [K in keyof T]: Given<Exclude<T[K], undefined>> }
    : T;

export const given = <T>(input: T): Given<T> => input as Given<T>;
