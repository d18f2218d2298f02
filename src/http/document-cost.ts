import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from "graphql";
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from "../inputs/index.ts";

export interface CostedRequest {
  schema: GraphQLSchema;
  /** Valid: its fragments form no cycle. */
  document: DocumentNode;
  operationName?: string | null | undefined;
  /** The variables as sent. */
  variables?: Readonly<Record<string, unknown>> | null | undefined;
}

const OBJECT_COST = 2;
const SCALAR_COST = 1;
const LEVEL_FACTOR = 1.5;
/** The list itself refuses larger sizes. */
const LARGEST_FACTOR = 1_000;
const sizes = new Set(["first", "last", "ids"]);

/**
 * The cost of an operation: a scalar costs 1, an object 2, each level 1.5 times its content, and a page its
 * maximum number of entries. Sizes come from literals and variables; an unknown size counts as the largest
 * page. graphql-armor reads only literals. Pure.
 */
export function documentCost({ schema, document, operationName, variables }: CostedRequest): number {
  const operation = getOperationAST(document, operationName);
  if (!operation) return 0;
  const fragments = new Map(
    document.definitions.flatMap((each) =>
      each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each]] : [],
    ),
  );
  const fragmentCosts = new Map<string, number>();
  const valueOf = readerOf(operation, variables ?? {});

  function ofFragment(name: string): number {
    const known = fragmentCosts.get(name);
    if (known !== undefined) return known;
    const fragment = fragments.get(name);
    const type = fragment && schema.getType(fragment.typeCondition.name.value);
    const cost = fragment && type ? ofSelections(fragment.selectionSet, type) : 0;
    fragmentCosts.set(name, cost);
    return cost;
  }

  function ofSelections({ selections }: SelectionSetNode, type: GraphQLNamedType): number {
    let cost = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) cost += ofFragment(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition && schema.getType(selection.typeCondition.name.value);
        cost += ofSelections(selection.selectionSet, condition ?? type);
      } else cost += ofField(selection, type);
    }
    return cost;
  }

  function ofField(node: FieldNode, parent: GraphQLNamedType): number {
    const field = fieldOf(parent, node.name.value);
    // Introspection is bounded by its own depth.
    if (!field || node.selectionSet === undefined) return node.name.value.startsWith("__") ? 0 : SCALAR_COST;
    const inner = ofSelections(node.selectionSet, getNamedType(field.type));
    return (OBJECT_COST + LEVEL_FACTOR * inner) * entriesOf(node, field);
  }

  /**
   * Maximum number of entries of a field with a page or an explicit size; the node budget limits the rest.
   */
  function entriesOf(node: FieldNode, field: GraphQLField<unknown, unknown>): number {
    let entries: number | undefined;
    for (const { name, value } of node.arguments ?? []) {
      const size = sizes.has(name.value) ? sizeIn(valueOf(value)) : undefined;
      if (size !== undefined) entries = Math.max(entries ?? 0, size);
    }
    const isPage = getNamedType(field.type).name.endsWith("Connection");
    return Math.min(Math.max(entries ?? (isPage ? DEFAULT_PAGE_SIZE : 1), 1), LARGEST_FACTOR);
  }

  const root = schema.getRootType(operation.operation);
  return root ? LEVEL_FACTOR * ofSelections(operation.selectionSet, root) : 0;
}

function fieldOf(type: GraphQLNamedType, name: string): GraphQLField<unknown, unknown> | undefined {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
}

/** For undefined and null the server chooses a size; a list has its length; other non-numbers are unknown. */
function sizeIn(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value.length;
  return typeof value === "number" && Number.isFinite(value) ? value : MAX_PAGE_SIZE;
}

const UNKNOWN = "unknown";

function readerOf(
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
) {
  const defaults = new Map(variableDefinitions.map((each) => [each.variable.name.value, each.defaultValue]));
  return function valueOf(node: ValueNode): unknown {
    if (node.kind === Kind.INT) return Number(node.value);
    if (node.kind === Kind.LIST) return node.values;
    if (node.kind === Kind.NULL) return null;
    if (node.kind !== Kind.VARIABLE) return UNKNOWN;
    const name = node.name.value;
    if (Object.hasOwn(variables, name)) return variables[name];
    const fallback = defaults.get(name);
    return fallback ? valueOf(fallback) : UNKNOWN;
  };
}
