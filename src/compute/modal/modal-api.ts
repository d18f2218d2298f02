import type { ModalClient } from "modal";
import { givenUp } from "../ask-provider.ts";
import type { BackendDeps } from "../compute-backend.ts";
import { LaunchError } from "../launch-error.ts";
import { explainModalError } from "./explain-modal-error.ts";
import type { ModalSettings } from "./settings.ts";

interface AskOptions {
  /** Values that no error may show, beside the token. */
  hidden?: readonly string[];
  seconds?: number;
}

/** Modal's own client, whose errors are `LaunchError`s. */
export interface ModalApi {
  /** `what` is named in errors. */
  ask<Answer>(
    what: string,
    call: (client: ModalClient) => Promise<Answer>,
    signal: AbortSignal,
    options?: AskOptions,
  ): Promise<Answer>;
  close(): Promise<void>;
}

/** Throws `LaunchError` (`CREDENTIALS`) if the API has no token. */
export function openModalApi(
  { keyVariable, secretVariable, modalEnvironment, timeoutSeconds }: ModalSettings,
  { secret }: Pick<BackendDeps, "secret">,
): ModalApi {
  const tokenId = secret(keyVariable);
  const tokenSecret = secret(secretVariable);
  let opened: Promise<ModalClient> | undefined;
  /** The client is large, so only an installation that uses Modal loads it. */
  const open = () =>
    (opened ??= import("modal").then(
      (modal) =>
        new modal.ModalClient({
          ...{ tokenId, tokenSecret },
          ...(modalEnvironment !== undefined && { environment: modalEnvironment }),
        }),
    ));

  return {
    // Modal's client takes no signal: when the caller gives up, the call goes on without effect on the
    // caller.
    async ask(what, call, signal, { hidden = [], seconds = timeoutSeconds } = {}) {
      if (signal.aborted) throw givenUp(what);
      const timeout = AbortSignal.timeout(seconds * 1_000);
      const left = AbortSignal.any([signal, timeout]);
      const { promise: given, reject } = Promise.withResolvers<never>();
      const onAbort = () =>
        reject(
          signal.aborted
            ? givenUp(what)
            : new LaunchError("UNAVAILABLE", `${what}: no answer within ${seconds} s`),
        );
      left.addEventListener("abort", onAbort, { once: true });
      try {
        const answer = open().then(call);
        answer.catch(() => undefined);
        return await Promise.race([answer, given]);
      } catch (error) {
        if (error instanceof LaunchError) throw error;
        const { code, said } = explainModalError(error);
        const problem = code === "UNAVAILABLE" ? "no answer of use from Modal" : "Modal refused";
        throw new LaunchError(code, `${what}: ${problem}`, {
          ...{ said, secrets: [tokenId, tokenSecret, ...hidden] },
        });
      } finally {
        left.removeEventListener("abort", onAbort);
      }
    },
    async close() {
      (await opened)?.close();
    },
  };
}
