import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { NodeClient } from './node-clients.ts';
import { NOTE_TOOLS, PATH_SCHEMA, rounds } from './note-tools.ts';

/** What is used of `@langchain/openai` and `@langchain/core`, which are not among this repository's packages. */
interface LangChain {
  readonly ChatOpenAI: new (options: object) => ChatModel & { readonly bindTools: (tools: object[]) => ChatModel };
  readonly HumanMessage: new (text: string) => object;
  readonly ToolMessage: new (fields: object) => object;
}

interface ChatModel {
  readonly invoke: (messages: readonly object[]) => Promise<Message>;
  readonly stream: (messages: readonly object[]) => Promise<AsyncIterable<Message>>;
}

interface Message {
  readonly text: string;
  readonly tool_calls?: readonly { readonly id: string; readonly name: string }[];
  readonly concat: (more: Message) => Message;
}

/** LangChain's model for OpenAI with a loop of one's own. */
export function langChain(options: object): NodeClient {
  return async ({ origin, key, model }, { prompt, tools, stream, run }, folder) => {
    const { ChatOpenAI, HumanMessage, ToolMessage } = langChainAt(folder);
    const configuration = { baseURL: `${origin}/v1` };
    const chat = new ChatOpenAI({ model, apiKey: key, configuration, maxRetries: 0, ...options });
    const declared = tools.map((name) => ({
      type: 'function',
      function: { name, description: NOTE_TOOLS[name].description, parameters: PATH_SCHEMA },
    }));
    const bound = declared.length === 0 ? chat : chat.bindTools(declared);
    return await rounds<object>(
      async (messages) => {
        const message = stream ? await joined(await bound.stream(messages)) : await bound.invoke(messages);
        const results = (message.tool_calls ?? []).map(
          ({ id, name }) => new ToolMessage({ content: run(name), tool_call_id: id, name }),
        );
        return { text: message.text, next: results.length === 0 ? undefined : [...messages, message, ...results] };
      },
      [new HumanMessage(prompt)],
    );
  };
}

function langChainAt(folder: string): LangChain {
  const load = createRequire(join(folder, 'package.json'));
  return { ...load('@langchain/openai'), ...load('@langchain/core/messages') } as LangChain;
}

async function joined(chunks: AsyncIterable<Message>): Promise<Message> {
  let whole: Message | undefined;
  for await (const chunk of chunks) {
    whole = whole?.concat(chunk) ?? chunk;
  }
  if (whole === undefined) {
    throw new Error('The stream was empty.');
  }
  return whole;
}
