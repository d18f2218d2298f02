import type { OperationDeps } from "../context/index.ts";
import { failMaterial, materialTerminated, receiveMaterial } from "../materials/index.ts";
import { failUpload, receiveSource, uploadTerminated } from "../videos/index.ts";

/** An upload as its row describes it. */
export interface AwaitedUpload {
  objectKey: string;
  sizeBytes: number;
  expiresAt: Date;
  /** SHA-256 of the token in its address. */
  tokenHash: string;
  /** Whether everything is stored, or no longer wanted. */
  hasEnded: boolean;
}

/** Something that clients upload. The id of an upload is that of its row. */
export interface UploadSubject {
  /** Names the id in the log. */
  idField: "videoId" | "materialId";
  /** Null if there is no such row, or it awaits no upload by tus. */
  find(uploadId: string): Promise<AwaitedUpload | null>;
  /** The object is stored. Idempotent. */
  receive(uploadId: string): Promise<void>;
  /** The client terminated the upload. Idempotent. */
  terminate(uploadId: string): Promise<void>;
}

type SubjectDeps = Pick<OperationDeps, "db" | "store" | "clock" | "log">;

/** Sources of videos, and materials. */
export const uploadSubjects = (deps: SubjectDeps): readonly UploadSubject[] => [
  {
    idField: "videoId",
    async find(videoId) {
      const source = await deps.db.source.findUnique({ where: { videoId } });
      return source && toAwaited(source, source.receivedAt !== null);
    },
    receive: (videoId) => receiveSource(deps, videoId),
    terminate: (videoId) => failUpload(deps, videoId, uploadTerminated),
  },
  {
    idField: "materialId",
    async find(id) {
      const material = await deps.db.material.findUnique({ where: { id } });
      return material && toAwaited(material, material.status !== "AWAITING_UPLOAD");
    },
    receive: (materialId) => receiveMaterial(deps, materialId),
    terminate: (materialId) => failMaterial(deps, materialId, materialTerminated),
  },
];

interface UploadColumns {
  objectKey: string;
  sizeBytes: bigint | null;
  uploadExpiresAt: Date | null;
  uploadTokenHash: string | null;
}

function toAwaited(row: UploadColumns, hasEnded: boolean): AwaitedUpload | null {
  const { objectKey, sizeBytes, uploadExpiresAt: expiresAt, uploadTokenHash: tokenHash } = row;
  if (!tokenHash || !expiresAt || sizeBytes === null) return null;
  return { objectKey, sizeBytes: Number(sizeBytes), expiresAt, tokenHash, hasEnded };
}
