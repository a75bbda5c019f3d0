import { createServer } from 'node:http';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  try {
    if (request.method === 'GET' && pathname === '/notes') {
      const { rows } = await pool.query('SELECT id, text, created_at FROM notes ORDER BY id');
      return send(response, 200, rows);
    }
    if (request.method === 'POST' && pathname === '/notes') {
      const { text } = JSON.parse(await bodyOf(request));
      if (typeof text !== 'string' || text === '') return send(response, 400, { error: 'text is missing' });
      const { rows } = await pool.query('INSERT INTO notes (text) VALUES ($1) RETURNING id, text, created_at', [text]);
      return send(response, 201, rows[0]);
    }
    return send(response, 404, { error: 'not found' });
  } catch (error) {
    console.error(error);
    return send(response, 500, { error: 'internal error' });
  }
});

server.listen(Number(process.env.PORT ?? 3000));
process.on('SIGTERM', () => server.close(() => pool.end()));

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function bodyOf(request) {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}
