import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Asked, Client, Told } from '../client.ts';
import { agentsSdk } from './agents-sdk.ts';
import { aiSdk, aiSdkAnthropic } from './ai-sdk.ts';
import { anthropicMessages, anthropicToolRunner } from './anthropic-sdk.ts';
import { langChain } from './langchain.ts';
import { NOTE_TOOLS, type NoteLoop, type NoteToolName } from './note-tools.ts';
import { openaiChat, openaiResponses, openaiRunTools } from './openai-sdk.ts';

const INSTALL = fileURLToPath(new URL('../../../.ci/node-clients', import.meta.url));
const OWN = fileURLToPath(new URL('../../../', import.meta.url));

/** A client's last words at the end of its loop. `folder`: where packages are that are not this repository's own. */
export type NodeClient = (asked: Asked, loop: NoteLoop, folder: string) => Promise<string>;

/** By the client's name: its package, and how it asks. `isOwn`: the package is one of this repository's. */
const CLIENTS: Readonly<
  Record<string, { readonly package: string; readonly isOwn: boolean; readonly ask: NodeClient }>
> = {
  'openai-node chat.completions': { package: 'openai', isOwn: true, ask: openaiChat },
  'openai-node runTools': { package: 'openai', isOwn: true, ask: openaiRunTools },
  'openai-node responses': { package: 'openai', isOwn: true, ask: openaiResponses },
  'anthropic-node messages': { package: '@anthropic-ai/sdk', isOwn: true, ask: anthropicMessages },
  'anthropic-node toolRunner': { package: '@anthropic-ai/sdk', isOwn: true, ask: anthropicToolRunner },
  'AI SDK openai': { package: '@ai-sdk/openai', isOwn: true, ask: aiSdk('responses') },
  'AI SDK openai.chat': { package: '@ai-sdk/openai', isOwn: true, ask: aiSdk('chat') },
  'AI SDK openai-compatible': { package: '@ai-sdk/openai-compatible', isOwn: true, ask: aiSdk('compatible') },
  'AI SDK anthropic': { package: '@ai-sdk/anthropic', isOwn: false, ask: aiSdkAnthropic },
  'OpenAI Agents SDK for JS': { package: '@openai/agents', isOwn: false, ask: agentsSdk('responses') },
  'OpenAI Agents SDK for JS, chat_completions': {
    package: '@openai/agents',
    isOwn: false,
    ask: agentsSdk('chat_completions'),
  },
  'LangChain JS': { package: '@langchain/openai', isOwn: false, ask: langChain({}) },
  'LangChain JS useResponsesApi': {
    package: '@langchain/openai',
    isOwn: false,
    ask: langChain({ useResponsesApi: true }),
  },
};

/** Every client of Node. The first call on a machine installs those that are not here. */
export function nodeClients(): readonly Client[] {
  const { status, stdout, stderr } = spawnSync(INSTALL, { encoding: 'utf8' });
  const folder = stdout.trim();
  return Object.entries(CLIENTS).map(([name, { package: packageName, isOwn, ask }]) => {
    const isMissing = status !== 0 && !isOwn;
    const versions = isMissing ? 'not installed' : `${packageName} ${versionOf(isOwn ? OWN : folder, packageName)}`;
    return {
      name,
      versions,
      missing: isMissing && stderr.trim(),
      start: () => ({ ask: (asked) => told(asked, folder, ask), [Symbol.dispose]: () => undefined }),
    };
  });
}

function versionOf(folder: string, packageName: string): string {
  const json = readFileSync(join(folder, 'node_modules', packageName, 'package.json'), 'utf8');
  return String(JSON.parse(json).version);
}

async function told(asked: Asked, folder: string, ask: NodeClient): Promise<Told> {
  const ran: string[] = [];
  const isLoop = asked.do.includes('loop');
  const loop: NoteLoop = {
    prompt: isLoop ? 'Read note.txt, count its lines, and tell me.' : 'Say hello.',
    tools: isLoop ? ['read_note', 'count_lines'] : [],
    stream: asked.do.startsWith('streamed'),
    run: (name) => {
      ran.push(name);
      return NOTE_TOOLS[name as NoteToolName].run();
    },
  };
  try {
    return { text: await ask(asked, loop, folder), ran };
  } catch (error) {
    return { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}
