-- CreateTable
CREATE TABLE "upload_tokens" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "api_key_id" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "max_videos" INTEGER NOT NULL,
    "made_videos" INTEGER NOT NULL DEFAULT 0,
    "max_bytes" BIGINT NOT NULL,
    "profile" TEXT,
    "title" TEXT,
    "external_id" TEXT,
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "priority" "JobPriority" NOT NULL DEFAULT 'STANDARD',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "upload_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "upload_token_videos" (
    "video_id" UUID NOT NULL,
    "token_id" UUID NOT NULL,

    CONSTRAINT "upload_token_videos_pkey" PRIMARY KEY ("video_id")
);

-- CreateTable
CREATE TABLE "viewer_tokens" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "api_key_id" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "video_ids" UUID[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "viewer_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "upload_tokens_hash_key" ON "upload_tokens"("hash");

-- CreateIndex
CREATE INDEX "upload_tokens_api_key_id_idx" ON "upload_tokens"("api_key_id");

-- CreateIndex
CREATE INDEX "upload_tokens_expires_at_idx" ON "upload_tokens"("expires_at");

-- CreateIndex
CREATE INDEX "upload_token_videos_token_id_idx" ON "upload_token_videos"("token_id");

-- CreateIndex
CREATE UNIQUE INDEX "viewer_tokens_hash_key" ON "viewer_tokens"("hash");

-- CreateIndex
CREATE INDEX "viewer_tokens_api_key_id_idx" ON "viewer_tokens"("api_key_id");

-- CreateIndex
CREATE INDEX "viewer_tokens_expires_at_idx" ON "viewer_tokens"("expires_at");

-- AddForeignKey
ALTER TABLE "upload_tokens" ADD CONSTRAINT "upload_tokens_api_key_id_fkey" FOREIGN KEY ("api_key_id") REFERENCES "api_keys"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "upload_token_videos" ADD CONSTRAINT "upload_token_videos_video_id_fkey" FOREIGN KEY ("video_id") REFERENCES "videos"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "upload_token_videos" ADD CONSTRAINT "upload_token_videos_token_id_fkey" FOREIGN KEY ("token_id") REFERENCES "upload_tokens"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "viewer_tokens" ADD CONSTRAINT "viewer_tokens_api_key_id_fkey" FOREIGN KEY ("api_key_id") REFERENCES "api_keys"("id") ON DELETE CASCADE ON UPDATE CASCADE;
