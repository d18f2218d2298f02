-- AlterTable
ALTER TABLE "workers" ADD COLUMN     "said_at" TIMESTAMPTZ(3);
