/** A painter's output does not follow the protocol. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";

  constructor(expected: string, received: string) {
    super(`expected ${expected}, received ${received}`);
  }
}

/** The output ends within a record. */
export class CutOffError extends ProtocolError {}
