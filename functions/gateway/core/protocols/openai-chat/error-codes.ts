/** What an error code stands for, whichever field the vendor puts it in. */
export interface ErrorMeaning {
  /** The HTTP status that it would have. */
  readonly status: number;
  /** Whether it outweighs the status that the response had: some servers say 400 for everything. */
  readonly outweighsStatus?: true;
  /** Money or a long quota is spent. */
  readonly quota?: true;
  readonly contextExceeded?: true;
  /** The request itself is at fault, wherever it is sent. */
  readonly callers?: true;
  /** This model or this vendor does not take it; another may. */
  readonly unsupported?: true;
  /** The model's output could not be used, as an unparsable tool call: another attempt may do better. */
  readonly malformed?: true;
}

const QUOTA: ErrorMeaning = { status: 429, outweighsStatus: true, quota: true };
const RATE: ErrorMeaning = { status: 429, outweighsStatus: true };
const CONTEXT: ErrorMeaning = { status: 400, outweighsStatus: true, contextExceeded: true };
const MALFORMED: ErrorMeaning = { status: 502, outweighsStatus: true, malformed: true };
const OVERLOADED: ErrorMeaning = { status: 503, outweighsStatus: true };
const CREDENTIAL: ErrorMeaning = { status: 401, outweighsStatus: true };
const NO_MODEL: ErrorMeaning = { status: 404, outweighsStatus: true };

/** A member, or a value of one, that this model does not have. */
const UNSUPPORTED: ErrorMeaning = { status: 400, unsupported: true };
/** A request that is malformed for everybody. */
const CALLERS: ErrorMeaning = { status: 400, callers: true };
/** The account is not paid for or not in order, told as a bad request: waiting does not help. */
const ACCOUNT: ErrorMeaning = { status: 403, outweighsStatus: true };

/** The vendor will not answer this content. 400 also where a server says 403, which would blame the operator's credential. */
export const POLICY: ErrorMeaning = { status: 400, outweighsStatus: true, callers: true };

/**
 * `code`, `type` and `status` words of OpenAI-shaped servers. Most are OpenAI's and Azure's; `NAMES_LIKE_THIS` are Google's, as its
 * compatible endpoint sends them; others belong to Groq, Moonshot, Mistral, vLLM, llama.cpp and DashScope. A map: the keys looked up
 * are a vendor's words. Source: OpenAI's error guide and each server's own, 2026-11.
 */
export const ERROR_CODES: ReadonlyMap<unknown, ErrorMeaning> = new Map<string, ErrorMeaning>([
  ['insufficient_quota', QUOTA],
  ['credit_balance_exhausted', QUOTA],
  ['organization_spend_limit_exceeded', QUOTA],
  ['project_spend_limit_exceeded', QUOTA],
  ['organization_usage_limit_exceeded', QUOTA],
  ['billing_hard_limit_reached', QUOTA],
  ['billing_not_active', QUOTA],
  ['insufficient_balance', QUOTA],
  ['insufficient_credits', QUOTA],
  ['exceeded_current_quota_error', QUOTA],
  // Groq's for a spending limit, DashScope's for what was free.
  ['blocked_api_access', QUOTA],
  ['AllocationQuota.FreeTierOnly', QUOTA],
  ['rate_limit_exceeded', RATE],
  ['rate_limit_error', RATE],
  ['rate_limit_reached_error', RATE],
  ['too_many_requests', RATE],
  ['slow_down', RATE],
  ['requests', { status: 429 }],
  ['tokens', { status: 429 }],
  ['RESOURCE_EXHAUSTED', { status: 429 }],
  ['context_length_exceeded', CONTEXT],
  ['context_window_exceeded', CONTEXT],
  ['max_context_length_exceeded', CONTEXT],
  ['model_max_prompt_tokens_exceeded', CONTEXT],
  ['exceed_context_size_error', CONTEXT],
  ['prompt_too_long', CONTEXT],
  ['too_many_prompt_tokens', CONTEXT],
  ['tokens_limit_reached', CONTEXT],
  ['input_too_long', CONTEXT],
  ['content_filter', POLICY],
  ['content_filter_error', POLICY],
  ['content_policy_violation', POLICY],
  ['ResponsibleAIPolicyViolation', POLICY],
  ['moderation_blocked', POLICY],
  ['invalid_prompt', POLICY],
  ['data_inspection_failed', POLICY],
  ['DataInspectionFailed', POLICY],
  ['tool_use_failed', MALFORMED],
  ['json_validate_failed', MALFORMED],
  ['output_parse_failed', MALFORMED],
  ['invalid_api_key', CREDENTIAL],
  ['incorrect_api_key', CREDENTIAL],
  ['authentication_error', CREDENTIAL],
  ['invalid_authentication_error', CREDENTIAL],
  ['account_deactivated', CREDENTIAL],
  ['API_KEY_INVALID', CREDENTIAL],
  ['API_KEY_EXPIRED', CREDENTIAL],
  ['UNAUTHENTICATED', CREDENTIAL],
  ['permission_error', { status: 403 }],
  ['permission_denied_error', { status: 403 }],
  ['PERMISSION_DENIED', { status: 403 }],
  ['unsupported_country_region_territory', { status: 403 }],
  ['model_not_found', NO_MODEL],
  ['model_not_available', NO_MODEL],
  ['model_decommissioned', NO_MODEL],
  ['invalid_model', NO_MODEL],
  ['unknown_model', NO_MODEL],
  ['unavailable_model', NO_MODEL],
  ['model_not_supported', NO_MODEL],
  ['ModelNotFound', NO_MODEL],
  ['DeploymentNotFound', NO_MODEL],
  ['OperationNotSupported', NO_MODEL],
  ['Arrearage', ACCOUNT],
  ['organization_restricted', ACCOUNT],
  ['model_terms_required', ACCOUNT],
  ['organization_disabled', ACCOUNT],
  ['organization_deactivated', ACCOUNT],
  ['AccessDenied.Unpurchased', ACCOUNT],
  ['Workspace.AccessDenied', ACCOUNT],
  ['Model.AccessDenied', ACCOUNT],
  // Zhipu's: money, model, length, content, too many, a long quota.
  ['1113', QUOTA],
  ['1211', NO_MODEL],
  ['1221', NO_MODEL],
  ['1222', NO_MODEL],
  ['1261', CONTEXT],
  ['1301', POLICY],
  ['1302', RATE],
  ['1303', RATE],
  ['1305', RATE],
  ['1304', QUOTA],
  ['1308', QUOTA],
  ['not_found_error', { status: 404 }],
  ['resource_not_found_error', { status: 404 }],
  ['NOT_FOUND', { status: 404 }],
  ['NotFoundError', { status: 404 }],
  ['unsupported_value', UNSUPPORTED],
  ['unsupported_parameter', UNSUPPORTED],
  ['unknown_parameter', UNSUPPORTED],
  // llama.cpp's, with 501.
  ['not_supported_error', UNSUPPORTED],
  ['missing_required_parameter', CALLERS],
  ['invalid_type', CALLERS],
  ['invalid_image', CALLERS],
  ['invalid_image_url', CALLERS],
  ['invalid_image_format', CALLERS],
  ['image_parse_error', CALLERS],
  ['invalid_base64', CALLERS],
  ['invalid_json', CALLERS],
  ['invalid_request_error', { status: 400 }],
  ['bad_request', { status: 400 }],
  ['BadRequestError', { status: 400 }],
  ['INVALID_ARGUMENT', { status: 400 }],
  // Google's word for a country or a plan that it does not serve: the operator's matter, though its status is 400.
  ['FAILED_PRECONDITION', { status: 403, outweighsStatus: true }],
  ['timeout', { status: 504 }],
  ['timeout_error', { status: 504 }],
  ['request_timeout', { status: 504 }],
  ['DEADLINE_EXCEEDED', { status: 504 }],
  ['server_is_overloaded', { status: 503 }],
  ['overloaded', { status: 503 }],
  ['overloaded_error', { status: 503 }],
  // Moonshot's and Cerebras's, told as 429: the whole model has too much to do, not this account.
  ['engine_overloaded', OVERLOADED],
  ['engine_overloaded_error', OVERLOADED],
  ['queue_exceeded', OVERLOADED],
  ['service_unavailable', { status: 503 }],
  ['service_unavailable_error', { status: 503 }],
  ['UNAVAILABLE', { status: 503 }],
  ['CANCELLED', { status: 503 }],
  ['server_error', { status: 500 }],
  ['internal_error', { status: 500 }],
  ['internal_server_error', { status: 500 }],
  ['InternalServerError', { status: 500 }],
  ['api_error', { status: 500 }],
  ['INTERNAL', { status: 500 }],
]);
