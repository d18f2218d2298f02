-- CreateIndex
CREATE INDEX "upload_tokens_workspace_id_created_at_id_idx" ON "upload_tokens"("workspace_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "viewer_tokens_workspace_id_created_at_id_idx" ON "viewer_tokens"("workspace_id", "created_at" DESC, "id" DESC);
