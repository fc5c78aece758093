import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { NodeClient } from './node-clients.ts';
import { NOTE_TOOLS, PATH_SCHEMA } from './note-tools.ts';

/** What is used of `@openai/agents`, which is not among this repository's packages. */
interface AgentsSdk {
  readonly Agent: new (options: object) => object;
  readonly Runner: new (
    options: object,
  ) => {
    readonly run: (agent: object, prompt: string, options: object) => Promise<AgentsResult>;
  };
  readonly OpenAIProvider: new (options: object) => object;
  readonly tool: (options: object) => object;
}

interface AgentsResult {
  readonly finalOutput: unknown;
  /** Of a streamed run. */
  readonly completed?: Promise<void>;
  readonly toTextStream?: () => AsyncIterable<string>;
}

/** OpenAI's Agents SDK for JavaScript, over the Responses API as by default, or over chat. */
export function agentsSdk(api: 'responses' | 'chat_completions'): NodeClient {
  return async ({ origin, key, model }, { prompt, tools, stream, run }, folder) => {
    const { Agent, Runner, OpenAIProvider, tool } = createRequire(join(folder, 'package.json'))(
      '@openai/agents',
    ) as AgentsSdk;
    const agent = new Agent({
      name: 'Reader',
      instructions: 'Be brief.',
      model,
      tools: tools.map((name) =>
        tool({
          name,
          description: NOTE_TOOLS[name].description,
          parameters: PATH_SCHEMA,
          strict: true,
          execute: async () => run(name),
        }),
      ),
    });
    const useResponses = api === 'responses';
    const modelProvider = new OpenAIProvider({ baseURL: `${origin}/v1`, apiKey: key, useResponses });
    const runner = new Runner({ modelProvider, tracingDisabled: true });
    const result = await runner.run(agent, prompt, { stream });
    for await (const _ of result.toTextStream?.() ?? []) {
      // Read to its end.
    }
    await result.completed;
    return String(result.finalOutput);
  };
}
