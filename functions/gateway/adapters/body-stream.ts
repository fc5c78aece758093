import { Readable } from 'node:stream';
import { arrivalsOf } from '../core/model/arrivals.ts';
import type { GatewayResponse } from '../core/serve/ports.ts';

/** A response's body as a stream of Node's, its characters whole in each piece. Pieces are taken only as fast as the stream is read. */
export function bodyStream(body: GatewayResponse['body']): Readable {
  if (typeof body === 'string') {
    return Readable.from([body]);
  }
  const pieces = body.arrivals ?? arrivalsOf(body);
  const pass = (): void => {
    let piece = pieces.take();
    while (piece === '') {
      if (!pieces.isReady(pass)) {
        return;
      }
      piece = pieces.take();
    }
    stream.push(piece ?? null);
  };
  const stream = new Readable({
    read: () => {
      if (pieces.isReady(pass)) {
        pass();
      }
    },
    destroy: (error, done) => {
      pieces.stop();
      done(error);
    },
  });
  return stream;
}
