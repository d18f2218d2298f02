import { GraphQLError } from "graphql";

/** The query was given up; nothing was changed by it. */
export const tooSlow = (limitMs: number): GraphQLError =>
  new GraphQLError(
    `The answer took more than ${limitMs / 1_000} s, so the query was given up. Ask for smaller pages or fewer nested lists.`,
    { extensions: { code: "ANSWER_TOO_SLOW", http: { status: 400, spec: true } } },
  );
