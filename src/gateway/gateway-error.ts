/** Every refusal of the gateway, with its HTTP status. docs/reference/worker-gateway.md lists them. */
export const gatewayCodes = {
  REQUEST_INVALID: 400,
  INVALID_KEY: 400,
  JOIN_TOKEN_INVALID: 401,
  JOIN_TOKEN_EXPIRED: 401,
  JOIN_TOKEN_REVOKED: 401,
  WORKER_TOKEN_INVALID: 401,
  WORKER_TOKEN_EXPIRED: 401,
  ATTEMPT_TOKEN_INVALID: 403,
  CHECK_TOKEN_INVALID: 403,
  REPORT_FORBIDDEN: 403,
  OBJECT_FORBIDDEN: 403,
  NOT_FOUND: 404,
  OBJECT_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  JOIN_TOKEN_USED: 409,
  ATTEMPT_ID_TAKEN: 409,
  ATTEMPT_ENDED: 409,
  CHECK_ENDED: 409,
  PRECONDITION_FAILED: 412,
  BODY_TOO_LARGE: 413,
  INTERNAL: 500,
  STORE_FULL: 507,
} as const;
export type GatewayCode = keyof typeof gatewayCodes;

/** A refusal for a worker. */
export class GatewayError extends Error {
  readonly code: GatewayCode;
  constructor(code: GatewayCode, message: string) {
    super(message);
    this.code = code;
  }
  get status(): number {
    return gatewayCodes[this.code];
  }
}
