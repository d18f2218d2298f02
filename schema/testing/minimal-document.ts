import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from "graphql";

/**
 * The smallest document that selects a root field. Required arguments get placeholder values of the right
 * type, unless `given` has one.
 */
export function minimalDocument(
  operation: "query" | "mutation" | "subscription",
  field: GraphQLField<unknown, unknown>,
  given: Readonly<Record<string, unknown>> = {},
): { query: string; variables: Record<string, unknown> } {
  const args = field.args.filter((arg) => isRequiredArgument(arg) || arg.name in given);
  const variables = Object.fromEntries(args.map((arg) => [arg.name, given[arg.name] ?? valueOf(arg.type)]));
  const declared = args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(", ");
  const passed = args.map(({ name }: GraphQLArgument) => `${name}: $${name}`).join(", ");
  const call = passed === "" ? field.name : `${field.name}(${passed})`;
  const selected = `${operation}${declared && ` (${declared})`} { ${call}${selectionOf(field.type)} }`;
  return { query: selected, variables };
}

const selectionOf = (type: GraphQLOutputType): string => {
  const named = getNamedType(type);
  if (isLeafType(named)) return "";
  return operationResult.test(named.name) ? " { __typename ... on Error { code } }" : " { __typename }";
};

const operationResult = /Result$/;

function valueOf(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return valueOf(type.ofType);
  if (isListType(type)) return [valueOf(type.ofType)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const [first] = fields;
    const wanted = type.isOneOf && first ? [first] : fields.filter(isRequiredInputField);
    return Object.fromEntries(wanted.map((field) => [field.name, valueOf(field.type)]));
  }
  return (
    { Int: 1, SafeInt: 1, Float: 1, Boolean: true, DateTime: "2100-01-01T00:00:00.000Z", JSON: {} }[
      type.name
    ] ?? "x"
  );
}
