-- AlterTable
ALTER TABLE "api_keys" ADD COLUMN     "trusted_documents_only" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "trusted_documents" (
    "workspace_id" UUID NOT NULL,
    "id" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "trusted_documents_pkey" PRIMARY KEY ("workspace_id","id")
);

-- CreateIndex
CREATE INDEX "trusted_documents_workspace_id_created_at_id_idx" ON "trusted_documents"("workspace_id", "created_at", "id");

-- AddForeignKey
ALTER TABLE "trusted_documents" ADD CONSTRAINT "trusted_documents_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;
