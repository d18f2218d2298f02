import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from "@pothos/core";
import type { GraphQLFieldResolver } from "graphql";
import { asStoreFull, isFullDisk } from "../src/full-disk/index.ts";
import type { Context } from "./context.ts";

/** Turns a full disk in any mutation into the expected `StoreFullError`. */
class FullDiskPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types["Context"], object>,
    { kind, name }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types["Context"], object> {
    if (kind !== "Mutation") return resolve;
    return async (parent, args, context, info) => {
      try {
        return await resolve(parent, args, context, info);
      } catch (err) {
        const { log } = (context as Context).operations;
        if (isFullDisk(err)) log.error({ err, mutation: name }, "store.full");
        throw asStoreFull(err);
      }
    };
  }
}

const PLUGIN_NAME = "fullDisk";
export default PLUGIN_NAME;

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- Pothos finds the types of its plugins here
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      fullDisk: FullDiskPlugin<Types>;
    }
  }
}

SchemaBuilder.registerPlugin(PLUGIN_NAME, FullDiskPlugin);
