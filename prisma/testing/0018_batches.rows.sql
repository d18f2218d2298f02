INSERT INTO batches (id, workspace_id, title, settings, source_key, max_active, starts_by_itself) VALUES
  ('01900000-0000-7000-8000-0000000000c1', '01900000-0000-7000-8000-000000000001', 'Quizzes', '{"version": 1}',
   'batches/01900000-0000-7000-8000-0000000000c1/source.csv', 4, false);
INSERT INTO batch_rows (id, batch_id, workspace_id, position, key, hash, line, lines, status, title, data, settings) VALUES
  ('01900000-0000-7000-8000-0000000000c2', '01900000-0000-7000-8000-0000000000c1', '01900000-0000-7000-8000-000000000001',
   1, 'one', 'h', 2, 1, 'INVALID', 'One', '{}', '{}');
INSERT INTO batch_issues (id, batch_id, row_id, position, line, code, message) VALUES
  ('01900000-0000-7000-8000-0000000000c3', '01900000-0000-7000-8000-0000000000c1', '01900000-0000-7000-8000-0000000000c2',
   1, 2, 'DATA_INVALID', 'The question is empty.');
