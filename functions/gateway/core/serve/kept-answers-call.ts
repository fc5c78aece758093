import { badRequest, type GatewayError } from '../model/gateway-error.ts';
import { inputItemsPage } from '../surfaces/openai-responses/list-input.ts';
import type { JsonObject } from '../wire/json.ts';
import type { AnswerStore } from './answer-store.ts';
import type { Call } from './call.ts';
import { keptConversation, ownerOf, storeAway } from './conversation.ts';
import { KEPT_ANSWER_PATH } from './kept-answer-path.ts';
import type { GatewayRequest, GatewayResponse } from './ports.ts';
import { errorAnswer, jsonAnswer } from './respond.ts';

type Looked = { readonly kind: 'found'; readonly body: JsonObject } | Refusal;

interface Refusal {
  readonly kind: 'refused';
  readonly error: GatewayError;
}

/** Serves `GET` and `DELETE /v1/responses/{id}` and `GET /v1/responses/{id}/input_items`, to the key that made the answer alone. */
export async function keptAnswersCall(call: Call): Promise<GatewayResponse> {
  const { request } = call;
  const { answers } = call.gateway.ports;
  const key = call.log.key;
  const looked =
    answers === undefined || key === undefined
      ? refused(keepsNone())
      : await look(answers, ownerOf(key), request).catch(() => refused(storeAway()));
  return looked.kind === 'refused' ? errorAnswer(call, looked.error) : jsonAnswer(call, looked.body);
}

async function look(answers: AnswerStore, owner: string, { method, path, query }: GatewayRequest): Promise<Looked> {
  const [, id = '', list] = KEPT_ANSWER_PATH.exec(path) ?? [];
  const asked = new URLSearchParams(query ?? '');
  if (method === 'DELETE') {
    const wasThere = await answers.remove(owner, id);
    return wasThere ? { kind: 'found', body: { id, object: 'response', deleted: true } } : refused(notFound(id));
  }
  if (list !== undefined) {
    return inputItems(answers, owner, { id, asked });
  }
  if (asked.get('stream') === 'true') {
    return refused(noReplay());
  }
  const found = await answers.read(owner, [id]);
  const answer = found === 'too-large' ? undefined : found.get(id);
  return answer === undefined ? refused(notFound(id)) : { kind: 'found', body: answer.body };
}

async function inputItems(
  answers: AnswerStore,
  owner: string,
  { id, asked }: { readonly id: string; readonly asked: URLSearchParams },
): Promise<Looked> {
  const conversation = await keptConversation({ answers, owner }, id);
  if ('status' in conversation) {
    return refused(conversation.code === 'previous_response_not_found' ? notFound(id) : conversation);
  }
  const listed = inputItemsPage(conversation, asked);
  return listed.kind === 'invalid'
    ? refused(badRequest(listed.message, listed.param))
    : { kind: 'found', body: listed.page };
}

function refused(error: GatewayError): Refusal {
  return { kind: 'refused', error };
}

function notFound(id: string): GatewayError {
  const message = `Response with id '${id}' not found.`;
  return { status: 404, message, type: 'invalid_request_error', code: null, param: null };
}

function keepsNone(): GatewayError {
  const message =
    'This gateway keeps no answers (responses.keepDays is not set): send the whole conversation as input to POST /v1/responses.';
  return { status: 404, message, type: 'invalid_request_error', code: 'unknown_url', param: null };
}

function noReplay(): GatewayError {
  const message = 'stream must be false: an answer that is kept is given as a whole.';
  return badRequest(message, 'stream');
}
