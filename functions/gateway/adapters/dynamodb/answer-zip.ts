import { MAX_CONVERSATION_BYTES } from '../../core/serve/answer-store.ts';

/** An answer's JSON with gzip, at its fastest. */
export function zipped(json: Buffer): Promise<Buffer> {
  const { constants, gzip } = zlib();
  return new Promise((resolve, reject) => {
    gzip(json, { level: constants.Z_BEST_SPEED }, (error, data) => (error === null ? resolve(data) : reject(error)));
  });
}

/** What was zipped. Rejects where it is longer than any conversation that is kept. */
export function unzipped(data: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { maxOutputLength: MAX_CONVERSATION_BYTES };
    zlib().gunzip(data, options, (error, json) => (error === null ? resolve(json) : reject(error)));
  });
}

/** Loaded with the first answer: most functions keep none, and none keeps one at its start. */
function zlib(): typeof import('node:zlib') {
  return process.getBuiltinModule('node:zlib');
}
