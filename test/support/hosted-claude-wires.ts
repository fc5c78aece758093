import { isJsonObject, parseJson, stringMember } from '../../functions/gateway/core/wire/json.ts';
import { anthropicFailure } from '../../infra/local/simulated/anthropic-failure.ts';
import { anthropicWire } from '../../infra/local/simulated/anthropic-wire.ts';
import type {
  FailureDetails,
  FailureMeaning,
  ReceivedRequest,
  VendorWire,
  WireFailure,
  WireRequest,
  WireStream,
} from '../../infra/local/simulated/vendor-wire.ts';
import { eventFrame } from './amazon-event-stream-frames.ts';
import { bedrockFailure } from './bedrock-failure.ts';
import { bedrockWire } from './bedrock-wire.ts';

/** Claude on Bedrock: Anthropic's Messages with the model in the path, streamed in Amazon's frames. Source: Amazon Bedrock API reference, "InvokeModel". */
export const invokeModelWire: VendorWire = {
  ...bedrockWire,
  readRequest: (request) => {
    const [, model, method] = /^\/model\/([^/]+)\/(invoke|invoke-with-response-stream)$/.exec(request.path) ?? [];
    return model === undefined
      ? bedrockFailure('wrong-path', { path: request.path })
      : readOwnWords(request, {
          model: decodeURIComponent(model),
          version: 'bedrock-2023-05-31',
          stream: method !== 'invoke',
          failure: bedrockFailure,
        });
  },
  stream: (answer, request) => inFrames(anthropicWire.stream(answer, request)),
  body: anthropicWire.body,
};

/** Claude on Vertex AI: Anthropic's Messages with the model in the path. Source: Google Cloud, "Use Anthropic's Claude models". */
export const rawPredictWire: VendorWire = {
  ...anthropicWire,
  credential: (headers) => headers['x-goog-api-key'],
  readRequest: (request) => {
    const [, model, method] =
      /^\/v1\/publishers\/anthropic\/models\/([^/:]+):(rawPredict|streamRawPredict)$/.exec(request.path) ?? [];
    return model === undefined
      ? anthropicFailure('wrong-path', { path: request.path })
      : readOwnWords(request, {
          model,
          version: 'vertex-2023-10-16',
          stream: method !== 'rawPredict',
          failure: anthropicFailure,
        });
  },
};

interface Envelope {
  readonly model: string;
  readonly version: string;
  readonly stream: boolean;
  readonly failure: (meaning: FailureMeaning, details?: FailureDetails) => WireFailure;
}

/** The model stands in the path alone, the version in the body alone. */
function readOwnWords(
  request: ReceivedRequest,
  { model, version, stream, failure }: Envelope,
): WireRequest | WireFailure {
  const { body } = request;
  if (!isJsonObject(body) || body.anthropic_version !== version || body.model !== undefined) {
    return failure('invalid-request', {
      message: `anthropic_version must be "${version}", and model stands in the path`,
    });
  }
  const { anthropic_version: _, anthropic_beta: __, ...own } = body;
  const read = anthropicWire.readRequest({
    ...request,
    path: '/v1/messages',
    headers: { ...request.headers, 'anthropic-version': '2023-06-01' },
    body: { ...own, model, stream },
  });
  return read.kind === 'failure' ? failure('invalid-request', { message: read.body }) : read;
}

function inFrames({ prelude, content, ending }: WireStream): WireStream {
  return { prelude: prelude.map(inFrame), content: content.map(inFrame), ending: ending.map(inFrame) };
}

/** Each event of a piece in a frame of its own, as base64. */
function inFrame(piece: Uint8Array): Uint8Array {
  const events = new TextDecoder().decode(piece).split('\n\n');
  const data = events.flatMap((event) => /^data: (.*)$/m.exec(event)?.[1] ?? []);
  return Buffer.concat(
    data
      .filter((json) => stringMember(parseJson(json), 'type') !== 'ping')
      .map((json) => eventFrame('chunk', { bytes: Buffer.from(json).toString('base64'), p: 'abcdef' })),
  );
}
