export { AlreadyClaimedError, type Claim, claimDirectory } from "./claim.ts";
export { EmbeddedPostgresError, type EmbeddedPostgresErrorCode } from "./errors.ts";
export { isRunning } from "./processes.ts";
export { type EmbeddedPostgres, type StartPostgresOptions, startPostgres } from "./start-postgres.ts";
