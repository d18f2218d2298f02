/** A request to an address from outside was refused before it was sent. */
export class RefusedTargetError extends Error {
  readonly code: string;
  /** What to do instead, as the beginning of a sentence that an allow list may end. */
  readonly remedy: string;
  constructor(code: string, message: string, remedy: string) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}
