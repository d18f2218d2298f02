/** What resolvers and operations receive. */

export type { Context } from "./context.ts";
export type { BatchNews, CheckWaits, OperationDeps, UploadGateway } from "./deps.ts";
