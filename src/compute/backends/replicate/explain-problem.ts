import { z } from "zod";
import type { ProviderAnswer } from "../../ask-provider.ts";
import { codeOfStatus } from "../../keyed-api.ts";
import type { LaunchErrorCode } from "../../launch-error.ts";

const Problem = z.object({ title: z.string().default(""), detail: z.string().default("") });

/** Why Replicate refused. Pure. */
export function explainProblem({ status, json }: Pick<ProviderAnswer, "status" | "json">): {
  code: LaunchErrorCode;
  said: string;
} {
  const { title = "", detail = "" } = Problem.safeParse(json).data ?? {};
  return {
    code: codeOfStatus(status),
    said: [title, detail].filter((text) => text !== "").join(": "),
  };
}
