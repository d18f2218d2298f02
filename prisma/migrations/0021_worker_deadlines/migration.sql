-- AlterTable
ALTER TABLE "workers" ADD COLUMN     "deadline_at" TIMESTAMPTZ(3);
