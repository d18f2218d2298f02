import type { ApolloClient } from "@apollo/client";
import { QuestionsForTemplateDocument, type QuestionsForTemplateQueryVariables } from "../api/index.ts";
import type { JsonObject } from "./form/index.ts";

const PAGE = 100;

export interface LoadedQuestions {
  topic: string;
  language: string;
  questions: readonly JsonObject[];
}

/**
 * The accepted questions of a set as a template's data, at most `limit`.
 * @throws an error if there is no such set, or if the API does not answer.
 */
export async function loadQuestions(
  client: ApolloClient,
  id: string,
  limit: number,
): Promise<LoadedQuestions> {
  const questions: JsonObject[] = [];
  let after: string | null = null;
  for (;;) {
    const set = await loadPage(client, { id, first: Math.min(PAGE, limit - questions.length), after });
    const { edges, pageInfo } = set.questions;
    for (const { node } of edges)
      questions.push({
        ...{ id: node.id, question: node.question, options: node.options },
        answerIndex: node.answerIndex ?? 0,
        ...(node.explanation !== null && { explanation: node.explanation }),
      });
    after = pageInfo.endCursor;
    if (!pageInfo.hasNextPage || questions.length >= limit)
      return { topic: set.topic, language: set.language, questions };
  }
}

async function loadPage(client: ApolloClient, variables: QuestionsForTemplateQueryVariables) {
  // Pages of a list that is read as a whole are not kept.
  const { data } = await client.query({
    query: QuestionsForTemplateDocument,
    variables,
    fetchPolicy: "no-cache",
  });
  if (!data?.questionSet) throw new Error("The question set was deleted, or belongs to another workspace.");
  return data.questionSet;
}
