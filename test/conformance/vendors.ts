/** The columns of the matrix: a vendor, and the model that stands for it. */
export const VENDORS = {
  openai: { title: 'OpenAI', protocol: 'openai', model: 'gpt-5.5', embeddings: 'text-embedding-3-small' },
  compatible: { title: 'Compatible', protocol: 'openai', model: 'llama-3.3-70b', embeddings: 'bge-m3' },
  anthropic: { title: 'Anthropic', protocol: 'anthropic', model: 'claude-sonnet-4-5', embeddings: undefined },
  gemini: { title: 'Gemini', protocol: 'gemini', model: 'gemini-2.5-flash', embeddings: 'gemini-embedding-001' },
  bedrock: {
    title: 'Bedrock',
    protocol: 'bedrock',
    model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    embeddings: 'amazon.titan-embed-text-v2:0',
  },
} as const;

export type Vendor = keyof typeof VENDORS;

/** The names of the columns, in order. */
export const VENDOR_NAMES: readonly Vendor[] = ['openai', 'compatible', 'anthropic', 'gemini', 'bedrock'];
