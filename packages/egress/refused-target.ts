/** A request to an address supplied from outside was refused before it was sent. */
export class RefusedTargetError extends Error {
  readonly code: string;
  /** What to do instead: the beginning of a sentence that may end with an allow-list setting. */
  readonly remedy: string;
  constructor(code: string, message: string, remedy: string) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}
