import type { TypedDocumentNode } from "@apollo/client";
import { useApolloClient } from "@apollo/client/react";
import { useCallback, useState } from "react";
import { explain, refusal } from "../api/index.ts";
import { useTell } from "./toasts.tsx";

type Outcome = { __typename: string; message?: string };

/**
 * Sends mutations, one at a time, and tells how each ended: `done` on success, else the API's own sentence.
 *
 * @returns whether one is under way, and the function that sends one; it resolves with the mutation's result,
 * or with null when it was refused.
 */
export function useAction() {
  const client = useApolloClient();
  const tell = useTell();
  const [isBusy, setIsBusy] = useState(false);
  const act = useCallback(
    async <Data extends object, Variables extends Record<string, unknown>>(
      mutation: TypedDocumentNode<Data, Variables>,
      variables: Variables,
      done: string | null,
      /** Receives a refusal: a form shows it beside its fields, by default it becomes a toast. */
      refuse: (reason: string) => void = (reason) => tell(reason, "bad"),
    ): Promise<Data | null> => {
      setIsBusy(true);
      try {
        const { data } = await client.mutate({ mutation, variables });
        const outcome = Object.values(data ?? {})[0] as Outcome | undefined;
        const refused = refusal(outcome);
        if (refused !== null || data === undefined) {
          refuse(refused ?? "The API did not answer.");
          return null;
        }
        if (done !== null) tell(done, "good");
        return data;
      } catch (error) {
        refuse(explain(error));
        return null;
      } finally {
        setIsBusy(false);
      }
    },
    [client, tell],
  );
  return { act, isBusy };
}
