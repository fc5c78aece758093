import { gemini } from './gemini/gemini.ts';
import { vertexEmbeddings } from './gemini/vertex-embeddings.ts';
import { claudeOnVertex } from './hosted-claude/claude-on-vertex.ts';
import type { CloudProtocols } from './protocol.ts';

/** What is spoken at Google's API and on Vertex AI. */
export const GOOGLE_PROTOCOLS: CloudProtocols = {
  own: { gemini },
  hosted: { vertex: { anthropic: claudeOnVertex, gemini: { ...gemini, embeddings: vertexEmbeddings } } },
};
