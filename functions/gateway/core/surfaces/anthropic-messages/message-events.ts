import type { AboutAnswer, AnswerEvent, BegunPart, ChoiceFinish } from '../../model/answer-event.ts';
import { defined } from '../../model/defined.ts';
import { nativeValue } from '../../model/dialect.ts';
import type { Usage } from '../../model/usage.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { AnswerIdentity } from '../surface.ts';
import { type BlockWriter, blockWriter, type ChoiceEvent } from './block-events.ts';
import { messageUsage } from './message-usage.ts';
import { oneByOne } from './one-by-one.ts';
import { stopReason } from './stop-reason.ts';

/** Tells an answer in the events of a stream of Anthropic's, each an object with its `type`. */
export interface MessageEvents {
  readonly write: (event: AnswerEvent) => readonly JsonObject[];
  /** The ending: why the answer stopped, and its usage, which some vendors tell last. */
  readonly end: () => readonly JsonObject[];
}

interface Telling {
  readonly about: AnswerIdentity;
  readonly blocks: BlockWriter;
  hasBegun: boolean;
  usage?: Usage;
  finish?: ChoiceFinish;
  serviceTier?: string;
  /** Members that only Anthropic has, as `container`. */
  members: JsonObject;
}

/** Source: Anthropic API reference, "Streaming Messages". */
export function messageEvents(about: AnswerIdentity): MessageEvents {
  // Anthropic tells why it refuses in `stop_details` and in no block.
  const isHidden = ({ kind }: BegunPart): boolean => kind === 'refusal' && telling.members.stop_details !== undefined;
  const telling: Telling = { about, blocks: blockWriter(isHidden), hasBegun: false, members: {} };
  const inOrder = oneByOne();
  return {
    write: (event) => {
      const ordered = inOrder(event);
      // A piece of the part that is open: nearly all events are.
      return ordered.length === 1 ? told(telling, event) : ordered.flatMap((one) => told(telling, one));
    },
    end: () => [...begin(telling), ...telling.blocks.end(), ...ending(telling)],
  };
}

function told(telling: Telling, event: AnswerEvent): readonly JsonObject[] {
  switch (event.type) {
    case 'usage':
      telling.usage = event.usage;
      return [];
    case 'about':
      learn(telling, event);
      return [];
    case 'keep-alive':
      return telling.hasBegun ? [{ type: 'ping' }] : [];
    case 'failed':
      return [];
    case 'finish':
      telling.finish ??= event;
      return [];
    default:
      return event.choice === 0 ? withBeginning(telling, event) : [];
  }
}

function withBeginning(telling: Telling, event: ChoiceEvent): readonly JsonObject[] {
  return telling.hasBegun ? telling.blocks.write(event) : [...begin(telling), ...telling.blocks.write(event)];
}

function learn(telling: Telling, { native, serviceTier }: AboutAnswer): void {
  telling.members = { ...telling.members, ...nativeValue(native, 'anthropic-messages') };
  if (serviceTier !== undefined) {
    telling.serviceTier = serviceTier;
  }
}

/** The beginning waits for the first part: what is known of the answer by then stands in it. */
function begin(telling: Telling): readonly JsonObject[] {
  if (telling.hasBegun) {
    return [];
  }
  telling.hasBegun = true;
  const { about, usage, serviceTier, members } = telling;
  const message = {
    ...members,
    id: `msg_${about.requestId}`,
    type: 'message',
    role: 'assistant',
    model: about.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: messageUsage(usage, serviceTier),
  };
  return [{ type: 'message_start', message }];
}

/** `context_management` stands beside the delta. Source: Anthropic API reference, "Context editing". */
function ending({ blocks, finish, usage, serviceTier, members }: Telling): readonly JsonObject[] {
  const { context_management, ...others } = members;
  const { written } = blocks;
  const shape = { hasCalls: written.has('tool-call'), hasRefusal: written.has('refusal') };
  const delta = {
    stop_reason: finish === undefined ? null : stopReason(finish, shape),
    stop_sequence: finish?.stopSequence ?? null,
    ...others,
  };
  return [
    {
      type: 'message_delta',
      delta,
      usage: messageUsage(usage, serviceTier),
      ...defined({ context_management }),
    },
    { type: 'message_stop' },
  ];
}
