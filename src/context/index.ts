/** What resolvers and operations receive. */

export type { Context } from "./context.ts";
export type { CheckWaits, OperationDeps, UploadGateway } from "./deps.ts";
