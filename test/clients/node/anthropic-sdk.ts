import Anthropic from '@anthropic-ai/sdk';
import type { Asked } from '../client.ts';
import { NOTE_TOOLS, type NoteLoop, PATH_SCHEMA, rounds } from './note-tools.ts';

const MAX_TOKENS = 1_000;

function clientFor({ origin, key }: Asked): Anthropic {
  return new Anthropic({ baseURL: origin, apiKey: key, maxRetries: 0 });
}

/** `messages` with a loop of one's own. */
export async function anthropicMessages(asked: Asked, { prompt, tools, stream, run }: NoteLoop): Promise<string> {
  const client = clientFor(asked);
  const declared = tools.map((name) => ({
    name,
    description: NOTE_TOOLS[name].description,
    input_schema: PATH_SCHEMA,
  }));
  return await rounds<Anthropic.MessageParam>(
    async (messages) => {
      const body = { model: asked.model, max_tokens: MAX_TOKENS, messages: [...messages], tools: declared };
      const { content } = stream
        ? await client.messages.stream(body).finalMessage()
        : await client.messages.create(body);
      const results = content.flatMap((block) =>
        block.type === 'tool_use'
          ? [{ type: 'tool_result' as const, tool_use_id: block.id, content: run(block.name) }]
          : [],
      );
      const said = [
        { role: 'assistant' as const, content },
        { role: 'user' as const, content: results },
      ];
      return { text: textOf(content), next: results.length === 0 ? undefined : [...messages, ...said] };
    },
    [{ role: 'user', content: prompt }],
  );
}

/** `beta.messages.toolRunner`, the loop that the client has itself. */
export async function anthropicToolRunner(asked: Asked, { prompt, tools, stream, run }: NoteLoop): Promise<string> {
  const body = {
    model: asked.model,
    max_tokens: MAX_TOKENS,
    messages: [{ role: 'user' as const, content: prompt }],
    tools: tools.map((name) => ({
      type: 'custom' as const,
      name,
      description: NOTE_TOOLS[name].description,
      input_schema: PATH_SCHEMA,
      parse: (input: unknown): unknown => input,
      run: (): string => run(name),
    })),
  };
  const { messages } = clientFor(asked).beta;
  const runner = stream ? messages.toolRunner({ ...body, stream: true }) : messages.toolRunner(body);
  return textOf((await runner.runUntilDone()).content);
}

function textOf(content: readonly { readonly type: string; readonly text?: string }[]): string {
  return content.map(({ type, text }) => (type === 'text' ? text : '')).join('');
}
