-- CreateEnum
CREATE TYPE "TemplateStatus" AS ENUM ('CHECKING', 'READY', 'FAILED');

-- AlterEnum
ALTER TYPE "MaterialKind" ADD VALUE 'ARCHIVE';

-- CreateTable
CREATE TABLE "templates" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "status" "TemplateStatus" NOT NULL DEFAULT 'CHECKING',
    "sha256" TEXT NOT NULL,
    "manifest" JSONB NOT NULL,
    "files" JSONB NOT NULL,
    "size_bytes" INTEGER NOT NULL,
    "check_id" UUID,
    "issues" JSONB NOT NULL DEFAULT '[]',
    "error" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "templates_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "templates_check_id_idx" ON "templates"("check_id");

-- CreateIndex
CREATE UNIQUE INDEX "templates_workspace_id_name_version_key" ON "templates"("workspace_id", "name", "version");

-- AddForeignKey
ALTER TABLE "templates" ADD CONSTRAINT "templates_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;
