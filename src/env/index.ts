/** The API's environment variables. */

export { type ApiEnv, processEnvironment, readApiEnv } from "./env.ts";
