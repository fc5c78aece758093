import type { AttemptFailureKind } from '../../functions/gateway/core/model/attempt-failure.ts';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import type { Pace, Step } from '../support/fake-provider-step.ts';
import type { Gate } from '../support/gate.ts';
import { wireOf } from '../support/wire-of.ts';
import { streamPlaces } from './support/stream-places.ts';

/** One thing that a provider can do wrong, and what has to come of it. */
export interface Fault {
  /** Ends the sentence "a provider that ...". */
  readonly name: string;
  /** What the first provider does; `closed`: nothing listens at its port. */
  readonly does: Doing | 'closed';
  /** Who can do it. Default: all. */
  readonly protocols?: readonly ProtocolName[];
  readonly streamed: Outcome;
  readonly plain: Outcome;
  /** How the failed attempt is named; absent where it has not failed. */
  readonly failure?: AttemptFailureKind;
  /** How its call ended for the provider. */
  readonly call: 'answered' | 'aborted' | 'broken off' | 'none';
  /** Limits of the route in milliseconds, where the fault is about time. */
  readonly timeouts?: { readonly firstTokenMs?: number; readonly stallMs?: number };
  /** Context windows of the first deployment and the second, in tokens. */
  readonly windows?: readonly [number, number];
}

/** `committed` opens when the caller has the answer's beginning: what waits for it cannot be in one packet with the first token. */
type Doing = (protocol: ProtocolName, committed: Gate) => Step;

export type Outcome =
  /** The second deployment's whole answer. */
  | { readonly sees: 'the other' }
  /** The first deployment's answer. */
  | { readonly sees: 'it whole'; readonly text?: string; readonly finish?: string }
  /** The text up to there, an error event and no `[DONE]`. A reset may take with it what had not been read. */
  | { readonly sees: 'a cut'; readonly text: string; readonly code: string; readonly mayLose: boolean }
  | { readonly sees: 'an error'; readonly status: number; readonly code: string | null };

/** What the first deployment says, and in which pieces. */
export const CHUNKS: readonly string[] = ['One', ' two', ' three'];
export const WHOLE = CHUNKS.join('');

const TEXT = { chunks: CHUNKS };

const OTHER: Outcome = { sees: 'the other' };
const IT: Outcome = { sees: 'it whole' };
const TOO_LONG: Outcome = { sees: 'an error', status: 400, code: 'context_length_exceeded' };

/** Before the first token it does not matter whether the caller wants a stream. */
function beforeCommit(
  name: string,
  does: Fault['does'],
  rest: Pick<Fault, 'call'> & Partial<Fault> = { call: 'answered' },
): Fault {
  return { name, does, streamed: OTHER, plain: OTHER, ...rest };
}

function status(
  name: string,
  step: Omit<Extract<Step, { kind: 'status' }>, 'kind'>,
  failure: AttemptFailureKind,
): Fault {
  return beforeCommit(name, () => ({ kind: 'status', ...step }), { call: 'answered', failure });
}

/** After it a stream is cut, and a plain call starts again elsewhere. */
function afterCommit(
  name: string,
  does: Doing,
  rest: Pick<Fault, 'call'> &
    Partial<Fault> & { readonly code?: string; readonly text?: string; readonly mayLose?: boolean },
): Fault {
  const { code = 'upstream_stream_truncated', text = 'One two', mayLose = false, ...fault } = rest;
  return { name, does, streamed: { sees: 'a cut', text, code, mayLose }, plain: OTHER, ...fault };
}

/** What is whole is whole, however it ends. */
function harmless(name: string, does: Fault['does'], rest: Partial<Fault> = {}): Fault {
  return { name, does, streamed: IT, plain: IT, call: 'answered', ...rest };
}

function refusal(name: string, step: Omit<Extract<Step, { kind: 'status' }>, 'kind'>, seen: Outcome): Fault {
  return { ...status(name, step, 'rejected'), streamed: seen, plain: seen };
}

/** Gemini's finish may come with every chunk: there the stall limit ends the wait. */
const SILENT_AFTER_ALL = { timeouts: { stallMs: 1500 }, call: 'aborted' } as const;
const FIRST_TOKEN = { timeouts: { firstTokenMs: 150 }, call: 'aborted', failure: 'timed-out' } as const;
const STALL = {
  timeouts: { stallMs: 150 },
  call: 'aborted',
  failure: 'timed-out',
  code: 'upstream_stream_stalled',
} as const;
const BROKEN = { call: 'broken off', failure: 'unreachable' } as const;
const ANSWERED = { call: 'answered', failure: 'truncated' } as const;

/** Bedrock's failures are told apart by the names of exceptions, not by their status. */
const BY_STATUS: readonly ProtocolName[] = ['openai', 'anthropic', 'gemini'];
/** Anthropic begins a message once. */
const REPEATING: readonly ProtocolName[] = ['openai', 'gemini', 'bedrock'];

/** Every fault of the matrix. */
export const FAULTS: readonly Fault[] = [
  status('answers 429 with Retry-After', { status: 429, retryAfterSeconds: 7 }, 'rate-limited'),
  status('answers 429 without Retry-After', { status: 429 }, 'rate-limited'),
  status('says that the quota is spent', { meaning: 'quota-spent' }, 'rate-limited'),
  status('answers 500 once', { status: 500 }, 'overloaded'),
  status('answers 503', { status: 503 }, 'overloaded'),
  status('says that it is overloaded', { meaning: 'overloaded' }, 'overloaded'),
  { ...status('answers 408', { status: 408 }, 'conflicted'), protocols: BY_STATUS },
  { ...status('answers 409', { status: 409 }, 'conflicted'), protocols: BY_STATUS },
  { ...status('answers 425', { status: 425 }, 'conflicted'), protocols: BY_STATUS },
  status('does not know the credential', { meaning: 'unauthorized' }, 'misconfigured'),
  status('forbids the model', { meaning: 'forbidden' }, 'misconfigured'),
  status('does not know the model', { meaning: 'not-found' }, 'misconfigured'),
  {
    ...status(
      'finds the prompt too long, where another has a larger window',
      { meaning: 'context-exceeded' },
      'context-exceeded',
    ),
    windows: [8000, 100_000],
  },
  {
    ...status(
      'finds the prompt too long, where no other has a larger window',
      { meaning: 'context-exceeded' },
      'context-exceeded',
    ),
    windows: [8000, 4000],
    streamed: TOO_LONG,
    plain: TOO_LONG,
  },
  status('refuses the request in words that nobody knows', { meaning: 'invalid-request' }, 'rejected'),
  {
    ...status('answers 413 in such words', { status: 413, meaning: 'invalid-request' }, 'rejected'),
    protocols: BY_STATUS,
  },
  {
    ...status('answers 422 in such words', { status: 422, meaning: 'invalid-request' }, 'rejected'),
    protocols: BY_STATUS,
  },
  refusal('refuses the content', { meaning: 'content-policy' }, { sees: 'an error', status: 400, code: null }),
  harmless('filters the rest of its answer', () => ({ kind: 'answer', chunks: CHUNKS, finish: 'content-filter' }), {
    streamed: { sees: 'it whole', finish: 'content_filter' },
    plain: { sees: 'it whole', finish: 'content_filter' },
  }),

  beforeCommit('is not there', 'closed', { call: 'none', failure: 'unreachable' }),
  beforeCommit('resets the connection before its headers', () => ({ kind: 'reset', when: 'before-headers' }), BROKEN),
  beforeCommit('resets the connection after its headers', () => ({ kind: 'reset', when: 'after-headers' }), BROKEN),
  beforeCommit(
    'resets the connection after the role',
    () => ({ kind: 'reset', when: 'after-chunks', afterChunks: 0 }),
    BROKEN,
  ),
  beforeCommit('stays silent', () => ({ kind: 'silence', when: 'before-headers' }), FIRST_TOKEN),
  beforeCommit('sends headers and no more', () => ({ kind: 'silence', when: 'after-headers' }), FIRST_TOKEN),
  beforeCommit('sends the role and no more', () => ({ kind: 'silence', when: 'after-prelude' }), FIRST_TOKEN),
  beforeCommit('sends roles and pings and no more', () => ({ kind: 'silence', when: 'after-prelude', preludes: 5 }), {
    ...FIRST_TOKEN,
    protocols: REPEATING,
  }),
  beforeCommit('is slow with its first token', () => ({ kind: 'answer', firstTokenDelayMs: 5000 }), FIRST_TOKEN),
  beforeCommit('sends an empty body', () => ({ kind: 'empty' }), ANSWERED),
  beforeCommit('ends its stream after the role', () => ({ kind: 'cut', afterChunks: 0, clean: true }), ANSWERED),
  beforeCommit('sends bytes that are no answer', () => ({ kind: 'garbage' })),
  beforeCommit('sends a web page with status 200', () => ({ kind: 'html' })),
  beforeCommit('sends a web page with status 502', () => ({ kind: 'html', status: 502 }), {
    call: 'answered',
    failure: 'overloaded',
  }),
  beforeCommit(
    'sends an error event in place of the first token',
    () => ({ kind: 'error-event', afterChunks: 0, meaning: 'overloaded' }),
    { call: 'answered', failure: 'overloaded' },
  ),
  beforeCommit(
    'drops the connection between the bytes of its first event with content',
    (protocol) => {
      const { start, end } = streamPlaces(protocol, CHUNKS).chunk(0);
      return { kind: 'cut', ...TEXT, afterBytes: Math.floor((start + end) / 2) };
    },
    BROKEN,
  ),
  beforeCommit(
    'ends its stream in the first bytes of that event, or in the header of its frame',
    (protocol) => ({
      kind: 'cut',
      ...TEXT,
      afterBytes: streamPlaces(protocol, CHUNKS).chunk(0).start + 5,
      clean: true,
    }),
    { call: 'answered' },
  ),
  beforeCommit(
    'falls silent between the bytes of that event',
    (protocol) => ({ kind: 'stall', ...TEXT, afterBytes: streamPlaces(protocol, CHUNKS).chunk(0).start + 20 }),
    FIRST_TOKEN,
  ),

  afterCommit('drops the connection in the middle', () => ({ kind: 'cut', ...TEXT, afterChunks: 2 }), BROKEN),
  afterCommit(
    'resets the connection in the middle',
    (_, committed) => ({ kind: 'reset', when: 'after-chunks', ...TEXT, afterChunks: 2, ...after(committed) }),
    { ...BROKEN, mayLose: true },
  ),
  afterCommit('ends its stream in the middle', () => ({ kind: 'cut', ...TEXT, afterChunks: 2, clean: true }), ANSWERED),
  afterCommit(
    'drops the connection between the bytes of one event',
    (protocol) => {
      const { start, end } = streamPlaces(protocol, CHUNKS).chunk(2);
      return { kind: 'cut', ...TEXT, afterBytes: Math.floor((start + end) / 2) };
    },
    BROKEN,
  ),
  afterCommit(
    "ends its stream in an event's first bytes, or in a frame's header",
    (protocol) => ({
      kind: 'cut',
      ...TEXT,
      afterBytes: streamPlaces(protocol, CHUNKS).chunk(2).start + 5,
      clean: true,
    }),
    ANSWERED,
  ),
  afterCommit(
    "drops the connection in an event's first bytes, or in a frame's header",
    (protocol) => ({ kind: 'cut', ...TEXT, afterBytes: streamPlaces(protocol, CHUNKS).chunk(2).start + 5 }),
    BROKEN,
  ),
  afterCommit(
    "stalls in an event's first bytes, or in a frame's header",
    (protocol) => ({ kind: 'stall', ...TEXT, afterBytes: streamPlaces(protocol, CHUNKS).chunk(2).start + 5 }),
    STALL,
  ),
  afterCommit('leaves out its finish reason', () => ({ kind: 'missing-terminal', ...TEXT }), {
    ...ANSWERED,
    text: WHOLE,
  }),
  afterCommit('stalls in the middle', () => ({ kind: 'stall', ...TEXT, afterChunks: 2 }), STALL),
  afterCommit(
    'stalls between the bytes of one event',
    (protocol) => ({ kind: 'stall', ...TEXT, afterBytes: streamPlaces(protocol, CHUNKS).chunk(2).start + 20 }),
    STALL,
  ),
  afterCommit(
    'sends an error event in the middle',
    (_, committed) => ({ kind: 'error-event', ...TEXT, afterChunks: 2, meaning: 'overloaded', ...after(committed) }),
    { call: 'answered', failure: 'overloaded', code: 'overloaded' },
  ),
  afterCommit(
    'says in the middle that the quota is spent',
    (_, committed) => ({ kind: 'error-event', ...TEXT, afterChunks: 2, meaning: 'quota-spent', ...after(committed) }),
    { call: 'answered', failure: 'rate-limited', code: 'insufficient_quota' },
  ),
  afterCommit('goes on with bytes that are no answer', garbled, { call: 'answered' }),

  harmless('sends one JSON body in place of a stream', () => ({ kind: 'answer', ...TEXT, as: 'body' })),
  harmless('sends many roles and pings first', () => ({ kind: 'answer', ...TEXT, preludes: 5 }), {
    protocols: REPEATING,
  }),
  harmless('sends a malformed event before the first token', () => ({ kind: 'malformed-event', ...TEXT, atChunk: 0 })),
  harmless('sends a malformed event in the middle', () => ({ kind: 'malformed-event', ...TEXT, atChunk: 1 })),
  harmless('ends its stream after the finish reason, as without [DONE]', (protocol) => ({
    kind: 'cut',
    ...TEXT,
    afterBytes: streamPlaces(protocol, CHUNKS).afterFinish,
    clean: true,
  })),
  harmless(
    'drops the connection after the finish reason',
    (protocol) => ({ kind: 'cut', ...TEXT, afterBytes: streamPlaces(protocol, CHUNKS).afterFinish }),
    { call: 'broken off' },
  ),
  harmless(
    'drops the connection during the trailing usage',
    (protocol) => ({ kind: 'cut', ...TEXT, afterBytes: streamPlaces(protocol, CHUNKS).inTrailer }),
    { call: 'broken off' },
  ),
  harmless('ends its stream during the trailing usage', (protocol) => ({
    kind: 'cut',
    ...TEXT,
    afterBytes: streamPlaces(protocol, CHUNKS).inTrailer,
    clean: true,
  })),
  harmless(
    'falls silent during the trailing usage',
    (protocol) => ({ kind: 'stall', ...TEXT, afterBytes: streamPlaces(protocol, CHUNKS).inTrailer }),
    SILENT_AFTER_ALL,
  ),
  harmless('sends a malformed event after the finish reason', (protocol) =>
    withAfterFinish(protocol, wireOf(protocol).malformedEvent),
  ),
  harmless(
    'sends an error event after the finish reason',
    (protocol) => withAfterFinish(protocol, wireOf(protocol).errorEvent('overloaded', {})),
    { protocols: ['openai', 'anthropic', 'bedrock'] },
  ),
  afterCommit(
    'sends an error event after a finish reason, which Gemini may give with every chunk',
    (protocol, committed) => ({
      ...withAfterFinish(protocol, wireOf(protocol).errorEvent('overloaded', {})),
      ...after(committed),
    }),
    { protocols: ['gemini'], call: 'answered', failure: 'overloaded', code: 'overloaded', text: WHOLE },
  ),
  harmless(
    'falls silent after the finish reason',
    (protocol) => ({ kind: 'stall', ...TEXT, afterBytes: streamPlaces(protocol, CHUNKS).afterFinish }),
    SILENT_AFTER_ALL,
  ),
  beforeCommit('has nothing to say, which in Gemini is a failure of its own', () => ({ kind: 'answer', chunks: [] }), {
    protocols: ['gemini'],
    call: 'answered',
    failure: 'malformed',
  }),
  harmless('has nothing to say', () => ({ kind: 'answer', chunks: [] }), {
    protocols: ['openai', 'anthropic', 'bedrock'],
    streamed: { sees: 'it whole', text: '' },
    plain: { sees: 'it whole', text: '' },
  }),
];

/** A whole answer with something between its finish reason and its trailing usage. */
function withAfterFinish(protocol: ProtocolName, piece: string | Uint8Array): Step {
  const { bytes, chunk, afterFinish } = streamPlaces(protocol, CHUNKS);
  const { end } = chunk(0);
  const pieces = [bytes.subarray(0, end), bytes.subarray(end, afterFinish), piece, bytes.subarray(afterFinish)];
  return { kind: 'raw', pieces };
}

/** Two chunks, and then no event and no frame. */
function garbled(protocol: ProtocolName, committed: Gate): Step {
  const { bytes, chunk } = streamPlaces(protocol, CHUNKS);
  const noise = Uint8Array.from({ length: 64 }, (_, index) => 255 - index);
  return { kind: 'raw', pieces: [bytes.subarray(0, chunk(1).end), noise], ...after(committed) };
}

/** The second chunk waits for the caller to have the first. */
function after(committed: Gate): Pick<Pace, 'holdAfterChunks'> {
  return { holdAfterChunks: { chunks: 1, until: committed } };
}
