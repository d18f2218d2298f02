import type { ApolloClient } from "@apollo/client";
import { useApolloClient } from "@apollo/client/react";
import { useRef, useState } from "react";
import {
  CompleteMaterialDocument,
  CreateMaterialDocument,
  explain,
  MaterialDocument,
  type MaterialRowFragment,
  refusal,
} from "../api/index.ts";
import { UploadIcon, useTell } from "../ui/index.ts";

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
        aria-label="Pictures, fonts and music to upload"
        onChange={({ currentTarget }) => {
          void send([...(currentTarget.files ?? [])]);
          currentTarget.value = "";
        }}
      />
    </>
  );
}

/** @throws an error with the reason if the API does not accept the file. */
async function uploadMaterial(client: ApolloClient, file: File): Promise<MaterialRowFragment> {
  const upload = {
    ...{ filename: file.name, sizeBytes: file.size },
    ...(file.type && { contentType: file.type }),
  };
  const { data } = await client.mutate({
    mutation: CreateMaterialDocument,
    variables: { input: { upload, idempotencyKey: crypto.randomUUID() } },
  });
  const created = data?.createMaterial;
  if (created?.__typename !== "Material") throw new Error(refusal(created) ?? "The API did not answer.");
  const { id } = created;
  if (created.upload) {
    const library = await import("@reelay/upload");
    await library.upload(file, created.upload).done;
    if (created.upload.protocol === "GCS_RESUMABLE")
      await client.mutate({ mutation: CompleteMaterialDocument, variables: { id } });
  }
  const { data: read } = await client.query({
    query: MaterialDocument,
    variables: { id },
    fetchPolicy: "network-only",
  });
  const material = read?.material;
  if (!material) throw new Error("The file was removed during its upload.");
  if (material.status !== "READY")
    throw new Error(material.error?.message ?? "The file has not arrived completely. Upload it again.");
  return material;
}
