-- AlterTable
ALTER TABLE "source_checks" ADD COLUMN     "kind" "SourceKind" NOT NULL DEFAULT 'MANIM',
ADD COLUMN     "stills" JSONB;
