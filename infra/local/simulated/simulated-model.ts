import { sampleOf } from './schema-sample.ts';
import type { WireAnswer, WireChat, WirePart, WirePrompt, WireTool } from './vendor-wire.ts';

/** Who answers, and which answer it is. */
export interface AnswerAbout {
  /** As a reader knows it: `OpenAI`. */
  readonly vendorTitle: string;
  readonly id: string;
  readonly nowMs: number;
}

/** What a simulated model says: a tool call where the prompt wants one, JSON where it asks for it, else a sentence that says that it is simulated. */
export function composeAnswer(request: WireChat, about: AnswerAbout): WireAnswer {
  const { prompt } = request;
  const tool = wantedTool(prompt);
  const whole: WirePart = tool === undefined ? textPart(prompt, about) : toolPart(tool, prompt);
  const part = { ...whole, fragments: whole.fragments.slice(0, prompt.maxTokens) };
  const isCut = part.fragments.length < whole.fragments.length;
  return {
    id: about.id,
    model: request.model,
    createdSeconds: Math.floor(about.nowMs / 1000),
    parts: [part],
    finish: isCut ? 'length' : finishOf(whole),
    usage: { inputTokens: prompt.inputTokens, outputTokens: part.fragments.length },
  };
}

function finishOf(part: WirePart): WireAnswer['finish'] {
  return part.kind === 'tool-call' ? 'tool-calls' : 'stop';
}

/** The tool to call: the one that is demanded, or the one that the last message speaks of. */
function wantedTool({ tools, toolChoice, toolResult, lastUserText }: WirePrompt): WireTool | undefined {
  if (typeof toolChoice === 'object') {
    return tools.find((tool) => tool.name === toolChoice.name);
  }
  if (toolChoice === 'required') {
    return mentionedTool(tools, lastUserText) ?? tools[0];
  }
  // An answer to a tool's result must not ask for the tool again, or an agent would never end.
  if (toolChoice === 'none' || toolResult !== undefined) {
    return undefined;
  }
  const asksForOne = /\b(use|call|invoke)\b.*\b(tool|function)s?\b/is.test(lastUserText);
  return mentionedTool(tools, lastUserText) ?? (asksForOne ? tools[0] : undefined);
}

function mentionedTool(tools: readonly WireTool[], text: string): WireTool | undefined {
  const spaced = (value: string): string => value.toLowerCase().replaceAll(/[_-]/g, ' ');
  return tools.find((tool) => spaced(text).includes(spaced(tool.name)));
}

function toolPart(tool: WireTool, prompt: WirePrompt): WirePart {
  const json = JSON.stringify(sampleOf(tool.schema, excerptOf(prompt.lastUserText)));
  return { kind: 'tool-call', name: tool.name, fragments: fragmentsOf(json) };
}

function textPart(prompt: WirePrompt, about: AnswerAbout): WirePart {
  return {
    kind: 'text',
    fragments: fragmentsOf(prompt.json === undefined ? prose(prompt, about) : json(prompt, about)),
  };
}

function json(prompt: WirePrompt, { vendorTitle }: AnswerAbout): string {
  const echo = excerptOf(prompt.lastUserText);
  const schema = prompt.json?.schema;
  return JSON.stringify(
    schema === undefined ? { simulated: true, vendor: vendorTitle, you_wrote: echo } : sampleOf(schema, echo),
  );
}

function prose(prompt: WirePrompt, { vendorTitle }: AnswerAbout): string {
  const heard =
    prompt.toolResult === undefined
      ? `You wrote: "${excerptOf(prompt.lastUserText)}".`
      : `The tool said: "${excerptOf(prompt.toolResult)}".`;
  return [
    `This is a simulated answer from a stand-in for ${vendorTitle}: no model was called.`,
    heard,
    'The words arrive one by one, and sooner or later, as those of a real model would,',
    'so that there is something to measure and to choose between.',
  ].join(' ');
}

function excerptOf(text: string): string {
  const flat = text.replaceAll(/\s+/g, ' ').trim();
  return flat.length <= 80 ? flat : `${flat.slice(0, 79)}…`;
}

/** One fragment a token: a word with the space before it; long ones in pieces of twelve characters. */
function fragmentsOf(text: string): string[] {
  return text.match(/\s*\S{1,12}/g) ?? [];
}
