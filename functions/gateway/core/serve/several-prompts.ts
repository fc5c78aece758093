import { isJsonObject, type JsonObject, parseJson } from '../wire/json.ts';
import { type Call, keyOf, newCall } from './call.ts';
import { mergedPieces } from './merged-pieces.ts';
import type { GatewayResponse } from './ports.ts';

/**
 * Serves a request of several prompts as a call of each, all at once: each is routed, limited, charged and recorded by itself. Their answers
 * become one. Where one fails, its error is the answer.
 */
export async function severalPrompts(
  call: Call,
  bodies: readonly JsonObject[],
  serve: (call: Call, body: JsonObject) => Promise<GatewayResponse>,
): Promise<GatewayResponse> {
  const calls = bodies.map((_, index) => (index === 0 ? call : callBeside(call)));
  const answers = await Promise.all(calls.map((each, index) => serve(each, bodies[index] ?? {})));
  const afterEnd = async (): Promise<void> => {
    await Promise.all(answers.map((answer) => answer.afterEnd()));
  };
  const failed = answers.find(({ status }) => status !== 200);
  const [first] = answers;
  const [asked = {}] = bodies;
  const given = failed ?? first;
  const merge = call.surface.several;
  if (given === undefined || given === failed || merge === undefined) {
    return { status: 500, headers: {}, body: '', ...given, afterEnd };
  }
  const { headers } = given;
  const texts = answers.flatMap(({ body }) => (typeof body === 'string' ? [body] : []));
  if (texts.length === answers.length) {
    const whole = merge.body(texts.map(parseJson).filter(isJsonObject), asked);
    return { status: 200, headers, body: JSON.stringify(whole), afterEnd };
  }
  const streams = answers.flatMap(({ body }) => (typeof body === 'string' ? [] : [body]));
  return { status: 200, headers, body: merge.stream(mergedPieces(streams), asked), afterEnd };
}

/** Another call of the same request by the same key, with a record of its own. */
function callBeside(call: Call): Call {
  const beside = newCall(call.gateway, call.request);
  const key = keyOf(call);
  if (key !== undefined) {
    beside.log.add({ kind: 'authenticated', key });
  }
  return beside;
}
