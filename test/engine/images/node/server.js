// A small application: it keeps a word in its data directory and writes temporary files.
const { createServer } = require('node:http');
const { mkdtempSync, readFileSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');

const server = createServer((request, response) => {
  const word = new URL(request.url, 'http://localhost').searchParams.get('write');
  try {
    writeFileSync(`${mkdtempSync(`${tmpdir()}/up-`)}/file`, 'x');
    if (word) writeFileSync('/app/data/kept', word);
    response.end(word || readFileSync('/app/data/kept', { encoding: 'utf8', flag: 'a+' }));
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
server.listen(80);
process.on('SIGTERM', () => process.exit(0));
