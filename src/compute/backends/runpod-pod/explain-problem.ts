import { z } from "zod";
import type { ProviderAnswer } from "../../ask-provider.ts";
import { codeOfStatus } from "../../keyed-api.ts";
import type { LaunchErrorCode } from "../../launch-error.ts";

/** `application/problem+json` of RunPod. */
const Problem = z.object({ detail: z.string(), errors: z.array(z.string()).default([]) });

/**
 * Why RunPod refused. 400 is a broken rule or a lack of machines, which only the text tells apart
 * (https://docs.runpod.io/api-reference-v2/pods/create-a-pod). Pure.
 */
export function explainProblem({ status, json }: Pick<ProviderAnswer, "status" | "json">): {
  code: LaunchErrorCode;
  said: string;
} {
  const { detail = "", errors = [] } = Problem.safeParse(json).data ?? {};
  const said = [detail, ...errors].filter((text) => text !== "").join("; ");
  if (status === 400)
    return {
      code: /\bavailable\b|capacity|\bstock\b|resources|could not be placed/i.test(said)
        ? "NO_CAPACITY"
        : "INVALID_REQUEST",
      said,
    };
  return { code: codeOfStatus(status), said };
}
