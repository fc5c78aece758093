import type { GatewayRequest } from './ports.ts';

/** The tags that the caller wants of a deployment: header `x-nemo-tags: vision, code`. */
export function askedTags({ headers }: Pick<GatewayRequest, 'headers'>): readonly string[] {
  const header = headers['x-nemo-tags'];
  if (header === undefined) {
    return [];
  }
  const tags = header.split(',').map((tag) => tag.trim());
  return [...new Set(tags)].filter((tag) => tag !== '');
}

/** The paths at which APIs are spoken. */
const SERVED = /^\/v1\/(?:chat\/completions|completions|responses|messages|embeddings|models)(?:\/|$)/;

/**
 * The path that a client means. Base URLs are written with `/v1` and without, and with a slash at the end: where an API is spoken, a doubled
 * slash at the beginning, a doubled or missing `/v1` and a slash at the end are understood. Any other path stays as it is.
 */
export function servedPath(path: string): string {
  const plain = withoutSlashes(path);
  const once = plain.startsWith('/v1/v1/') ? plain.slice('/v1'.length) : plain;
  return [once, `/v1${once}`].find((each) => SERVED.test(each)) ?? path;
}

/** With one slash at the beginning and none at the end. One pass: a caller may send nothing but slashes. */
function withoutSlashes(path: string): string {
  let begin = 0;
  while (path[begin + 1] === '/') {
    begin += 1;
  }
  let end = path.length;
  while (end > begin + 1 && path[end - 1] === '/') {
    end -= 1;
  }
  return path.startsWith('/') ? path.slice(begin, end) : path;
}
