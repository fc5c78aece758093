import type { Surface } from '../surface.ts';
import { messageBody } from './fold-message.ts';
import { errorJson, errorStatus, REQUEST_ID_HEADER } from './messages-error.ts';
import { modelObject, modelsList } from './models-list.ts';
import { readMessagesPrompt } from './read-prompt.ts';
import { messageStream } from './stream-message.ts';

/** Anthropic's Messages API, as callers speak it. */
export const anthropicMessages: Surface = {
  dialect: 'anthropic-messages',
  read: readMessagesPrompt,
  stream: messageStream,
  body: messageBody,
  error: errorJson,
  errorStatus,
  requestIdHeader: REQUEST_ID_HEADER,
  models: { one: modelObject, list: modelsList },
};
