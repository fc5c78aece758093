/**
 * Top-level members that mean something else than the answer to a server that trusts the operator's credential: it would take the caller's
 * word for the operator's. They go out only where the provider's `passMembers` lists them. Sources: the request parameters of LiteLLM's
 * proxy, OpenRouter, vLLM, SGLang and Ollama.
 */
export const OPERATOR_MEMBERS: readonly string[] = [
  // Another model, deployment or way of choosing one.
  ...['models', 'model_list', 'model_id', 'base_model', 'deployment_id', 'engine', 'provider', 'providers', 'route'],
  ...['router', 'fallbacks', 'fallback', 'fallback_models', 'context_window_fallbacks', 'default_fallbacks'],
  ...['content_policy_fallbacks', 'custom_llm_provider', 'context_window_fallback_dict', 'adapter_id', 'lora_path'],
  ...['lora_request', 'litellm_params', 'user_config', 'router_settings_override', 'preset', 'tags', 'model_info'],
  ...['prompt_id', 'prompt_variables'],
  // What the operator's account has at a vendor.
  ...['cached_content', 'file_ids', 'vector_store_ids', 'conversation_id', 'thread_id', 'assistant_id'],
  // Another address.
  ...['api_base', 'base_url', 'api_url', 'url', 'endpoint', 'host', 'proxy', 'callback_url', 'webhook', 'webhook_url'],
  ...['callbacks', 'success_callback', 'failure_callback', 'langfuse_host', 'extra_query', 'bootstrap_host'],
  ...['bootstrap_port', 'bootstrap_room', 'kv_transfer_params'],
  // Another credential, or what a proxy puts into its own request.
  ...['api_key', 'api_type', 'api_version', 'authorization', 'credentials', 'headers', 'extra_headers', 'extra_body'],
  ...['azure_ad_token', 'aws_access_key_id', 'aws_secret_access_key', 'aws_session_token', 'aws_region_name'],
  ...['aws_role_name', 'aws_profile_name', 'aws_bedrock_runtime_endpoint', 'vertex_project', 'vertex_location'],
  ...['client_id', 'client_secret', 'tenant_id', 'region_name', 'vertex_credentials', 'organization', 'project'],
  ...['secret_fields', 'no_log', 'guardrails', 'litellm_metadata'],
  // What a call is said to cost.
  ...['input_cost_per_token', 'output_cost_per_token', 'input_cost_per_second', 'output_cost_per_second'],
  // What costs more than tokens, or what other requests wait for.
  ...['plugins', 'transforms', 'best_of', 'use_beam_search', 'prompt_logprobs', 'priority', 'speed', 'num_retries'],
  ...['max_retries', 'mock_response', 'mock_tool_calls', 'mock_timeout', 'request_id', 'rid', 'keep_alive', 'options'],
  // What the server runs or compiles.
  ...['chat_template', 'chat_template_kwargs', 'logits_processors', 'custom_logit_processor', 'custom_params'],
  ...['mm_processor_kwargs', 'media_io_kwargs', 'vllm_xargs', 'return_hidden_states', 'guided_regex'],
  ...['guided_grammar', 'guided_decoding_backend', 'structured_outputs', 'regex', 'ebnf'],
];

/**
 * How the names of a proxy's own settings for one platform begin: an address, a credential or an account, as `aws_sts_endpoint`. There are more
 * of them with every version. Source: the request parameters of LiteLLM's proxy.
 */
const OPERATOR_PREFIXES: readonly string[] = [
  ...['aws_', 'azure_', 'vertex_', 'watsonx_', 'litellm_', 'langfuse_', 'langsmith_', 's3_', 'gcs_'],
];

/**
 * How much is asked for, by any server's name for it: the most tokens of an answer, and how many answers. Each API has its own of these.
 * Sources: the request parameters of OpenAI's and Google's APIs, vLLM, TGI, Ollama and llama.cpp.
 */
export const AMOUNT_MEMBERS: readonly string[] = [
  ...['n', 'num_choices', 'num_return_sequences', 'num_generations', 'num_samples', 'candidate_count'],
  ...['max_tokens', 'max_completion_tokens', 'max_output_tokens', 'max_new_tokens', 'max_gen_tokens', 'max_length'],
  ...['max_tokens_to_sample', 'max_gen_len', 'num_predict', 'n_predict'],
];

/** However a name is written: servers have `api_base`, `apiBase` and `api-base` for one thing. */
export function plainName(name: string): string {
  return name.replaceAll(/[_-]/g, '').toUpperCase().toLowerCase();
}

const PLAIN_UNTRUSTED: ReadonlySet<string> = new Set(OPERATOR_MEMBERS.map(plainName));

const PLAIN_PREFIXES = OPERATOR_PREFIXES.map(plainName);

/** Whether a plain name means something else than the answer to a server that trusts the operator. */
export function isOperators(plain: string): boolean {
  return PLAIN_UNTRUSTED.has(plain) || PLAIN_PREFIXES.some((prefix) => plain.startsWith(prefix));
}
