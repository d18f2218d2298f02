import { useEffect, useRef, useState } from "react";
import { useSession } from "../session/index.ts";
import { UploadIcon, useTell } from "../ui/index.ts";
import { readDropped } from "./read-dropped.ts";
import { readUrls } from "./read-urls.ts";
import { isTableText } from "./tables.ts";
import { useUploads } from "./uploads-context.tsx";

/**
 * Accepts files that are dropped or pasted, and addresses and rows of tables that are pasted, anywhere on the
 * page.
 */
export function DropAnywhere() {
  const { add, addDropped, openAdd } = useUploads();
  const tell = useTell();
  const isAllowed = useSession().can("WRITE");
  const [isOver, setIsOver] = useState(false);
  // Entering a child comes before leaving its parent.
  const depth = useRef(0);
  useEffect(() => {
    if (!isAllowed) return;
    const stop = new AbortController();
    const listen = <Name extends keyof WindowEventMap>(
      name: Name,
      on: (event: WindowEventMap[Name]) => void,
    ) => addEventListener(name, on, { signal: stop.signal });
    const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes("Files") ?? false;
    const move = (by: number) => {
      depth.current = Math.max(0, depth.current + by);
      setIsOver(depth.current > 0);
    };
    listen("dragenter", (event) => hasFiles(event) && move(1));
    listen("dragleave", (event) => hasFiles(event) && move(-1));
    listen("dragover", (event) => hasFiles(event) && event.preventDefault());
    listen("drop", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      move(-depth.current);
      if (event.dataTransfer === null) return;
      readDropped(event.dataTransfer).then(addDropped, (error: Error) => tell(error.message, "bad"));
    });
    listen("paste", (event) => {
      if (event.target instanceof HTMLElement && event.target.closest("input, textarea, dialog")) return;
      const files = [...(event.clipboardData?.files ?? [])];
      const text = event.clipboardData?.getData("text") ?? "";
      const urls = readUrls(text);
      if (files.length > 0) add(files);
      else if (isTableText(text)) add([new File([text], "", { type: "text/csv" })]);
      else if (urls.length > 0) openAdd(urls.join("\n"));
    });
    return () => stop.abort();
  }, [isAllowed, add, addDropped, openAdd, tell]);
  if (!isOver) return null;
  return (
    <div className="drop-overlay" aria-hidden="true">
      <div>
        <UploadIcon />
        Drop to upload
      </div>
    </div>
  );
}
