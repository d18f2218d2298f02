import {
  type GraphQLNamedType,
  type GraphQLSchema,
  isIntrospectionType,
  isSpecifiedScalarType,
  printType,
} from "graphql";
import { schema } from "./schema.ts";

/**
 * The schema as text: what schema.graphql holds, and what clients generate their types from. Types are sorted by name, so that a diff shows
 * what changed; fields, arguments and values keep the order in which they are declared, which their descriptions refer to.
 */
export const printedSchema = (): string => `${typesOf(schema).map(printType).join("\n\n")}\n`;

const typesOf = (of: GraphQLSchema): GraphQLNamedType[] =>
  Object.values(of.getTypeMap())
    .filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
