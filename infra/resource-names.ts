/** What an environment's resources are called. The stack makes them and the operator's commands find them by these names. */
export interface ResourceNames {
  readonly stack: string;
  readonly gatewayFunction: string;
  readonly gatewayLogGroup: string;
  readonly proberFunction: string;
  readonly proberLogGroup: string;
  readonly statisticsTable: string;
  readonly keysTable: string;
  readonly answersTable: string;
  readonly secret: string;
  readonly pageTopic: string;
  readonly ticketTopic: string;
  readonly dashboard: string;
  /** Begins the name of each alarm. */
  readonly alarmPrefix: string;
}

/** The names for `environment`, as `dev`. */
export function resourceNames(environment: string): ResourceNames {
  const prefix = `nemorouter-${environment}`;
  return {
    stack: prefix,
    gatewayFunction: `${prefix}-gateway`,
    gatewayLogGroup: `/nemorouter/${environment}/gateway`,
    proberFunction: `${prefix}-prober`,
    proberLogGroup: `/nemorouter/${environment}/prober`,
    statisticsTable: `${prefix}-statistics`,
    keysTable: `${prefix}-keys`,
    answersTable: `${prefix}-answers`,
    secret: `nemorouter/${environment}/credentials`,
    pageTopic: `${prefix}-page`,
    ticketTopic: `${prefix}-ticket`,
    dashboard: prefix,
    alarmPrefix: `${prefix}: `,
  };
}
