import { useApolloClient } from "@apollo/client/react";
import { useRef, useState } from "react";
import { explain, type MaterialRowFragment } from "../api/index.ts";
import { UploadIcon, useTell } from "../ui/index.ts";
import { uploadMaterial } from "./upload-material.ts";

/** Chooses files and uploads them as materials of the workspace. */
export function UploadMaterials({ onReady }: { onReady: (material: MaterialRowFragment) => void }) {
  const client = useApolloClient();
  const tell = useTell();
  const input = useRef<HTMLInputElement>(null);
  const [isBusy, setIsBusy] = useState(false);
  const send = async (files: readonly File[]) => {
    setIsBusy(true);
    for (const file of files) {
      try {
        onReady(await uploadMaterial(client, file));
      } catch (error) {
        tell(`${file.name}: ${explain(error)}`, "bad");
      }
    }
    setIsBusy(false);
  };
  return (
    <>
      <button type="button" className="button small" disabled={isBusy} onClick={() => input.current?.click()}>
        <UploadIcon /> {isBusy ? "Uploading…" : "Upload files"}
      </button>
      <input
        ref={input}
        type="file"
        accept="image/*,audio/*,.ttf,.otf,.ttc"
        multiple
        hidden
        aria-label="Pictures, fonts and audio to upload"
        onChange={({ currentTarget }) => {
          void send([...(currentTarget.files ?? [])]);
          currentTarget.value = "";
        }}
      />
    </>
  );
}
