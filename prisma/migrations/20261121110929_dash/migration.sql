-- AlterTable
ALTER TABLE "videos" ADD COLUMN     "has_dash" BOOLEAN NOT NULL DEFAULT false;
