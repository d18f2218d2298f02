INSERT INTO "reached_budgets" ("workspace_id", "period", "since", "limit_micros", "job_id")
SELECT "id", 'DAY', '2026-11-25T00:00:00Z', 1000000, '00000000-0000-0000-0000-000000000000' FROM "workspaces";
