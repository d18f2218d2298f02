-- Questions of quizzes, in sets that are generated or imported and then reviewed.
-- CreateEnum
CREATE TYPE "QuestionSetOrigin" AS ENUM ('GENERATED', 'IMPORTED');

-- CreateEnum
CREATE TYPE "QuestionSetStatus" AS ENUM ('GENERATING', 'READY', 'FAILED');

-- CreateEnum
CREATE TYPE "QuestionStatus" AS ENUM ('ACCEPTED', 'REJECTED');

-- CreateEnum
CREATE TYPE "QuestionDifficulty" AS ENUM ('EASY', 'MEDIUM', 'HARD');

-- CreateTable
CREATE TABLE "question_sets" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "topic" TEXT NOT NULL,
    "difficulty" "QuestionDifficulty",
    "language" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "seed" INTEGER NOT NULL,
    "avoid" TEXT[],
    "origin" "QuestionSetOrigin" NOT NULL,
    "status" "QuestionSetStatus" NOT NULL,
    "generator" TEXT,
    "model" TEXT,
    "rounds" INTEGER NOT NULL DEFAULT 0,
    "input_tokens" INTEGER NOT NULL DEFAULT 0,
    "output_tokens" INTEGER NOT NULL DEFAULT 0,
    "cost_usd" DOUBLE PRECISION,
    "issues" JSONB NOT NULL DEFAULT '[]',
    "error" JSONB,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "question_sets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "questions" (
    "id" UUID NOT NULL,
    "set_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "status" "QuestionStatus" NOT NULL,
    "code" TEXT,
    "reason" TEXT,
    "question" TEXT NOT NULL,
    "options" TEXT[],
    "answer_index" INTEGER,
    "category" TEXT,
    "difficulty" "QuestionDifficulty",
    "explanation" TEXT,
    "attribution" JSONB,
    "is_verified" BOOLEAN NOT NULL DEFAULT false,
    "line" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "questions_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "question_sets_workspace_id_created_at_id_idx" ON "question_sets"("workspace_id", "created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "questions_set_id_position_key" ON "questions"("set_id", "position");

-- AddForeignKey
ALTER TABLE "question_sets" ADD CONSTRAINT "question_sets_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "questions" ADD CONSTRAINT "questions_set_id_fkey" FOREIGN KEY ("set_id") REFERENCES "question_sets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- An end with its reason, and a lease only before it.
ALTER TABLE "question_sets"
  ADD CONSTRAINT "question_sets_end" CHECK (
    CASE "status"
      WHEN 'GENERATING' THEN "ended_at" IS NULL AND "error" IS NULL
      WHEN 'READY' THEN "ended_at" IS NOT NULL AND "lease_until" IS NULL AND "error" IS NULL
      ELSE "ended_at" IS NOT NULL AND "lease_until" IS NULL AND "error" IS NOT NULL
    END);

-- What videos show is complete, and what they do not show has a reason.
ALTER TABLE "questions"
  ADD CONSTRAINT "questions_verdict" CHECK (
    CASE "status"
      WHEN 'ACCEPTED' THEN "code" IS NULL AND "reason" IS NULL AND cardinality("options") = 4
        AND coalesce("answer_index" BETWEEN 0 AND 3, false)
      ELSE "code" IS NOT NULL AND "reason" IS NOT NULL AND NOT "is_verified"
    END);

-- Every process looks for sets to generate.
CREATE INDEX "question_sets_generating" ON "question_sets"("created_at") WHERE "status" = 'GENERATING';
