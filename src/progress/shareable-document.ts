import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  print,
  visit,
} from "graphql";

/** How one execution can serve all viewers who sent this document. */
export interface SharedDocument {
  /** The document without `after` (each viewer has its own), and with the cursor under `POSITION_ALIAS`. */
  document: DocumentNode;
  /** Equal for equal documents, regardless of formatting. */
  text: string;
  /** Key of the video in `data`. */
  responseKey: string;
  /** A viewer's own `after`, from a literal or its variables. */
  afterOf(variables: Readonly<Record<string, unknown>>): unknown;
  /** The declared variables without `after`: a client may send others, of any depth. */
  withoutAfter(variables: Readonly<Record<string, unknown>>): Record<string, unknown>;
}

const SHARED_FIELD = "videoProgress";
/** Names the added `cursor` in results, from where it is removed again. */
export const POSITION_ALIAS = "reelay_position";

const cursorField: FieldNode = {
  kind: Kind.FIELD,
  name: { kind: Kind.NAME, value: "cursor" },
  alias: { kind: Kind.NAME, value: POSITION_ALIAS },
};

const known = new WeakMap<DocumentNode, Map<string, SharedDocument | null>>();

/**
 * Null for a document that must be executed per viewer: anything but one plain `videoProgress` field at the
 * root. Cached per parsed document, so a server with a parser cache plans each text once.
 */
export function planSharedDocument(
  document: DocumentNode,
  operationName?: string | null,
): SharedDocument | null {
  const plans = known.get(document) ?? new Map<string, SharedDocument | null>();
  known.set(document, plans);
  const name = operationName ?? "";
  const plan = plans.get(name) ?? (plans.has(name) ? null : makePlan(document, operationName));
  plans.set(name, plan);
  return plan;
}

function makePlan(document: DocumentNode, operationName?: string | null): SharedDocument | null {
  const operation = getOperationAST(document, operationName);
  if (operation === null || operation === undefined) return null;
  const field = sharedFieldOf(operation);
  if (field === undefined) return null;
  const after = field.arguments?.find((argument) => argument.name.value === "after");
  const variable = variableOf(after);
  if (!isReadable(after)) return null;
  if (variable !== undefined && countUses(document, variable) !== 1) return null;
  if (print(document).includes(POSITION_ALIAS)) return null;

  const upstreamField: FieldNode = {
    ...field,
    arguments: (field.arguments ?? []).filter((argument) => argument !== after),
    selectionSet: {
      kind: Kind.SELECTION_SET,
      selections: [...(field.selectionSet?.selections ?? []), cursorField],
    },
  };
  const upstreamOperation: OperationDefinitionNode = {
    ...operation,
    variableDefinitions: (operation.variableDefinitions ?? []).filter(
      (definition) => definition.variable.name.value !== variable,
    ),
    selectionSet: { kind: Kind.SELECTION_SET, selections: [upstreamField] },
  };
  const upstream: DocumentNode = {
    ...document,
    definitions: document.definitions.map((each) => (each === operation ? upstreamOperation : each)),
  };
  const declared = new Set(upstreamOperation.variableDefinitions?.map((each) => each.variable.name.value));
  const fallback = literalOf(after) ?? defaultOf(operation, variable);
  return {
    document: upstream,
    text: print(upstream),
    responseKey: field.alias?.value ?? field.name.value,
    afterOf: (variables) => (variable === undefined ? fallback : (variables[variable] ?? fallback)),
    withoutAfter: (variables) =>
      Object.fromEntries(Object.entries(variables).filter(([key]) => declared.has(key))),
  };
}

function sharedFieldOf(operation: OperationDefinitionNode): FieldNode | undefined {
  const [field, ...more] = operation.selectionSet.selections;
  const isPlain =
    operation.operation === OperationTypeNode.SUBSCRIPTION &&
    (operation.directives ?? []).length === 0 &&
    more.length === 0 &&
    field?.kind === Kind.FIELD &&
    field.name.value === SHARED_FIELD &&
    (field.directives ?? []).length === 0;
  return isPlain ? field : undefined;
}

const variableOf = (argument?: ArgumentNode) =>
  argument?.value.kind === Kind.VARIABLE ? argument.value.name.value : undefined;

const literalOf = (argument?: ArgumentNode) =>
  argument?.value.kind === Kind.STRING ? argument.value.value : undefined;

const isReadable = (argument?: ArgumentNode) =>
  argument === undefined ||
  [Kind.STRING, Kind.NULL, Kind.VARIABLE].some((kind) => kind === argument.value.kind);

function defaultOf(operation: OperationDefinitionNode, variable?: string): string | undefined {
  const definition = operation.variableDefinitions?.find((each) => each.variable.name.value === variable);
  return definition?.defaultValue?.kind === Kind.STRING ? definition.defaultValue.value : undefined;
}

/** Uses of a variable other than its definitions, in all operations and fragments. */
function countUses(document: DocumentNode, variable: string): number {
  let uses = 0;
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => {
      if (name.value === variable) uses += 1;
    },
  });
  return uses;
}
