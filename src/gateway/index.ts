/** Workers that reach the API only, over HTTP: on rented machines, or an ordinary PC. */
export { createGateway } from "./create-gateway.ts";
export { createJoinToken, revokeJoinToken } from "./join-tokens.ts";
