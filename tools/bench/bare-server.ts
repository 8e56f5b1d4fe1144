/** The least that a Node program can do with a push: it reads the body and answers, and keeps nothing. */
import { createServer } from 'node:http';

createServer((request, response) => {
  request.resume().once('end', () => response.writeHead(204).end());
}).listen(Number(process.env['PORT']), '127.0.0.1');
