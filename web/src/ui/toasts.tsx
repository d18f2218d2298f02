import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from "react";
import { CloseIcon } from "./icons.tsx";

type Tell = (text: string, tone: "good" | "bad") => void;

interface Toast {
  id: number;
  text: string;
  tone: "good" | "bad";
}

const TellContext = createContext<Tell | null>(null);
/** How long good news stay, in milliseconds. Bad ones stay until they are closed. */
const STAY_MS = 6_000;

/** Tells what became of an action, in a corner of the page. */
export function useTell(): Tell {
  const tell = useContext(TellContext);
  if (tell === null) throw new Error("useTell is used outside of Toasts.");
  return tell;
}

export function Toasts({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const next = useRef(0);
  const close = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const tell = useCallback<Tell>(
    (text, tone) => {
      next.current += 1;
      const id = next.current;
      setToasts((all) => [...all.filter((toast) => toast.text !== text).slice(-3), { id, text, tone }]);
      if (tone === "good") setTimeout(() => close(id), STAY_MS);
    },
    [close],
  );
  const value = useMemo(() => tell, [tell]);
  return (
    <TellContext value={value}>
      {children}
      <div className="toasts">
        {toasts.map(({ id, text, tone }) => (
          <div key={id} className={`toast ${tone}`} role={tone === "bad" ? "alert" : "status"}>
            <span>{text}</span>
            <button type="button" className="button icon-only" aria-label="Close" onClick={() => close(id)}>
              <CloseIcon />
            </button>
          </div>
        ))}
      </div>
    </TellContext>
  );
}
