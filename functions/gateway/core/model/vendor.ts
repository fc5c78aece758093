/**
 * Who runs the servers that a provider's calls go to, or which server it is. Rules of what is taken where are keyed by it and by the
 * model. `compatible`: speaks a known protocol, and nothing more is known of it.
 */
export type Vendor =
  | 'openai'
  | 'azure'
  | 'anthropic'
  | 'google-ai'
  | 'vertex'
  | 'bedrock'
  | 'cerebras'
  | 'dashscope'
  | 'deepinfra'
  | 'deepseek'
  | 'fireworks'
  | 'github-models'
  | 'groq'
  | 'huggingface'
  | 'llama.cpp'
  | 'mistral'
  | 'moonshot'
  | 'nvidia'
  | 'ollama'
  | 'openrouter'
  | 'perplexity'
  | 'sambanova'
  | 'together'
  | 'vllm'
  | 'xai'
  | 'zhipu'
  | 'compatible';
