-- AlterTable
ALTER TABLE "parts" ADD COLUMN     "drawn" JSONB,
ADD COLUMN     "recipe" TEXT;
