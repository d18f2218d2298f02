import SchemaBuilder, {
  BasePlugin,
  type PothosInputFieldConfig,
  type PothosOutputFieldConfig,
  type SchemaTypes,
} from "@pothos/core";
import { maxPageSize } from "../src/page-size.ts";

const args: Record<string, string> = {
  first: `How many entries from the beginning, or after \`after\`: 0 to ${maxPageSize}, 20 by default.`,
  after: "Only entries after this cursor.",
  last: `How many entries from the end, or before \`before\`: 0 to ${maxPageSize}. Not together with \`first\`.`,
  before: "Only entries before this cursor.",
};

const fields: Record<string, string> = {
  nodes: "The page's entries without their positions.",
  pageInfo: "Where this page lies.",
};

/** Describes what the relay plugin adds to lists and has no option for. */
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

const pluginName = "describePaging";
export default pluginName;

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- Pothos finds the types of its plugins here
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      describePaging: DescribePagingPlugin<Types>;
    }
  }
}

SchemaBuilder.registerPlugin(pluginName, DescribePagingPlugin);
