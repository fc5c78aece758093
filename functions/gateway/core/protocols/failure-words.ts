/** What a vendor's sentence says of a refusal, whichever status it came with. */
export type SaidFailure =
  /** The prompt does not fit the context window. */
  | 'context'
  /** The operator's credential, account, country or model: not the caller's request. */
  | 'operator'
  /** Money is spent. */
  | 'unpaid'
  /** This model, or this server as it was started, does not do what was asked; another may. */
  | 'unsupported'
  /** No stream for this account, model or request. */
  | 'stream'
  /** The caller's own: a file that is not there. */
  | 'request'
  /** Not now, for reasons of the vendor's. */
  | 'overloaded';

interface Sentence {
  readonly pattern: RegExp;
  readonly says: SaidFailure;
}

function says(meaning: SaidFailure, patterns: readonly RegExp[]): readonly Sentence[] {
  return patterns.map((pattern) => ({ pattern, says: meaning }));
}

/**
 * How servers without a code for it say what is wrong; the first line that fits. OpenAI-shaped servers agree on nothing else than the word
 * `error`. Source: the 400s, 403s, 404s and 422s of public bug reports and of the servers' own code, 2026-11.
 */
const SENTENCES: readonly Sentence[] = [
  // OpenAI to organisations that are not verified, Bedrock and Cerebras to streams with tools, Bedrock by its operations' names.
  ...says('stream', [
    /must be verified to stream/i,
    /n(?:o|['’])t support\b.{0,40}\b(?:Converse|InvokeModelWithResponse)Stream\b/i,
    /not authorized to perform:? bedrock:(?:Converse|InvokeModelWithResponse)Stream\b/i,
    /(?:does(?: not|n't) support|not support(?:ed)?|unsupported)\b.{0,40}\bstream(?:ing|s|ed)?\b/i,
    /\bstream(?:ing|s|ed)?\b.{0,60}\b(?:not (?:supported|available|enabled|allowed|implemented)|unsupported|disabled)/i,
    // Servers that know no options of a stream, and FastAPI's by the member's place.
    /\bstream_options\b|\bbody\.stream\b/i,
  ]),
  // OpenRouter's router, llama.cpp and vLLM by how they were started, and models that lack something.
  ...says('unsupported', [
    /must be verified to generate/i,
    // An answer longer than this model gives: Claude, OpenAI, Bedrock, Groq.
    /maximum allowed number of output tokens|supports at most \d+ (?:completion|output) tokens|maximum tokens you requested exceeds the model limit/i,
    /`?max_(?:completion_|output_)?tokens`? (?:is too large|must be less than or equal to)/i,
    // The allowance a minute of one model (OpenAI, Groq).
    /request too large for .{0,160}(?:\bTPM\b|tokens per min)/i,
    /long context beta is not (?:yet )?available/i,
    /(?:is|are) not enabled for (?:models\/|this model)/i,
    // A member or a value that is not one of this API's: OpenAI, Azure, NVIDIA, Google, Cerebras, vLLM's grammars.
    /(?:unsupported|unknown) parameter\b|unsupported value: |unsupported json schema/i,
    /unrecognized request argument|unknown name "[^"]{1,80}"|unimplemented keys/i,
    /max_?output_?tokens value of \d+ but the supported range/i,
    // Groq's and OpenAI's strict schemas.
    /additionalProperties\b.{0,20}(?:must be set|is required to be supplied)/i,
    // Reasoning models: Moonshot, DeepSeek, Gemini, Claude.
    /invalid \w{1,40}: only .{1,40} (?:is|are) allowed/i,
    /incompatible with (?:thinking|reasoning|tool|function|structured)|only works in thinking mode/i,
    /reasoning_content`? (?:is missing|.{0,40}must be passed back)/i,
    /\bbudget \d{1,9} is invalid|cannot both be specified/i,
    /\bextraneous key \[/i,
    /\binvalid value: '?(?:file|image_url|input_audio|video_url|document)'?\. supported values are/i,
    /no endpoints? found that (?:support|can handle)/i,
    /requires? --(?:jinja|enable-auto-tool-choice|tool-call-parser)/i,
    /\b(?:image|audio|video|multimodal|vision) input is not supported/i,
    /is not a multimodal model|at most 0 (?:image|audio|video)/i,
    /does(?: not|n['’]t) support (?:the )?(?:\w{1,40} field|parameter|being set|thinking|reasoning|embedding|response format|`?response_format|tool|function|image|vision|audio|video|file|document|multimodal|structured|json|system|developer|logprobs|assistant message prefill|multiple)/i,
    /(?:json|structured) (?:mode|outputs?)\b.{0,40}\b(?:cannot|can't|can not|not) be (?:combined|used)/i,
    /this response_format type is unavailable/i,
    /extra inputs are not permitted|extra_forbidden/i,
    /\bproperty (?:'[^']{1,80}' )?is unsupported/i,
    /unknown variant `\w{1,40}`, expected (?:one of|`)/i,
    /(?:not supported|unsupported) (?:with|by|for|on) (?:this|the) model/i,
    // The order of roles: templates, Mistral, Perplexity, Bedrock.
    /expected last role|last message must (?:have|be)\b|should alternate with|conversation must (?:start|begin|end|alternate)/i,
    /roles must alternate|system message must be at the beginning|unexpected role '\w+' after role/i,
    /image urls are only allowed for messages with role 'user'/i,
  ]),
  // OpenAI, to a reasoning model's log probabilities and to the ids of files.
  ...says('request', [
    /blocked by (?:our |the |your )?(?:content|safety|guardrail)|content (?:filtering|management|usage) policy|our safety system/i,
    /violat\w{1,4} (?:our |the |its )?(?:content|usage|safety|acceptable use) (?:polic|guideline)/i,
    /not allowed to request logprobs/i,
    /no such file\b/i,
    /\bpermission to access the file\b/i,
  ]),
  ...says('context', [
    /maximum (?:context|sequence|prompt|input|model) length/i,
    /context (?:length|window|size|limit)\b.{0,80}\b(?:exceed|limit|less than|greater than|too (?:small|long)|not enough|only \d)/i,
    /exceed\w{0,3}\b.{0,80}\bcontext (?:length|window|size|limit)/i,
    /exceed\w{0,3}\b.{0,40}\bmax(?:imum)?[ _](?:model[ _]len|message tokens|context|prompt|input|allowed (?:input )?length)/i,
    /(?:prompt|input|request|messages) (?:is |are )?too long\b/i,
    /too many (?:input |prompt )?tokens/i,
    /input token count .{0,40}exceeds/i,
    /reduce the length of (?:the|your) (?:messages|prompt|input)/i,
    // Moonshot, LM Studio, TGI and Together, Cerebras, DashScope, Zhipu, Perplexity, SGLang, GitHub, Azure.
    /exceed\w{0,3} (?:the )?model(?:'s)? token limit/i,
    /context (?:the )?overflow|greater than the context length/i,
    /inputs?`? tokens \+ `?max_new_tokens`? must be/i,
    /`?inputs?`? must have less than \d+ tokens/i,
    /current length is \d+ while limit is/i,
    /range of input length should be/i,
    /prompt exceeds max(?:imum)? length|超长/i,
    /total length of all messages is too long/i,
    /(?:input|prompt) .{0,40}(?:is )?longer than the (?:model|maximum)/i,
    /request body too large for .{1,80} model/i,
    /input or output tokens must be reduced/i,
    // DashScope and NVIDIA, vLLM, llama.cpp.
    /token (?:length|count)\b.{0,20} exceeds? (?:the )?model(?:['’]s)? limit/i,
    /prompt has \d+ tokens, but|cannot exceed the total tokens limit/i,
    /input (?:\(\d+ tokens\) )?is too large to process/i,
  ]),
  ...says('unpaid', [
    /credit balance is too low|insufficient (?:account )?(?:balance|credits?|funds|quota)|out of credits|negative balance/i,
    /have any credits|used all available credits|reached (?:its|your) (?:monthly )?spend(?:ing)? limit|\bis suspended\b.{0,120}\b(?:spending limit|failure to pay)/i,
    /exceeded your current quota|requires more credits|payment required|billing (?:is )?not (?:active|enabled)/i,
  ]),
  ...says('operator', [
    /(?:organi[sz]ation|account|project|workspace|subscription|api key) (?:has been|is|was) (?:currently )?(?:disabled|deactivated|suspended|restricted|banned|blocked|expired|revoked|overdue|not active|locked)/i,
    /(?:account|payment)\b.{0,60}\b(?:good standing|arrears?|overdue|欠费)/i,
    /must be verified to use\b|\bAPI version (?:is )?not supported/i,
    /\b(?:workspace|model) access (?:is )?denied\b/i,
    // Bedrock to accounts.
    /from unsupported countries|account is not authorized|use case details have not been submitted/i,
    /(?:invalid|incorrect|expired|revoked|missing|malformed) (?:api[ _-]?key|access token|credential|authentication)/i,
    /api[ _-]?key (?:not valid|not found|is (?:invalid|missing|expired|not valid))/i,
    /(?:not (?:available|supported|allowed)|unsupported) in (?:your|this) (?:country|region|location|territory)/i,
    /user location is not supported|country, region,? or territory not supported/i,
    /is not a valid model|model not exist|(?:invalid|unknown|unavailable|unsupported) model\b/i,
    /supported (?:api )?model names are/i,
    /\bmodel\b.{0,120}\b(?:does not exist|doesn't exist|not found|is not supported by any provider|不存在)/i,
    /\bmodel\b.{0,120}\b(?:has been|was|is) (?:deprecated|decommissioned|retired|removed|discontinued|shut ?down|no longer)/i,
    /\bmodel\b.{0,120}\b(?:reached (?:its )?end of life|no longer (?:available|supported))/i,
    /unable to access (?:non-serverless )?model|isn't supported on this route|not (?:a chat model|supported in the v1\/chat)/i,
    /on-demand throughput isn['’]t supported|operation does not work with the specified model/i,
  ]),
  ...says('overloaded', [
    /degraded function cannot be invoked|no (?:available|healthy) (?:backend|worker|instance|capacity)/i,
  ]),
];

/** Statuses that servers use for anything: what the sentence says outweighs them. */
const OPEN_STATUSES: readonly number[] = [400, 403, 404, 412, 413, 422];
/** With which a server says what it was not started with, or does not have room for. */
const OWN_STATUSES: readonly number[] = [500, 501];
/** The statuses beside which a sentence may mean anything. */
export const TOLD_STATUSES: ReadonlySet<number> = new Set([...OPEN_STATUSES, ...OWN_STATUSES]);
/** No longer text is looked at: what follows may be somebody's prompt. */
const MAX_READ_CHARS = 600;

/** What a vendor's sentence stands for; `undefined` where no line fits, or where the status alone says enough. */
export function saidFailure(status: number, message: string): SaidFailure | undefined {
  const text = message.slice(0, MAX_READ_CHARS);
  const found = SENTENCES.find(({ pattern }) => pattern.test(text))?.says;
  const isOwn = found === 'unsupported' || found === 'stream' || found === 'context';
  return OPEN_STATUSES.includes(status) || (OWN_STATUSES.includes(status) && isOwn) ? found : undefined;
}
