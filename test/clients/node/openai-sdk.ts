import OpenAI from 'openai';
import type { Asked } from '../client.ts';
import { NOTE_TOOLS, type NoteLoop, PATH_SCHEMA, rounds } from './note-tools.ts';

function clientFor({ origin, key }: Asked): OpenAI {
  return new OpenAI({ baseURL: `${origin}/v1`, apiKey: key, maxRetries: 0 });
}

/** `chat.completions` with a loop of one's own. */
export async function openaiChat(asked: Asked, { prompt, tools, stream, run }: NoteLoop): Promise<string> {
  const client = clientFor(asked);
  const declared = tools.map((name) => ({
    type: 'function' as const,
    function: { name, description: NOTE_TOOLS[name].description, parameters: PATH_SCHEMA },
  }));
  return await rounds<OpenAI.ChatCompletionMessageParam>(
    async (messages) => {
      const body = { model: asked.model, messages: [...messages], ...(declared.length > 0 && { tools: declared }) };
      const answer = stream
        ? await client.chat.completions.stream(body).finalChatCompletion()
        : await client.chat.completions.create(body);
      const message = answer.choices[0]?.message;
      const results = (message?.tool_calls ?? []).map((call) => ({
        role: 'tool' as const,
        tool_call_id: call.id,
        content: run(call.type === 'function' ? call.function.name : ''),
      }));
      const next = message === undefined || results.length === 0 ? undefined : [...messages, message, ...results];
      return { text: message?.content ?? '', next };
    },
    [{ role: 'user', content: prompt }],
  );
}

/** `runTools`, the loop that the client has itself. */
export async function openaiRunTools(asked: Asked, loop: NoteLoop): Promise<string> {
  const { prompt, tools, stream, run } = loop;
  if (tools.length === 0) {
    return await openaiChat(asked, loop);
  }
  const body = {
    model: asked.model,
    messages: [{ role: 'user' as const, content: prompt }],
    tools: tools.map((name) => ({
      type: 'function' as const,
      function: {
        name,
        description: NOTE_TOOLS[name].description,
        parameters: PATH_SCHEMA,
        parse: (text: string): unknown => JSON.parse(text),
        function: (): string => run(name),
      },
    })),
  };
  const { completions } = clientFor(asked).chat;
  const runner = stream ? completions.runTools({ ...body, stream: true }) : completions.runTools(body);
  return (await runner.finalContent()) ?? '';
}

/** `responses` with a loop of one's own. */
export async function openaiResponses(asked: Asked, { prompt, tools, stream, run }: NoteLoop): Promise<string> {
  const client = clientFor(asked);
  const declared = tools.map((name) => ({
    type: 'function' as const,
    name,
    description: NOTE_TOOLS[name].description,
    parameters: PATH_SCHEMA,
    strict: true,
  }));
  return await rounds<OpenAI.Responses.ResponseInputItem>(
    async (input) => {
      const body = { model: asked.model, input: [...input], store: false, tools: declared };
      const answer = stream ? await client.responses.stream(body).finalResponse() : await client.responses.create(body);
      const results = answer.output.flatMap((item) =>
        item.type === 'function_call'
          ? [{ type: 'function_call_output' as const, call_id: item.call_id, output: run(item.name) }]
          : [],
      );
      const said = answer.output as OpenAI.Responses.ResponseInputItem[];
      return { text: answer.output_text, next: results.length === 0 ? undefined : [...input, ...said, ...results] };
    },
    [{ role: 'user', content: prompt }],
  );
}
