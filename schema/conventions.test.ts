/** One convention for all mutations, read off the schema itself. */
import { GraphQLNonNull, isUnionType } from "graphql";
import { expect, test } from "vitest";
import { schema } from "./index.ts";

const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});

/** Fixed by the design, which prints these two documents. */
const byDesign = ["cancelJob", "retryJob"];
/** They concern the whole workspace and have nothing to choose. */
const withoutInput = ["pauseQueue", "resumeQueue"];

test("every mutation takes a single required argument `input` with its own input type", () => {
  const others = mutations.filter(({ name }) => ![...byDesign, ...withoutInput].includes(name));
  for (const { name, args } of others) {
    const expected = `input: ${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`;
    expect(args.map((arg) => `${arg.name}: ${String(arg.type)}`)).toEqual([expected]);
  }
  expect(mutations.filter(({ args }) => args.length === 0).map(({ name }) => name)).toEqual(withoutInput);
});

function errorsOf(name: string): string[] {
  const type = mutations.find((field) => field.name === name)?.type;
  const union = type instanceof GraphQLNonNull ? type.ofType : type;
  if (!isUnionType(union)) throw new Error(`${name} has no result union.`);
  return union.getTypes().flatMap((member) => (member.name.endsWith("Error") ? [member.name] : []));
}

test("a result union lists exactly the failures that can occur", () => {
  expect(errorsOf("cancelJob")).toEqual([
    "NotFoundError",
    "ConflictError",
    "ForbiddenError",
    "StoreFullError",
  ]);
  expect(errorsOf("revokeApiKey")).toEqual(["NotFoundError", "ForbiddenError", "StoreFullError"]);
  expect(errorsOf("pauseQueue")).toEqual(["ForbiddenError", "StoreFullError"]);
});

test("only mutations that store files, create jobs, run scripts, check rows or generate questions can exceed a quota", () => {
  const limited = mutations.filter(({ name }) => errorsOf(name).includes("QuotaExceededError"));
  expect(limited.map(({ name }) => name).sort()).toEqual([
    "checkSource",
    "createBatch",
    "createMaterial",
    "createTemplate",
    "createVideo",
    "generateQuestions",
    "repairVideo",
    "replaceBatchRows",
    "requestDownload",
    "requestPreview",
    "retryJob",
    "retryVariant",
    "retryVideo",
    "setCaptions",
    "setPoster",
    "updateVideoSource",
  ]);
});
