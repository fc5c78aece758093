import {
  DOLLARS_PER_MILLION,
  defaultSettings,
  LATE_SHARE,
  MEAN_CALL_MS,
  statisticsCost,
} from './statistics-cost-model.ts';

/*
 * What the shared statistics cost in DynamoDB, in US dollars per million calls, from the default settings. `npm run bench:cost`.
 */
const CALLS_PER_SECOND = [1, 100, 10_000];
const DEPLOYMENTS = [3, 10];

const settings = defaultSettings();
const { writeUnits, readUnits } = DOLLARS_PER_MILLION;
const rows = DEPLOYMENTS.flatMap((deployments) =>
  CALLS_PER_SECOND.map((calls) => {
    const cost = statisticsCost(calls, deployments, settings);
    const writeDollars = cost.writesPerCall * writeUnits;
    const readDollars = cost.readUnitsPerCall * readUnits;
    const cells = [
      deployments,
      calls.toLocaleString('en'),
      cost.writesPerCall.toFixed(3),
      cost.readUnitsPerCall.toFixed(1),
      writeDollars.toFixed(2),
      readDollars.toFixed(2),
      cost.dollarsPerMillionCalls.toFixed(2),
      cost.readUnitsPerItemSecond.toLocaleString('en'),
    ];
    return `| ${cells.join(' | ')} |`;
  }),
);

process.stdout.write(
  [
    `DynamoDB for the shared statistics. Settings: ${JSON.stringify(settings)}; a call takes ${MEAN_CALL_MS} ms; ${LATE_SHARE * 100} % late.`,
    '',
    '| deployments | calls a second | write units a call | read units a call | $ writes | $ reads | $ per million calls | read units a second of one item |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n'),
);
