import { Aws } from 'aws-cdk-lib';

/** A page of CloudWatch's console in the stack's own region. */
function cloudWatchConsole(page: string): string {
  return `https://${Aws.REGION}.console.aws.amazon.com/cloudwatch/home?region=${Aws.REGION}#${page}`;
}

export function dashboardLink(name: string): string {
  return cloudWatchConsole(`dashboards/dashboard/${name}`);
}

/** The last hour of a log group. */
export function logGroupLink(logGroup: string): string {
  return cloudWatchConsole(`logsV2:log-groups/log-group/${logGroup.replaceAll('/', '$252F')}`);
}

/**
 * A query of Logs Insights, ready to run over the last hour. The console writes such addresses itself: `~(name~value)`, texts behind `'`,
 * and `*` with two hex digits for what may not stand in them.
 */
export function queryLink(logGroup: string, query: string): string {
  const detail = `~(end~0~start~-3600~timeType~'RELATIVE~unit~'seconds~editorString~'${escaped(query)}~source~(~'${escaped(logGroup)}))`;
  return cloudWatchConsole(`logsV2:logs-insights$3FqueryDetail$3D${detail}`);
}

function escaped(text: string): string {
  return text.replaceAll(/[^\w.-]/g, (character) => `*${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
