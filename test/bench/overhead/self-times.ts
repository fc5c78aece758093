import type { HeapProfiler, Profiler } from 'node:inspector';

type Frame = Profiler.ProfileNode['callFrame'];

/** Milliseconds that each named group of frames ran by itself. */
export function selfTimes(
  { nodes, samples = [], timeDeltas = [] }: Profiler.Profile,
  nameOf: (frame: Frame) => string,
): ReadonlyMap<string, number> {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map<string, number>();
  for (const [index, sample] of samples.entries()) {
    const name = names.get(sample) ?? IDLE;
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0) / 1000);
  }
  times.delete(IDLE);
  return times;
}

/** Bytes that each named group of frames allocated by itself. */
export function allocatedBytes(
  head: HeapProfiler.SamplingHeapProfileNode,
  nameOf: (frame: Frame) => string,
): ReadonlyMap<string, number> {
  const bytes = new Map<string, number>();
  const add = ({ callFrame, selfSize, children }: HeapProfiler.SamplingHeapProfileNode): void => {
    const name = nameOf(callFrame);
    bytes.set(name, (bytes.get(name) ?? 0) + selfSize);
    children.forEach(add);
  };
  add(head);
  return bytes;
}

/** Where nothing runs. */
const IDLE = '(idle)';

/** A frame as `name folder/file.ts:line`. */
export function functionOf({ functionName, url, lineNumber }: Frame): string {
  return functionName === IDLE
    ? IDLE
    : `${functionName || '(anonymous)'} ${url.split('/').slice(-2).join('/')}:${lineNumber + 1}`;
}

/** A pattern for a frame's address, and its group, which a group of the pattern makes more exact. The first that fits counts. */
const GROUPS: readonly (readonly [address: RegExp, group: string])[] = [
  [/\/functions\/gateway\/(core\/[a-z]+)\//, 'gateway: '],
  [/\/functions\/gateway\/(adapters\/dynamodb)\//, 'gateway: '],
  [/\/functions\/gateway\/(adapters)\//, 'gateway: '],
  [/node_modules\/undici\//, 'undici'],
  [/node_modules\/(?:@aws-sdk|@smithy|@aws)\//, "AWS's SDK"],
  [/\/reporting-process\.ts/, 'JSON'],
  [/\/infra\/local\/|\/test\/|compose-gateway/, 'bench and local server'],
  [/^node:inspector/, 'bench and local server'],
  [/^node:(?:_http|internal\/http|http)/, 'node:http'],
  [/^node:(?:net|internal\/net|internal\/stream_base|internal\/tls|_tls)/, 'node:net'],
  [/^node:(?:internal\/streams|stream|internal\/webstreams)/, 'node:stream'],
  [/^node:(?:internal\/timers|timers)/, 'timers'],
  [/^node:(?:events|internal\/event_target|internal\/abort_controller)/, 'events and abort signals'],
  [/^node:(?:internal\/crypto|crypto)/, 'node:crypto'],
  [/^node:(?:buffer|internal\/buffer|internal\/encoding|string_decoder)/, 'buffers and text'],
  [/^node:/, "other of Node's modules"],
];

/** The module that a frame's time is counted for: a package, a part of Node, or a room of the gateway. */
export function moduleOf({ functionName, url }: Frame): string {
  if (url === '') {
    return nativeGroup(functionName);
  }
  for (const [address, group] of GROUPS) {
    const found = address.exec(url);
    if (found !== null) {
      return `${group}${found[1] ?? ''}`;
    }
  }
  return 'others';
}

/** Built-in functions have no address. */
function nativeGroup(name: string): string {
  if (name.startsWith('(')) {
    return name;
  }
  return /^write|^shutdown/.test(name) ? 'writes to sockets' : 'other built-in functions';
}
