-- AlterTable
ALTER TABLE "workspaces" ADD COLUMN     "blocked_words" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "question_sets" ADD COLUMN     "verify" BOOLEAN NOT NULL DEFAULT false;
