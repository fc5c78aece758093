import type { SeveralPrompts } from '../surfaces/surface.ts';
import { isJsonObject, type JsonObject, parseJson } from '../wire/json.ts';
import { type Call, newCall } from './call.ts';
import { enter } from './caller.ts';
import { mergedPieces } from './merged-pieces.ts';
import type { GatewayResponse } from './ports.ts';
import { bugAnswer, errorAnswer } from './respond.ts';

/** A request of several prompts. */
export interface SeveralAsked {
  /** A body for each, at least two. */
  readonly bodies: readonly JsonObject[];
  readonly merge: SeveralPrompts;
  /** Serves one of them as a call of its own. */
  readonly serve: (call: Call, body: JsonObject) => Promise<GatewayResponse>;
}

/**
 * Serves a request of several prompts as a call of each, all at once: each is routed, limited, charged and recorded by itself. Their answers
 * become one. Where one fails, its error is the answer.
 */
export async function severalPrompts(call: Call, { bodies, merge, serve }: SeveralAsked): Promise<GatewayResponse> {
  const calls = bodies.map((_, index) => (index === 0 ? call : callBeside(call)));
  const { openCalls, ports } = call.gateway;
  const others = calls.slice(1);
  const refusals = others.flatMap(({ log }) => enter(log, openCalls, ports.config.limits.callsAtOnce) ?? []);
  const [refusal] = refusals;
  if (refusal !== undefined) {
    for (const { log } of others) {
      log.last.entered?.leave();
    }
    return errorAnswer(call, refusal);
  }
  const answers = await Promise.all(
    calls.map((each, index) => serve(each, bodies[index] ?? {}).catch((bug: unknown) => bugAnswer(each, bug))),
  );
  const afterEnd = async (): Promise<void> => {
    await Promise.all(answers.map((answer) => answer.afterEnd()));
  };
  try {
    return { ...mergedAnswer(answers, merge, bodies[0] ?? {}), afterEnd };
  } catch (bug) {
    // All of them have to be ended, as if their answers had become one.
    return { ...bugAnswer(call, bug), afterEnd };
  }
}

/** Another call of the same request by the same key, with a record of its own. */
function callBeside(call: Call): Call {
  const beside = newCall(call.gateway, call.request);
  const { authenticated } = call.log.last;
  if (authenticated !== undefined) {
    beside.log.add(authenticated);
  }
  return beside;
}

function mergedAnswer(
  answers: readonly GatewayResponse[],
  merge: SeveralPrompts,
  asked: JsonObject,
): Omit<GatewayResponse, 'afterEnd'> {
  const failed = answers.find(({ status }) => status !== 200);
  if (failed !== undefined) {
    return failed;
  }
  const headers = answers[0]?.headers ?? {};
  const bodies = answers.map(({ body }) => body);
  const streams = bodies.filter((body) => typeof body !== 'string');
  if (streams.length > 0) {
    return { status: 200, headers, body: merge.stream(mergedPieces(streams), asked) };
  }
  const wholes = bodies.map((body) => parseJson(String(body))).filter(isJsonObject);
  return { status: 200, headers, body: JSON.stringify(merge.body(wholes, asked)) };
}
