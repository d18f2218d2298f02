import { Button, useConfig } from "@payloadcms/ui";
import { useRouter } from "next/navigation.js";
import { useEffect, useState } from "react";
import { Styles } from "./look.tsx";

interface Health {
  caughtUpAt: string | null;
  error: string | null;
}

/** Above the list: when its documents were right last, and the button that makes them so now. */
export function CatchUpBar() {
  const { config } = useConfig();
  const { routes } = config;
  const router = useRouter();
  const [health, setHealth] = useState<Health>();
  const [isBusy, setBusy] = useState(false);

  useEffect(() => {
    let isOver = false;
    ask(`${routes.api}/reelay/health`, "GET").then(
      (answer) => {
        if (!isOver) setHealth(answer);
      },
      () => {},
    );
    return () => {
      isOver = true;
    };
  }, [routes.api]);

  async function catchUp() {
    setBusy(true);
    try {
      setHealth(await ask(`${routes.api}/reelay/catch-up`, "POST"));
      router.refresh();
    } catch {
      setHealth({ caughtUpAt: null, error: "The CMS cannot be reached." });
    } finally {
      setBusy(false);
    }
  }

  return (
    <div className="reelay-bar">
      <Styles />
      <output className={health?.error ? "reelay-error" : "reelay-hint"}>
        {health?.error
          ? `Reelay: ${health.error}`
          : health?.caughtUpAt &&
            `In step with Reelay at ${new Date(health.caughtUpAt).toLocaleTimeString()}`}
      </output>
      <Button buttonStyle="secondary" size="small" disabled={isBusy} onClick={() => void catchUp()}>
        Catch up
      </Button>
    </div>
  );
}

async function ask(url: string, method: "GET" | "POST"): Promise<Health> {
  const response = await fetch(url, { method });
  const answer: unknown = await response.json();
  if (response.ok) return answer as Health;
  const { error } = answer as { error?: { message: string } };
  return { caughtUpAt: null, error: error?.message ?? `the CMS answered with HTTP ${response.status}` };
}
