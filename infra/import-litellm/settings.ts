import { type JsonObject, numberMember } from '../../functions/gateway/core/wire/json.ts';
import { type Converted, type Note, untaken } from './notes.ts';

/** The parts of a LiteLLM file beside `model_list`. */
export interface ForeignSettings {
  readonly router: JsonObject;
  readonly litellm: JsonObject;
  readonly general: JsonObject;
  readonly variables: JsonObject;
}

/** The most that our configuration takes. */
const MAX_ATTEMPTS = 20;
const MAX_DEADLINE_MS = 890_000;

/** What holds for every route here, and a note for all else that those parts say. */
export function importedSettings(foreign: ForeignSettings): Converted<Readonly<Record<string, unknown>>> {
  const { router, litellm } = foreign;
  const retries = numberMember(router, 'num_retries') ?? numberMember(litellm, 'num_retries');
  const seconds = numberMember(router, 'timeout') ?? numberMember(litellm, 'request_timeout');
  const firstToken = numberMember(router, 'stream_timeout');
  const timeouts = {
    ...(firstToken === undefined ? {} : { firstTokenMs: milliseconds(firstToken) }),
    ...(seconds === undefined ? {} : { deadlineMs: milliseconds(seconds) }),
  };
  return {
    value: {
      ...(Object.keys(timeouts).length === 0 ? {} : { timeouts }),
      ...(retries === undefined ? {} : { maxAttempts: Math.min(Math.max(Math.trunc(retries), 0) + 1, MAX_ATTEMPTS) }),
    },
    notes: notesOf(foreign),
  };
}

function milliseconds(seconds: number): number {
  return Math.min(Math.max(Math.round(seconds * 1000), 1), MAX_DEADLINE_MS);
}

const ROUTER_TAKEN = new Set([
  'routing_strategy',
  'num_retries',
  'timeout',
  'stream_timeout',
  'fallbacks',
  'context_window_fallbacks',
  'default_fallbacks',
  'model_group_alias',
]);
const LITELLM_TAKEN = new Set([
  'num_retries',
  'request_timeout',
  'fallbacks',
  'context_window_fallbacks',
  'default_fallbacks',
]);

const NOT_NEEDED = 'is not needed: state is in DynamoDB, made by the stack';
const REFUSALS = 'is not taken over: what a vendor refuses for its content goes to the caller at once';
const EJECTION = 'is not taken over: "ejection" says when a deployment is set aside and for how long';
const LOGS = 'is not taken over: every call is a line in CloudWatch Logs with its decision, tokens and cost';
const CACHE =
  'is not taken over: answers are not cached here. A conversation stays where the vendor has its prompt cached';
const KEYS = 'is not taken over: callers get keys by npm run nemo -- keys create NAME --env ENV';
const BUDGET = 'is not taken over: dollars a month are limited by key (keys create --usd-per-month)';

const WHY_ROUTER: ReadonlyMap<string, string> = new Map([
  ...['redis_host', 'redis_port', 'redis_password', 'redis_url'].map((name): [string, string] => [name, NOT_NEEDED]),
  ['content_policy_fallbacks', REFUSALS],
  ['allowed_fails', EJECTION],
  ['allowed_fails_policy', EJECTION],
  ['cooldown_time', EJECTION],
  ['disable_cooldowns', EJECTION],
  ['retry_policy', 'is not taken over: a failure goes to the next deployment at once, by its kind'],
  ['retry_after', 'is not taken over: a failure goes to the next deployment at once'],
  ['enable_pre_call_checks', 'is what is done here: deployments that cannot serve a request are not asked'],
  ['routing_strategy_args', 'is not taken over: "band" and "statistics" tune the strategies'],
]);

const WHY_LITELLM: ReadonlyMap<string, string> = new Map([
  ['drop_params', 'is what is done here: what changes the quality alone is dropped and named in x-nemo-dropped-params'],
  ['modify_params', 'is what is done here'],
  ['content_policy_fallbacks', REFUSALS],
  ['allowed_fails', EJECTION],
  ...['callbacks', 'success_callback', 'failure_callback', 'json_logs', 'set_verbose', 'redact_user_api_key_info'].map(
    (name): [string, string] => [name, LOGS],
  ),
  ['turn_off_message_logging', 'is what is done here: prompts and answers are never logged'],
  ['cache', CACHE],
  ['cache_params', CACHE],
  ['max_budget', BUDGET],
  ['budget_duration', BUDGET],
  ['telemetry', 'is what is done here: nothing is sent to anybody'],
]);

const WHY_GENERAL: ReadonlyMap<string, string> = new Map([
  ['master_key', KEYS],
  ['database_url', NOT_NEEDED],
  ['store_model_in_db', 'is not needed: the configuration is a file, deployed with the stack'],
  ['alerting', 'is not taken over: alarms go to "aws.onCall"'],
  ['alerting_threshold', 'is not taken over: "aws.alarms" has the thresholds'],
  ['custom_auth', 'is not taken over: keys of this gateway are the only way in'],
]);

function notesOf({ router, litellm, general, variables }: ForeignSettings): readonly Note[] {
  const none = new Set<string>();
  const put = (name: string): string =>
    `is not copied: npm run nemo -- secrets set ${name} --env NAME, where a provider names it`;
  const variablesWhy = new Map(Object.keys(variables).map((name) => [name, put(name)]));
  return [
    ...untaken(router, { path: 'router_settings', taken: ROUTER_TAKEN, why: WHY_ROUTER }),
    ...untaken(litellm, { path: 'litellm_settings', taken: LITELLM_TAKEN, why: WHY_LITELLM }),
    ...untaken(general, { path: 'general_settings', taken: none, why: WHY_GENERAL }),
    ...untaken(variables, { path: 'environment_variables', taken: none, why: variablesWhy }),
  ];
}
