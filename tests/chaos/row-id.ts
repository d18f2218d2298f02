/** The key of the row in a global id, which is opaque to anybody but a harness. */
export const rowId = (globalId: string): string =>
  Buffer.from(globalId, "base64url").toString().split(":")[1] ?? "";
