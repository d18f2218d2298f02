/** The row's key in a global id, which is opaque to everything but a harness. */
export const rowId = (globalId: string): string =>
  Buffer.from(globalId, "base64url").toString().split(":")[1] ?? "";
