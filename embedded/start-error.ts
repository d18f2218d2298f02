/** Why nothing was started, in one sentence that also says what to do. Shown as it is, without a stack. */
export class StartError extends Error {
  override readonly name = "StartError";
}
