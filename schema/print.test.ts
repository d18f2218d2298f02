import { readFile } from "node:fs/promises";
import { type GraphQLNamedType, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from "graphql";
import { expect, test } from "vitest";
import { schema } from "./index.ts";
import { printedSchema } from "./print.ts";

test("schema.graphql matches the code (npm run codegen refreshes it)", async () => {
  const committed = await readFile(new URL("./schema.graphql", import.meta.url), "utf8");
  expect(printedSchema()).toBe(committed);
});

function* undescribed(type: GraphQLNamedType): Generator<string> {
  if (!type.description) yield type.name;
  if (isEnumType(type)) {
    for (const value of type.getValues()) if (!value.description) yield `${type.name}.${value.name}`;
  }
  if (isInputObjectType(type) || isObjectType(type) || isInterfaceType(type)) {
    for (const field of Object.values(type.getFields())) {
      if (!field.description) yield `${type.name}.${field.name}`;
      const args = "args" in field ? field.args : [];
      for (const arg of args) if (!arg.description) yield `${type.name}.${field.name}(${arg.name}:)`;
    }
  }
}

test("every type, field, argument and value has a description", () => {
  const ours = Object.values(schema.getTypeMap()).filter(
    ({ name }) => !name.startsWith("__") && !["Int", "Float", "String", "Boolean", "ID"].includes(name),
  );
  expect(ours.flatMap((type) => Array.from(undescribed(type)))).toEqual([]);
});
