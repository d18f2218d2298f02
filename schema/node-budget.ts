/** Limits the size of an answer, and how long it may block the event loop. */
import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from "@pothos/core";
import {
  type FieldNode,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
} from "graphql";
import { answerLimits, createTimeSlices, tooSlow } from "../src/overload/index.ts";

interface Spent {
  nodes: number;
  fields: number;
  startedAt: number;
}

/** Per execution. Each execution has its own variables, and so does each event of a subscription. */
const spentBy = new WeakMap<object, Spent>();
/** Larger answers yield to the event loop. */
const LARGE_NODES = 1_000;
const slices = createTimeSlices(25);

function spend(spent: Spent, entries: number, info: GraphQLResolveInfo): void {
  spent.nodes += entries;
  spent.fields += entries * fieldsIn(info);
  if (spent.nodes <= answerLimits.nodes && spent.fields <= answerLimits.fields) return;
  throw new GraphQLError(
    `The answer has more than ${answerLimits.nodes} list entries, or more than ${answerLimits.fields} fields in them. Request smaller pages, fewer fields or fewer nested lists.`,
    { extensions: { code: "ANSWER_TOO_LARGE", http: { status: 400, spec: true } } },
  );
}

function spentIn(info: GraphQLResolveInfo): Spent {
  const known = spentBy.get(info.variableValues);
  const spent = known ?? { nodes: 0, fields: 0, startedAt: performance.now() };
  if (known === undefined) spentBy.set(info.variableValues, spent);
  if (
    info.operation.operation !== OperationTypeNode.QUERY ||
    performance.now() - spent.startedAt <= answerLimits.timeMs
  )
    return spent;
  throw tooSlow(answerLimits.timeMs);
}

const counted = new WeakMap<FieldNode, number>();

/** Number of fields selected per entry; those of nested lists count once. */
function fieldsIn({ fieldNodes, fragments }: GraphQLResolveInfo): number {
  const ofFragments = new Map<string, number>();
  const inSelections = ({ selections }: SelectionSetNode): number =>
    selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FIELD) {
        return sum + 1 + (selection.selectionSet ? inSelections(selection.selectionSet) : 0);
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) return sum + inSelections(selection.selectionSet);
      const name = selection.name.value;
      const fragment = fragments[name];
      const fields = ofFragments.get(name) ?? (fragment ? inSelections(fragment.selectionSet) : 0);
      ofFragments.set(name, fields);
      return sum + fields;
    }, 0);
  return fieldNodes.reduce((sum, node) => {
    const fields = counted.get(node) ?? (node.selectionSet ? inSelections(node.selectionSet) : 0);
    counted.set(node, fields);
    return sum + fields;
  }, 0);
}

class NodeBudgetPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types["Context"], object>,
    { type }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types["Context"], object> {
    if (type.kind !== "List") return resolver;
    return async (parent, args, ctx, info) => {
      const spent = spentIn(info);
      const entries: unknown = await resolver(parent, args, ctx, info);
      if (!Array.isArray(entries)) return entries;
      spend(spent, entries.length, info);
      // Look-ups of small answers are batched only if they happen in the same turn, so small answers never
      // yield.
      if (spent.nodes > LARGE_NODES) {
        await slices.turn();
        spentIn(info);
      }
      return entries;
    };
  }
}

const PLUGIN_NAME = "nodeBudget";
export default PLUGIN_NAME;

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- Pothos finds the types of its plugins here
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      nodeBudget: NodeBudgetPlugin<Types>;
    }
  }
}

SchemaBuilder.registerPlugin(PLUGIN_NAME, NodeBudgetPlugin);
