import type { ApolloClient } from "@apollo/client";
import {
  CompleteMaterialDocument,
  CreateMaterialDocument,
  MaterialDocument,
  type MaterialRowFragment,
  refusal,
} from "../api/index.ts";

/**
 * Uploads a file as a material of the workspace. `onProgress` receives the sent fraction, 0 to 1.
 * @throws an error with the reason if the API does not accept the file.
 */
export async function uploadMaterial(
  client: ApolloClient,
  file: File,
  onProgress: (fraction: number) => void = () => {},
): Promise<MaterialRowFragment> {
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
    const options = {
      ...created.upload,
      onProgress: ({ fraction }: { fraction: number }) => onProgress(fraction),
    };
    await library.upload(file, options).done;
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
