INSERT INTO trusted_documents (workspace_id, id, text) VALUES
  ('01900000-0000-7000-8000-000000000001', 'library', 'query Library { videos { totalCount } }');
