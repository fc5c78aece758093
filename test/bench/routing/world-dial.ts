import type { Clock } from '../../../functions/gateway/core/model/clock.ts';
import type { Dial, DialResult } from '../../../functions/gateway/core/model/dial.ts';
import { PROMPT_TOKENS } from '../../../functions/gateway/core/probe/probe.ts';
import { type CachedRead, PLAIN_PROMPT_TOKENS, type VendorCaches } from './vendor-caches.ts';
import type { VirtualTime } from './virtual-time.ts';
import type { WorkloadRequest } from './workload.ts';
import type { World } from './world.ts';

export interface WorldDialOptions {
  readonly world: World;
  readonly caches: VendorCaches;
  readonly requests: readonly WorkloadRequest[];
  readonly time: VirtualTime;
  readonly startMs: number;
}

/** A network in which the world's providers answer: the first token when the world says, and the end some seconds after. */
export interface WorldNetwork {
  readonly dial: Dial;
  /** Calls of one token that no request asked for. */
  readonly probes: () => number;
  /** What vendors charge for a request's prompts, by the request's number. */
  readonly dollars: ReadonlyMap<number, number>;
  /** The same for all probes together, with the token that each answers. */
  readonly probeDollars: () => number;
  /** Tokens of the last answered prompt that the vendor had cached, by the request's number and the deployment. */
  readonly cachedTokens: ReadonlyMap<string, number>;
}

/** Calls' numbers from here on are those of probes: their luck is their own. */
const FIRST_PROBE = 100_000_000;
/** Its answer costs as much as some more tokens of the prompt. */
const PROBE = { conversation: -1, promptTokens: PROMPT_TOKENS + 4 };

export function worldNetwork(options: WorldDialOptions): WorldNetwork {
  const { world, caches, requests, time, startMs } = options;
  const index = new Map(world.deployments.map(({ id }, at) => [id, at]));
  const dollars = new Map<number, number>();
  const cachedTokens = new Map<string, number>();
  let probes = 0;
  const dial: Dial = ({ deployment, request, signal }) => {
    const [message] = request.body.messages as readonly { readonly content: string }[];
    const number = Number(message!.content);
    const isProbe = Number.isNaN(number);
    probes += isProbe ? 1 : 0;
    const call = isProbe ? FIRST_PROBE + probes : number;
    const { conversation, promptTokens = PLAIN_PROMPT_TOKENS } = requests[call] ?? PROBE;
    const at = index.get(deployment.id)!;
    const read = caches.read(at, { conversation, promptTokens }, time.clock.nowMs() - startMs);
    const fate = world.fate(at, call, time.clock.nowMs() - startMs);
    const note = (): void => {
      dollars.set(call, (dollars.get(call) ?? 0) + read.dollars);
    };
    return new Promise<DialResult>((resolve) => {
      let isOver = false;
      signal.addEventListener('abort', () => {
        if (!isOver) {
          note();
        }
        resolve({ kind: 'failed', failure: { kind: 'aborted', by: 'caller' } });
      });
      if (fate.kind === 'fails') {
        time.clock.after(fate.afterMs, () => resolve({ kind: 'failed', failure: { kind: 'overloaded', status: 503 } }));
      } else if (fate.kind === 'answers') {
        time.clock.after(fate.ttftMs * read.factor, () => {
          if (signal.aborted) {
            return;
          }
          isOver = true;
          note();
          read.keep();
          cachedTokens.set(`${call} ${deployment.id}`, read.cachedTokens);
          const body = answer(time.clock, read, promptTokens);
          resolve({ kind: 'answered', status: 200, headers: {}, body });
        });
      }
    });
  };
  const probeDollars = (): number =>
    [...dollars].reduce((sum, [call, spent]) => sum + (call >= FIRST_PROBE ? spent : 0), 0);
  return { dial, probes: () => probes, dollars, probeDollars, cachedTokens };
}

const ENCODER = new TextEncoder();
const FIRST = { choices: [{ index: 0, delta: { role: 'assistant', content: 'x' }, finish_reason: null }] };
const TOKEN = ENCODER.encode(`data: ${JSON.stringify(FIRST)}\n\n`);
/** From the first token to the last: what is learnt only at the end of an answer is learnt this much later. */
const GENERATION_MS = 3000;
const ANSWER_TOKENS = 100;

async function* answer(clock: Clock, { cachedTokens }: CachedRead, promptTokens: number): AsyncGenerator<Uint8Array> {
  yield TOKEN;
  await new Promise<void>((resolve) => {
    clock.after(GENERATION_MS, resolve);
  });
  const usage = {
    prompt_tokens: promptTokens,
    completion_tokens: ANSWER_TOKENS,
    total_tokens: promptTokens + ANSWER_TOKENS,
    prompt_tokens_details: { cached_tokens: cachedTokens },
  };
  const last = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage };
  yield ENCODER.encode(`data: ${JSON.stringify(last)}\n\ndata: [DONE]\n\n`);
}
