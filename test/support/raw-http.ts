import { connect } from 'node:net';

/** What came back over a bare connection. */
export interface RawAnswer {
  /** 0 where the connection was closed without an answer. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Headers;
  readonly body: string;
}

/** Sends bytes as they are, for what no HTTP client would send, and reads until the server closes or the whole answer is there. */
export function rawHttp(origin: string, pieces: readonly (string | Uint8Array)[]): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve) => {
    const received: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => {
      for (const piece of pieces) {
        socket.write(piece);
      }
    });
    socket.on('data', (bytes) => {
      received.push(bytes);
      if (isWhole(Buffer.concat(received).toString('utf8'))) {
        socket.destroy();
      }
    });
    // A server that refuses to read on may reset the connection after its answer.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(answerOf(Buffer.concat(received).toString('utf8'))));
  });
}

function isWhole(text: string): boolean {
  const { headers, body } = answerOf(text);
  const length = headers.get('content-length');
  return text.includes('\r\n\r\n') && length !== null && Buffer.byteLength(body) >= Number(length);
}

function answerOf(text: string): RawAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { status: Number(statusLine.split(' ')[1] ?? 0), headers: new Headers(headers), body: rest.join('\r\n\r\n') };
}
