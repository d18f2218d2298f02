import SchemaBuilder, {
  BasePlugin,
  type PothosInputFieldConfig,
  type PothosOutputFieldConfig,
  type SchemaTypes,
} from "@pothos/core";
import { MAX_PAGE_SIZE } from "../src/inputs/index.ts";

const args: Record<string, string> = {
  first: `Number of entries from the start, or after \`after\`: 0 to ${MAX_PAGE_SIZE}. Default 20.`,
  after: "Only entries after this cursor.",
  last: `Number of entries from the end, or before \`before\`: 0 to ${MAX_PAGE_SIZE}. Cannot be combined with \`first\`.`,
  before: "Only entries before this cursor.",
};

const fields: Record<string, string> = {
  nodes: "The page's entries without their cursors.",
  pageInfo: "Position of this page.",
};

/** Adds descriptions to the parts of lists for which the relay plugin has no option. */
class DescribePagingPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onInputFieldConfig(config: PothosInputFieldConfig<Types>): PothosInputFieldConfig<Types> {
    const description = config.kind === "Arg" ? args[config.name] : undefined;
    return description && !config.description ? { ...config, description } : config;
  }

  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const description = config.parentType.endsWith("Connection") ? fields[config.name] : undefined;
    return description && !config.description ? { ...config, description } : config;
  }
}

const PLUGIN_NAME = "describePaging";
export default PLUGIN_NAME;

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- Pothos finds the types of its plugins here
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      describePaging: DescribePagingPlugin<Types>;
    }
  }
}

SchemaBuilder.registerPlugin(PLUGIN_NAME, DescribePagingPlugin);
