import { GraphQLError } from "graphql";

/** The query exceeded its time limit; it changed nothing. */
export const tooSlow = (limitMs: number): GraphQLError =>
  new GraphQLError(
    `The answer took more than ${limitMs / 1_000} s, so the query was aborted. Request smaller pages or fewer nested lists.`,
    { extensions: { code: "ANSWER_TOO_SLOW", http: { status: 400, spec: true } } },
  );
