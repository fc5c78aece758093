import { createServer, type ServerResponse } from 'node:http';
import { type Dispatcher, Pool } from 'undici';
import { reports } from './reporting-process.ts';

// The least that a proxy in Node can do: `node:http` in, `JSON.parse`, `dispatch` of undici out, the answer's bytes passed on. What a gateway
// takes beyond that is its own. Runs as a process of its own, in front of the provider whose port is the argument.
const pool = new Pool(`http://127.0.0.1:${process.argv[2]}`, { headersTimeout: 0, bodyTimeout: 0 });

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const asked = JSON.parse(Buffer.concat(parts).toString());
    const body = JSON.stringify({ ...asked, model: 'one' });
    const headers = { 'content-type': 'application/json', authorization: 'Bearer bench' };
    pool.dispatch({ method: 'POST', path: '/v1/chat/completions', headers, body }, passOn(response));
  });
});

function passOn(response: ServerResponse): Dispatcher.DispatchHandler {
  return {
    onRequestStart: () => undefined,
    onResponseStart: (_controller, status, headers) => {
      response.writeHead(status, { 'content-type': String(headers['content-type']) });
    },
    onResponseData: (controller, bytes) => {
      if (!response.write(bytes)) {
        controller.pause();
        response.once('drain', () => controller.resume());
      }
    },
    onResponseEnd: () => void response.end(),
    onResponseError: () => void response.destroy(),
  };
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  reports(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
});
