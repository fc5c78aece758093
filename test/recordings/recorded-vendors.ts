import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { pieces } from './pieces.ts';
import { recordedResponse } from './recorded-response.ts';
import type { Recording } from './recording.ts';

/** Every recorded vendor on one loopback port: whatever is asked, the answer is the recorded one. */
export interface RecordedVendors {
  /** The vendor of the recording with that index. `cut`: the same bytes, in random small pieces. */
  readonly baseUrl: (index: number, form: 'whole' | 'cut') => string;
  readonly close: () => void;
}

export async function startRecordedVendors(recordings: readonly Recording[]): Promise<RecordedVendors> {
  const server = createServer((request, response) => void answer(recordings, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: (index, form) => `http://127.0.0.1:${port}/${form}/${index}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(
  recordings: readonly Recording[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, form, index] = (request.url ?? '').split('/');
  const recording = recordings[Number(index)];
  request.resume();
  if (recording === undefined) {
    response.writeHead(500).end();
    return;
  }
  const { status, headers, bytes } = recordedResponse(recording);
  response.socket?.setNoDelay(true);
  response.writeHead(status, headers);
  for (const piece of form === 'cut' ? pieces(bytes, recording.id) : [bytes]) {
    if (response.destroyed) {
      return;
    }
    response.write(piece);
    // The reader shares this process: it gets each piece on its own.
    await setImmediate();
  }
  response.end();
}
