import { type AwsAccess, askAws } from './aws-access.ts';

/** One request to CloudWatch Logs. Source: Amazon CloudWatch Logs API reference. */
export function askLogs(
  access: AwsAccess,
  operation: 'FilterLogEvents' | 'StartQuery' | 'GetQueryResults',
  parameters: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  return askAws(access, {
    service: 'logs',
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Logs_20140328.${operation}` },
    body: JSON.stringify(parameters),
  });
}
