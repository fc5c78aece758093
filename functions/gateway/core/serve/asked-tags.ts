import type { Call } from './call.ts';

/** The tags that the caller wants of a deployment: header `x-nemo-tags: vision, code`. */
export function askedTags({ request }: Call): readonly string[] {
  const header = request.headers['x-nemo-tags'] ?? '';
  return header
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
}
