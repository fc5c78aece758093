import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { AwsSettings } from '../../functions/gateway/config/aws-settings.ts';

/** The name of a Web Function's endpoint. Part of the address: with another name callers would need another `base_url`. */
export const WEB_ENDPOINT = 'live';

const PERIOD = Duration.minutes(5);

/** What Lambda counts at the gateway's address, in sums over five minutes. */
export interface AddressMetrics {
  readonly requests: IMetric;
  readonly clientErrors: IMetric;
  readonly serverErrors: IMetric;
}

/** Lambda's own counts at the address of either form. */
export function addressMetrics(gateway: IFunction, form: AwsSettings['form']): AddressMetrics {
  return form === 'web' ? webMetrics(gateway) : urlMetrics(gateway);
}

/** Source: AWS Lambda developer guide, "Monitoring Lambda function URLs". */
function urlMetrics({ functionName }: IFunction): AddressMetrics {
  const count = (metricName: string): Metric =>
    sum({ namespace: 'AWS/Lambda', metricName, dimensionsMap: { FunctionName: functionName } });
  return {
    requests: count('UrlRequestCount'),
    clientErrors: count('Url4xxCount'),
    serverErrors: count('Url5xxCount'),
  };
}

/**
 * A Web Function counts its answers by class, and none with 0. Source: AWS Lambda developer guide, "Using CloudWatch metrics with Lambda
 * Web Functions"; it names the class 5XX, and the other names are made after that one.
 */
function webMetrics({ functionName }: IFunction): AddressMetrics {
  const classes = [2, 3, 4, 5].map((status) =>
    sum({
      namespace: 'AWS/Lambda/Web',
      metricName: `HTTPResponseStatusClass${status}XX`,
      dimensionsMap: { FunctionName: functionName, EndpointName: WEB_ENDPOINT },
    }),
  );
  const named = Object.fromEntries(classes.map((metric, index) => [`c${index + 2}`, metric]));
  const requests = new MathExpression({
    expression: 'FILL(c2, 0) + FILL(c3, 0) + FILL(c4, 0) + FILL(c5, 0)',
    usingMetrics: named,
    label: 'requests',
    period: PERIOD,
  });
  const [, , clientErrors, serverErrors] = classes as [Metric, Metric, Metric, Metric];
  return { requests, clientErrors, serverErrors };
}

function sum(metric: {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensionsMap: Readonly<Record<string, string>>;
}): Metric {
  return new Metric({ ...metric, statistic: 'Sum', period: PERIOD });
}
