UPDATE videos SET poster_key = 'poster.jpg', poster_at_ms = 5000 WHERE id = '01900000-0000-7000-8000-000000000010';
