import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

interface UnderWay {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * Answers bytes that are no HTTP request on the bare socket, in the shape that callers know; they never become a request. Where answers to
 * earlier requests of the connection are still under way, these are finished first and the connection closed: nothing is written into it.
 */
export function refusesMalformed(server: Server): void {
  const answering = new WeakMap<Duplex, readonly UnderWay[]>();
  server.prependListener('request', (request, response) => {
    const before = (answering.get(request.socket) ?? []).filter((one) => !one.response.writableFinished);
    answering.set(request.socket, [...before, { request, response }]);
  });
  server.on('clientError', (failure: NodeJS.ErrnoException, socket) => {
    const underWay = answering.get(socket)?.findLast(isOfAnother);
    if (!socket.writable || failure.code === 'ECONNRESET') {
      socket.destroy();
    } else if (underWay !== undefined) {
      closeAfter(underWay.response, socket);
    } else {
      refuse(failure, socket);
    }
  });
}

/** Whether bytes that come now are none of this request's, which has not been answered in full. */
function isOfAnother({ request, response }: UnderWay): boolean {
  return !response.writableFinished && (request.complete || response.headersSent);
}

function closeAfter(response: ServerResponse, socket: Duplex): void {
  response.shouldKeepAlive = false;
  response.once('close', () => socket.destroy());
}

function refuse(failure: NodeJS.ErrnoException, socket: Duplex): void {
  const [line, message] = MALFORMED.get(failure.code ?? '') ?? [
    '400 Bad Request',
    'This is not a well-formed HTTP request: check for control characters in its headers and for a wrong content-length.',
  ];
  const error = { message, type: 'invalid_request_error', param: null, code: 'malformed_http' };
  const body = JSON.stringify({ error });
  const head = [`HTTP/1.1 ${line}`, 'content-type: application/json', `content-length: ${Buffer.byteLength(body)}`];
  socket.end(`${[...head, 'connection: close'].join('\r\n')}\r\n\r\n${body}`);
}

/** Status line and message for the codes of Node's HTTP parser that say more than "malformed". */
const MALFORMED: ReadonlyMap<string, readonly [line: string, message: string]> = new Map([
  ['HPE_HEADER_OVERFLOW', ['431 Request Header Fields Too Large', 'The headers exceed 16 KB: send less in them.']],
  ['ERR_HTTP_REQUEST_TIMEOUT', ['408 Request Timeout', 'The request did not arrive in time: send it whole.']],
]);
