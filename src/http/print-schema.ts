import {
  type GraphQLNamedType,
  type GraphQLSchema,
  isIntrospectionType,
  isSpecifiedScalarType,
  printType,
} from "graphql";

/**
 * A schema as text. Types are sorted by name, so that a diff shows what changed; fields, arguments and values
 * keep the order in which they are declared, which their descriptions refer to.
 */
export const printSorted = (schema: GraphQLSchema): string =>
  `${typesOf(schema).map(printType).join("\n\n")}\n`;

const typesOf = (schema: GraphQLSchema): GraphQLNamedType[] =>
  Object.values(schema.getTypeMap())
    .filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
