import { type IWidget, LogQueryVisualizationType, LogQueryWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';

/** Why requests went where they went, read from the log lines that the metrics come from. */
export function decisionWidgets(environment: string, logGroup: ILogGroup): readonly IWidget[][] {
  const logGroupNames = [logGroup.logGroupName];
  return [
    [outOfRotation(environment, logGroupNames), secondOpinions(environment, logGroupNames)],
    [
      new LogQueryWidget({
        title: 'The last failovers and why',
        logGroupNames,
        width: 16,
        height: 8,
        queryLines: [
          'fields @timestamp, requestId, asked, servedBy, ending, attempts.0.deployment as first, attempts.0.reason as why, attempts.0.detail as detail, attempts.1.deployment as second, attempts.1.reason as whySecond, totalMs',
          `filter line = "request" and Environment = "${environment}" and Failovers = 1`,
          'sort @timestamp desc',
          'limit 50',
        ],
      }),
      new LogQueryWidget({
        title: 'Why calls failed',
        logGroupNames,
        view: LogQueryVisualizationType.BAR,
        width: 8,
        height: 8,
        queryLines: [
          `filter line = "attempt" and Environment = "${environment}" and outcome = "failed"`,
          'stats count(*) as calls by reason',
          'sort calls desc',
        ],
      }),
    ],
  ];
}

/** The candidates of recent plans that were not healthy. */
function outOfRotation(environment: string, logGroupNames: string[]): IWidget {
  return new LogQueryWidget({
    title: 'Out of rotation in the last requests: ejected, due or probing',
    logGroupNames,
    view: LogQueryVisualizationType.TABLE,
    width: 14,
    height: 6,
    queryLines: [
      'fields @timestamp, jsonParse(@message) as json',
      `filter line = "request" and Environment = "${environment}"`,
      'unnest json.candidates into candidate',
      'filter candidate.state != "healthy"',
      'stats max(@timestamp) as lastSeen, count(*) as requests by candidate.deployment, candidate.state',
      'sort lastSeen desc',
    ],
  });
}

/** Refusals in words that no table knows, and what came of asking another provider. */
function secondOpinions(environment: string, logGroupNames: string[]): IWidget {
  return new LogQueryWidget({
    title: 'Second opinions: refused in unknown words, and how it ended elsewhere',
    logGroupNames,
    view: LogQueryVisualizationType.TABLE,
    width: 10,
    height: 6,
    queryLines: [
      `filter line = "request" and Environment = "${environment}" and ispresent(attempts.0.unknownWords)`,
      'stats count(*) as requests, latest(requestId) as newest by attempts.0.deployment, attempts.0.vendorCode, ending',
      'sort requests desc',
    ],
  });
}
