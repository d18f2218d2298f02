import { useApolloClient } from "@apollo/client/react";
import { useRef, useState } from "react";
import { explain, type MaterialRowFragment } from "../api/index.ts";
import { UploadIcon, useTell } from "../ui/index.ts";
import { uploadMaterial } from "./upload-material.ts";

const wanted = {
  FILES: { accept: "image/*,audio/*,.ttf,.otf,.ttc", label: "Pictures, fonts and audio to upload" },
  CLIP: { accept: "video/*,.mp4,.m4v,.mov,.webm,.mkv", label: "Clip to upload" },
} as const;

interface UploadMaterialsProps {
  /** Default: pictures, fonts and audio. */
  wants?: keyof typeof wanted;
  onReady: (material: MaterialRowFragment) => void;
}

/** Chooses files and uploads them as materials of the workspace. */
export function UploadMaterials({ wants = "FILES", onReady }: UploadMaterialsProps) {
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
        <UploadIcon /> {isBusy ? "Uploading…" : wants === "CLIP" ? "Upload a clip" : "Upload files"}
      </button>
      <input
        ref={input}
        type="file"
        accept={wanted[wants].accept}
        multiple={wants === "FILES"}
        hidden
        aria-label={wanted[wants].label}
        onChange={({ currentTarget }) => {
          void send([...(currentTarget.files ?? [])]);
          currentTarget.value = "";
        }}
      />
    </>
  );
}
