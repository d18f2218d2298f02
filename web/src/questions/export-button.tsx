import { useApolloClient } from "@apollo/client/react";
import { useState } from "react";
import { ExportQuestionsDocument, explain } from "../api/index.ts";
import { DownloadIcon, downloadText, useTell } from "../ui/index.ts";

interface ExportButtonProps {
  id: string;
  topic: string;
  isDisabled: boolean;
}

/** Downloads the accepted questions as a CSV. */
export function ExportButton({ id, topic, isDisabled }: ExportButtonProps) {
  const client = useApolloClient();
  const tell = useTell();
  const [isBusy, setIsBusy] = useState(false);
  const save = async () => {
    setIsBusy(true);
    try {
      const { data } = await client.query({
        query: ExportQuestionsDocument,
        variables: { id },
        fetchPolicy: "network-only",
      });
      const csv = data?.exportQuestions;
      if (csv == null) throw new Error("The question set was deleted.");
      downloadText(`${topic}.csv`, csv);
    } catch (error) {
      tell(explain(error), "bad");
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <button type="button" className="button" disabled={isDisabled || isBusy} onClick={() => void save()}>
      <DownloadIcon /> Export CSV
    </button>
  );
}
