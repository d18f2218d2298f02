-- Files that scripts use by their names, and the videos whose scripts use them.
-- CreateEnum
CREATE TYPE "MaterialKind" AS ENUM ('FONT', 'IMAGE', 'AUDIO');

-- CreateEnum
CREATE TYPE "MaterialStatus" AS ENUM ('AWAITING_UPLOAD', 'READY', 'FAILED');

-- CreateTable
CREATE TABLE "materials" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "filename" TEXT NOT NULL,
    "status" "MaterialStatus" NOT NULL DEFAULT 'AWAITING_UPLOAD',
    "kind" "MaterialKind",
    "content_type" TEXT,
    "size_bytes" BIGINT NOT NULL,
    "sha256" TEXT,
    "object_key" TEXT NOT NULL,
    "error" JSONB,
    "upload_protocol" "UploadProtocol" NOT NULL,
    "upload_token_hash" TEXT,
    "upload_url" TEXT,
    "upload_expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "received_at" TIMESTAMPTZ(3),

    CONSTRAINT "materials_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "video_materials" (
    "video_id" UUID NOT NULL,
    "material_id" UUID NOT NULL,

    CONSTRAINT "video_materials_pkey" PRIMARY KEY ("video_id","material_id")
);

-- CreateIndex
CREATE INDEX "materials_workspace_id_created_at_id_idx" ON "materials"("workspace_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "video_materials_material_id_idx" ON "video_materials"("material_id");

-- AddForeignKey
ALTER TABLE "materials" ADD CONSTRAINT "materials_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "video_materials" ADD CONSTRAINT "video_materials_video_id_fkey" FOREIGN KEY ("video_id") REFERENCES "videos"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "video_materials" ADD CONSTRAINT "video_materials_material_id_fkey" FOREIGN KEY ("material_id") REFERENCES "materials"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "materials"
  ADD CONSTRAINT "materials_have_bytes" CHECK ("size_bytes" > 0),
  ADD CONSTRAINT "materials_ready_are_judged" CHECK ("status" <> 'READY'
    OR ("kind" IS NOT NULL AND "content_type" IS NOT NULL AND "sha256" IS NOT NULL AND "received_at" IS NOT NULL)),
  ADD CONSTRAINT "materials_failed_why" CHECK (("status" = 'FAILED') = ("error" IS NOT NULL));

-- For the sweep.
CREATE INDEX "materials_awaiting_upload" ON "materials" ("upload_expires_at") WHERE "status" = 'AWAITING_UPLOAD';
CREATE INDEX "materials_failed" ON "materials" ("created_at") WHERE "status" = 'FAILED';

-- Stored bytes of a workspace: a material counts from its announcement on, unless it failed.
CREATE FUNCTION "count_material_bytes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "stored_bytes_changes" ("workspace_id", "bytes")
  SELECT coalesce(NEW."workspace_id", OLD."workspace_id"), difference FROM (SELECT
    CASE WHEN NEW."status" <> 'FAILED' THEN NEW."size_bytes" ELSE 0 END
    - CASE WHEN OLD."status" <> 'FAILED' THEN OLD."size_bytes" ELSE 0 END AS difference) change
  WHERE difference <> 0;
  RETURN NULL;
END $$;

CREATE TRIGGER "materials_are_counted" AFTER INSERT OR DELETE OR UPDATE OF "status" ON "materials"
  FOR EACH ROW EXECUTE FUNCTION "count_material_bytes"();
