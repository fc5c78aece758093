import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, isStepCount, type LanguageModel, streamText, tool } from 'ai';
import * as z from 'zod';
import type { Asked } from '../client.ts';
import type { NodeClient } from './node-clients.ts';
import { NOTE_TOOLS, type NoteLoop } from './note-tools.ts';

/** The AI SDK over OpenAI's provider, as documented (`responses`) or for chat, or over the one for compatible servers. */
export function aiSdk(api: 'responses' | 'chat' | 'compatible'): NodeClient {
  return async (asked, loop) => {
    const address = { baseURL: `${asked.origin}/v1`, apiKey: asked.key };
    const compatible = (): LanguageModel => createOpenAICompatible({ name: 'nemo', ...address })(asked.model);
    return await textOf(api === 'compatible' ? compatible() : createOpenAI(address)[api](asked.model), loop);
  };
}

/** The AI SDK over Anthropic's provider. */
export async function aiSdkAnthropic({ origin, key, model }: Asked, loop: NoteLoop, folder: string): Promise<string> {
  const { createAnthropic } = createRequire(join(folder, 'package.json'))('@ai-sdk/anthropic') as {
    readonly createAnthropic: (options: { baseURL: string; apiKey: string }) => (model: string) => LanguageModel;
  };
  return await textOf(createAnthropic({ baseURL: `${origin}/v1`, apiKey: key })(model), loop);
}

async function textOf(model: LanguageModel, { prompt, tools, stream, run }: NoteLoop): Promise<string> {
  const declared = tools.map((name) => [
    name,
    tool({
      description: NOTE_TOOLS[name].description,
      inputSchema: z.object({ path: z.string() }),
      execute: async () => run(name),
    }),
  ]);
  const call = {
    model,
    prompt,
    tools: Object.fromEntries(declared),
    stopWhen: isStepCount(5),
    maxRetries: 0,
    // Else the OpenAI provider sends ids in place of what was said, and nothing is kept here.
    providerOptions: { openai: { store: false } },
  };
  return stream ? await streamText(call).text : (await generateText(call)).text;
}
