INSERT INTO question_sets (id, workspace_id, topic, language, count, seed, avoid, origin, status, generator, ended_at) VALUES
  ('01900000-0000-7000-8000-0000000000b1', '01900000-0000-7000-8000-000000000001', 'Planets', 'en', 1, 7, '{}', 'GENERATED',
   'READY', 'bank', '2026-11-23');
INSERT INTO questions (id, set_id, position, status, question, options, answer_index, difficulty) VALUES
  ('01900000-0000-7000-8000-0000000000b2', '01900000-0000-7000-8000-0000000000b1', 0, 'ACCEPTED',
   'Which planet is called the red one?', '{Mars,Venus,Saturn,Uranus}', 0, 'EASY');
